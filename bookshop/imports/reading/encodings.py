"""In which letters a file is written, told by its bytes."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_UTF_8_ITSELF = ("utf-8", "utf-8-sig", "utf8")
_OF_TWO_BYTES = ("utf-16-le", "utf-16-be")
_CYRILLIC = (("cp1251", "windows-1251"), ("koi8-r", "koi8-r"), ("cp866", "cp866"))
_COMMON_LETTERS = frozenset("оеаинтсрвлкмдпу")
_BLOCK = 1 << 20
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_DAMAGED_ENOUGH = 10_000  # to tell what the rest will be like
_MARKUP = b"<a b='c'>&amp;+AEE-~{!!~}\\u0041.xn--e1aybc.</a>"


@dataclass(frozen=True)
class Encoding:
    """How Python calls it, and how people do."""

    codec: str
    name: str


UTF_8 = Encoding("utf-8", "utf-8")


def encoding_of(path: Path, head: bytes) -> Encoding:
    """A mark at the beginning, or UTF-8 if (nearly) all bytes agree, or the likeliest else."""
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, name)
    if unmarked := _utf16_without_mark(head):
        return unmarked
    odd_bytes = _first_that_is_not_utf8(path)
    if odd_bytes is None or _is_mostly_utf8(path):
        return UTF_8
    return _one_byte_encoding(odd_bytes)


def declared(name: str, told: Encoding) -> Encoding:
    """What a file says of itself, if its bytes have not told it better and such a thing is."""
    by_its_bytes = told.codec in (*_OF_TWO_BYTES, *(codec for _, codec, _ in _MARKS))
    return told if by_its_bytes or not _leaves_ascii_alone(name) else Encoding(name, name)


def in_utf8(blocks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    """The text that the blocks hold, with a sign in the place of what is none in this encoding."""
    if codec in _UTF_8_ITSELF:
        return _sound_utf8(blocks)
    return _encoded(codecs.iterdecode(blocks, codec, "replace"))


def _encoded(texts: Iterator[str]) -> Iterator[bytes]:
    for text in texts:
        yield text.encode("utf-8", "replace")


def _sound_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Nearly always as it is."""
    unfinished = b""
    for block in chain(blocks, [b""]):
        raw = unfinished + block
        text, taken = codecs.utf_8_decode(raw, "replace", not block)
        yield text.encode() if _DAMAGED in text else raw[:taken]
        unfinished = raw[taken:]


def _leaves_ascii_alone(codec: str) -> bool:
    """Unlike UTF-7, and what Python counts as an encoding too."""
    try:
        return _MARKUP.decode(codec) == _MARKUP.decode("ascii")
    except (LookupError, ValueError):  # not known, or not even an encoding of text
        return False


def _utf16_without_mark(head: bytes) -> Encoding | None:
    """In UTF-16 nearly every second byte of Latin or Cyrillic text is 0 or 4."""
    for codec, half in zip(_OF_TWO_BYTES, (head[1::2], head[0::2]), strict=True):
        if half and b"\0" in half and (half.count(0) + half.count(4)) / len(half) > 0.8:
            return Encoding(codec, codec)
    return None


def _first_that_is_not_utf8(path: Path) -> bytes | None:
    """The block that could not be decoded; None when the whole file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""
    for block in _blocks(path):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            return block or before
        before = block
    return None


def _is_mostly_utf8(path: Path) -> bool:
    """Bytes that are UTF-8 by chance are few in any other encoding: these are damaged instead."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    sound = damaged = 0
    for block in _blocks(path):
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            bad = text.count(_DAMAGED)
            damaged += bad
            sound += len(text) - bad - len(text.encode("ascii", "ignore"))
            if damaged > _DAMAGED_ENOUGH:
                break
    return sound > damaged


def _blocks(path: Path) -> Iterator[bytes]:
    """The last is blank."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
    yield b""


def _one_byte_encoding(sample: bytes) -> Encoding:
    if _written_in_whole_words(sample):
        return max((Encoding(*names) for names in _CYRILLIC), key=lambda e: _likeness(sample, e))
    return (
        Encoding("cp1252", "windows-1252")
        if re.search(rb"[\x80-\x9f]", sample)
        else Encoding("latin-1", "latin-1")
    )


def _written_in_whole_words(sample: bytes) -> bool:
    """Latin letters with accents stand alone among plain ones; Cyrillic ones in rows."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) for run in runs if len(run) > 2) * 2 > sum(len(run) for run in runs)


def _likeness(sample: bytes, encoding: Encoding) -> int:
    """How many of the letters that Russian is mostly made of this reading gives."""
    return sum(letter in _COMMON_LETTERS for letter in sample.decode(encoding.codec, "replace"))
