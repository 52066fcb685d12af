"""In which letters a file is written, told by its bytes."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_CYRILLIC = (("cp1251", "windows-1251"), ("koi8-r", "koi8-r"), ("cp866", "cp866"))
_COMMON_LETTERS = frozenset("оеаинтсрвлкмдпу")
_BLOCK = 1 << 20
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_DAMAGED_ENOUGH = 10_000  # to tell what the rest will be like


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


def _utf16_without_mark(head: bytes) -> Encoding | None:
    """In UTF-16 nearly every second byte of Latin or Cyrillic text is 0 or 4."""
    for codec, half in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
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
