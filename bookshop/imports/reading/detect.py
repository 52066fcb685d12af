"""What a file is, told by what is in it and never by its name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bookshop.imports.problems import (
    AnotherXml,
    Archive,
    BinaryFile,
    DeclaresEntities,
    EmptyFile,
    NotACatalogue,
    OnixNotYetRead,
    Pdf,
    Spreadsheet,
    WebPage,
)
from bookshop.imports.reading.encodings import Encoding, encoding_of

Format = Literal["csv", "yml", "yaml"]

HEAD = 1 << 16
_SIGNATURES: tuple[tuple[bytes, type[NotACatalogue]], ...] = (
    (b"\xd0\xcf\x11\xe0", Spreadsheet),
    (b"%PDF", Pdf),
    (b"\x1f\x8b", Archive),
    (b"Rar!", Archive),
    (b"7z\xbc\xaf", Archive),
    (b"BZh", Archive),
    (b"\xfd7zXZ", Archive),
    (b"\x28\xb5\x2f\xfd", Archive),
    (b"\x89PNG", BinaryFile),
    (b"\xff\xd8\xff", BinaryFile),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_XML_PREAMBLE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_HARMLESS_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]*>", re.IGNORECASE)
_ROOT = re.compile(r"<([^\W\d][\w.:-]{0,60})[\s/>]")
_HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)
_XML_ENCODING = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BEFORE_YAML = re.compile(r"(\s*(#|---|%YAML)[^\n]*(\n|$)|\s*\n)*")
_YAML = re.compile(r"""-(\s|$)|[\[{]|["']?[\w .-]+["']?\s*:(\s|$)""")


@dataclass(frozen=True)
class Source:
    """A file, and what was found out about it."""

    path: Path
    format: Format
    encoding: Encoding


def look_at(path: Path) -> Source:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyFile
    _refuse_by_signature(head)
    encoding = encoding_of(path, head)
    text = head.decode(encoding.codec, "replace").lstrip("\ufeff \t\r\n")
    if not text.strip() and path.stat().st_size <= HEAD:
        raise EmptyFile
    if len(_CONTROL.findall(text)) * 10 > len(text):
        raise BinaryFile
    if text.startswith("<"):
        _refuse_other_xml(text)
        return Source(path, "yml", _declared_encoding(text) or encoding)
    return Source(path, "yaml" if _is_yaml(text) else "csv", encoding)


def _refuse_by_signature(head: bytes) -> None:
    if head.startswith(b"PK\x03\x04"):
        raise Spreadsheet if b"xl/" in head or b"[Content_Types].xml" in head else Archive
    for signature, refusal in _SIGNATURES:
        if head.startswith(signature):
            raise refusal


def _refuse_other_xml(text: str) -> None:
    if _HTML_DOCTYPE.match(text):
        raise WebPage
    text = _after_preamble(text)
    if text[:9].upper() == "<!DOCTYPE":
        doctype = _HARMLESS_DOCTYPE.match(text)
        if not doctype:
            raise DeclaresEntities
        text = _after_preamble(text[doctype.end() :])
    root = _ROOT.match(text)
    match root and root[1].lower():
        case "yml_catalog":
            return
        case "html":
            raise WebPage
        case "onixmessage":
            raise OnixNotYetRead
    raise AnotherXml(root=root[1] if root else "?")


def _after_preamble(text: str) -> str:
    """From the DOCTYPE or the root element on."""
    place = 0
    while skipped := _XML_PREAMBLE.match(text, place):
        place = skipped.end()
    return text[place:]


def _declared_encoding(text: str) -> Encoding | None:
    """What the XML says of itself: its parser goes by that too."""
    declared = _XML_ENCODING.match(text)
    return Encoding(declared[1].lower(), declared[1].lower()) if declared else None


def _is_yaml(text: str) -> bool:
    skipped = _BEFORE_YAML.match(text)
    return bool(_YAML.match(text, skipped.end() if skipped else 0))
