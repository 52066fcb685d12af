"""XML read element by element, however long it is; nothing that it refers to is ever loaded."""

import html
import re
from collections.abc import Iterator, Set
from itertools import chain
from typing import Any, BinaryIO, cast

from lxml import etree

from bookshop.imports.problems import BrokenXml, DeclaresEntities, LineTooLong
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.encodings import in_utf8

DOCTYPE = '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">'

_BLOCK = 1 << 16
_LONGEST = 3 << 20  # bytes between the ends of two elements: a tree takes thirty times as much
_LAST_KEPT_LINE = 65535  # libxml2 has 16 bits for the line of an element
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\s[^<>]*\?>")

# Control characters have no place in XML, but for one. They become that one: it goes from a text
# like the others, which a table may hold, and nothing is joined that they stood between.
_CONTROL = b"\x7f"
_OTHERS = bytes({*range(0x20)} - {*b"\t\n\r"})
_TO_CONTROL = bytes.maketrans(_OTHERS, _CONTROL * len(_OTHERS))
_BY_NUMBER = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])"
    rb"|x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[eEfF]));"
)
_NO_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")

# A letter beyond 16 bits is written as two halves by those who think in UTF-16.
_HALVES = re.compile(rb"(?:&#(?:0*5[5-7][0-9]{3}|x0*[dD][89a-fA-F][0-9a-fA-F]{2});)+")
_FIRST_HALF = (
    rb"&#(?:0*5(?:5(?:29|[3-9][0-9])|6(?:[0-2][0-9]|3[01]))[0-9]|x0*[dD][89abAB][0-9a-fA-F]{2});"
)
_UNFINISHED = re.compile(rb"(?:%s(?:&[^&;]*)?|&[^&;]*)\Z" % _FIRST_HALF)
_LONGEST_NUMBERS = 24  # letters: &#x0000d83d;&#x0000de00;


def elements(source: Source, *names: str) -> Iterator[etree._Element]:
    """Those of these names, each whole, and emptied when the next is asked for.

    Depth is limited by libxml2 (256); no entity is resolved and no DTD is loaded.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=names,
        encoding="utf-8",
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        with source.open() as file:
            wanted = {name.rpartition("}")[2] for name in names}
            yield from _ended(parser, _readable(file, source.encoding.codec), wanted)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise BrokenXml(line=error.lineno or 1) from error


def _readable(file: BinaryIO, codec: str) -> Iterator[bytes]:
    """In UTF-8, which need not be declared; a file may have blank lines before it says another.

    What cannot be read, or has no place in XML, is replaced: it spoils its own record alone.
    """
    blocks = in_utf8(iter(lambda: file.read(_BLOCK), b""), codec)
    first, unfinished = _DECLARATION.sub(_blanked, next(blocks, b"")), b""
    for block in chain([first], blocks):
        text = unfinished + block
        cut = _UNFINISHED.search(text, len(text) - _LONGEST_NUMBERS)
        end = cut.start() if cut else len(text)
        yield _mended(text[:end])
        unfinished = text[end:]
    yield _mended(unfinished)


def _blanked(found: re.Match[bytes]) -> bytes:
    return b"\n" * found[0].count(b"\n")


def _mended(text: bytes) -> bytes:
    text = text.translate(_TO_CONTROL)
    if b"&#" in text:
        text = _HALVES.sub(_joined, _BY_NUMBER.sub(_CONTROL, text))
    if b"\xef" in text:
        text = _NO_CHARACTERS.sub(_CONTROL, text)
    return text


def _joined(found: re.Match[bytes]) -> bytes:
    """Halves that have lost the other are no characters."""
    numbers = found[0][2:-1].split(b";&#")
    codes = (int(one[1:], 16) if one.startswith(b"x") else int(one) for one in numbers)
    halves = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass")
    text = halves.decode("utf-16-le", "replace").encode()
    return text.replace("\N{REPLACEMENT CHARACTER}".encode(), _CONTROL)


def _ended(
    parser: etree.XMLPullParser, blocks: Iterator[bytes], wanted: Set[str]
) -> Iterator[etree._Element]:
    root: etree._Element | None = None
    unfinished, lines = 0, 1
    for block in blocks:
        parser.feed(block)
        unfinished += len(block)
        lines += block.count(b"\n")
        for _, ended in parser.read_events():
            element = cast(Any, ended)
            if root is None:
                _refuse_declarations(element)
                root = element.getroottree().getroot()
            yield element
            element.clear(keep_tail=True)  # the parser is still writing at the tail of the last
            unfinished = 0
        if root is not None and _forgets_what_is_over(root, wanted):
            unfinished = 0
        if unfinished > _LONGEST:
            raise LineTooLong(line=lines)


def _refuse_declarations(element: etree._Element) -> None:
    """What was looked at before is the head of the file as text; this is what the parser saw."""
    dtd = cast(Any, element.getroottree().docinfo.internalDTD)
    if dtd is not None and (any(dtd.iterentities()) or any(dtd.iterelements())):
        raise DeclaresEntities


def _forgets_what_is_over(root: etree._Element, wanted: Set[str]) -> bool:
    """All but the way to where the parser is, so that memory does not grow with the file.

    What is wanted and has not ended stays whole. Of all else, like promotions by the ten thousand,
    nothing is read, and an end of any is an end.
    """
    place, forgets = root, False
    while len(place) and etree.QName(place).localname not in wanted:
        if len(place) > 1:
            del place[:-1]
            forgets = True
        place = place[-1]
    return forgets


def line_of(element: etree._Element) -> int:
    """Where it begins. Far down libxml2 tells it by where the first text inside has its end."""
    line = cast(int, element.sourceline)
    if line < _LAST_KEPT_LINE:
        return line
    first = element
    while first.text is None and len(first):
        first = first[0]
    return line - (first.text or "").count("\n")


def text_of(element: etree._Element) -> str:
    """All the text in it, without markup."""
    text = element.text or ""
    if len(element):
        text += "".join(_inner(child) + (child.tail or "") for child in element)
    return text


def _inner(child: etree._Element) -> str:
    """Of names like &nbsp; that nobody declared, those that HTML knows are understood."""
    return html.unescape(child.text or "") if isinstance(child, etree._Entity) else text_of(child)


def fit(text: str) -> str:
    """Without the few letters that XML has no way to write."""
    return _UNFIT.sub("", text)
