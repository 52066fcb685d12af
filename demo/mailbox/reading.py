"""What a letter says: who, to whom, what. A broken letter says what can be made out of it."""

from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

MOST_SHOWN = 2_000_000  # characters of one part


@dataclass(frozen=True)
class Heading:
    sender: str
    to: str
    subject: str
    addresses: frozenset[str]  # all it is written to, in lower case


@dataclass(frozen=True)
class Letter:
    heading: Heading
    text: str | None
    html: str | None
    attachments: list[str]
    source: str


def message_id(content: bytes) -> str:
    """Empty for a letter that has none."""
    return _header(BytesHeaderParser().parsebytes(content), "message-id")


def heading(content: bytes) -> Heading:
    return _heading(BytesHeaderParser().parsebytes(content))


def read(content: bytes) -> Letter:
    message = _parsed(content)
    parts = [part for part in message.walk() if not part.is_multipart()]
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    return Letter(
        heading=_heading(message),
        text=_first(shown, "text/plain"),
        html=_first(shown, "text/html"),
        attachments=[_name(part) for part in parts if part not in shown],
        source=content.decode("utf-8", "replace")[:MOST_SHOWN],
    )


def _parsed(content: bytes) -> Message:
    try:
        return message_from_bytes(content)
    except RecursionError:  # parts within parts within parts, hundreds deep
        return BytesHeaderParser().parsebytes(content)


def _heading(message: Message) -> Heading:
    to = ", ".join(filter(None, (_header(message, "to"), _header(message, "cc"))))
    return Heading(
        sender=_header(message, "from"),
        to=to,
        subject=_header(message, "subject"),
        addresses=frozenset(address.lower() for _, address in getaddresses([to])),
    )


def _header(message: Message, name: str) -> str:
    for key, value in message.raw_items():
        if key.lower() == name:
            written = str(value).encode("ascii", "surrogateescape").decode("utf-8", "replace")
            return _decoded(" ".join(written.split()))
    return ""


def _decoded(written: str) -> str:
    """=?utf-8?q?...?= as the words it stands for."""
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError, HeaderParseError):  # no such encoding, or not in it
        return written


def _first(parts: list[Message], kind: str) -> str | None:
    return next((_words(part) for part in parts if part.get_content_type() == kind), None)


def _words(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    try:
        words = content.decode(part.get_content_charset("utf-8"))
    except (LookupError, ValueError):
        words = content.decode("utf-8", "replace")
    return words[:MOST_SHOWN]


def _name(part: Message) -> str:
    return part.get_filename() or part.get_content_type()
