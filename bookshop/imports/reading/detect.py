"""What a file is, told by what is in it and never by its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from bookshop.imports.problems import (
    AnotherXml,
    Archive,
    BinaryFile,
    DeclaresEntities,
    EmptyFile,
    NestedArchive,
    NotACatalogue,
    Onix21,
    Pdf,
    Spreadsheet,
    WebPage,
)
from bookshop.imports.reading.encodings import Encoding, declared, encoding_of
from bookshop.imports.reading.packed import GZIP, ZIP

Format = Literal["csv", "yml", "yaml", "onix"]

HEAD = 1 << 16
_SIGNATURES: tuple[tuple[bytes, type[NotACatalogue]], ...] = (
    (b"\xd0\xcf\x11\xe0", Spreadsheet),
    (b"%PDF", Pdf),
    *((signature, NestedArchive) for signature in (GZIP, *ZIP)),  # one of them is unpacked by now
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
_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?([^\W\d][\w.-]{0,60})(?=[\s/>])([^<>]*)")
_ONIX_3 = re.compile(r"""\brelease\s*=\s*["']3""")
_HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)
_XML_ENCODING = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BEFORE_YAML = re.compile(r"(\s*(#|---|%YAML)[^\n]*(\n|$)|\s*\n)*")
_YAML = re.compile(r"""-(\s|$)|[\[{]|["']?[\w .-]+["']?\s*:(\s|$)""")


@dataclass
class Source:
    """A file, what was found out about it, and what its seller says of its columns."""

    path: Path
    format: Format
    encoding: Encoding
    mapping: Mapping[str, str] = field(default_factory=dict)
    _opened: BinaryIO | None = None

    def open(self) -> BinaryIO:
        self._opened = self.path.open("rb")
        return self._opened

    def progress(self) -> float:
        """How far what was opened has been read, from 0 to 1."""
        if self._opened is None:
            return 0.0
        return 1.0 if self._opened.closed else self._opened.tell() / self.path.stat().st_size


def look_at(path: Path, mapping: Mapping[str, str] | None = None) -> Source:
    """`path` is not packed: see packed."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyFile
    _refuse_by_signature(head)
    encoding = encoding_of(path, head)
    text = _beginning(head, encoding)
    if not text.strip() and path.stat().st_size <= HEAD:
        raise EmptyFile
    if len(_CONTROL.findall(text)) * 10 > len(text):
        raise BinaryFile
    if text.startswith("<"):
        encoding = _encoding_of_xml(text, encoding)
        return Source(path, _format_of_xml(_beginning(head, encoding)), encoding)
    return Source(path, "yaml" if _is_yaml(text) else "csv", encoding, mapping or {})


def _beginning(head: bytes, encoding: Encoding) -> str:
    return head.decode(encoding.codec, "replace").lstrip("\ufeff \t\r\n")


def _refuse_by_signature(head: bytes) -> None:
    for signature, refusal in _SIGNATURES:
        if head.startswith(signature):
            raise refusal


def _format_of_xml(text: str) -> Format:
    if _HTML_DOCTYPE.match(text):
        raise WebPage
    text = _after_preamble(text)
    if text[:9].upper() == "<!DOCTYPE":
        doctype = _HARMLESS_DOCTYPE.match(text)
        if not doctype:
            raise DeclaresEntities
        text = _after_preamble(text[doctype.end() :])
    root = _ROOT.match(text)
    if not root:
        raise AnotherXml(root="?")
    match root[1].lower():
        case "yml_catalog":
            return "yml"
        case "onixmessage":
            return _onix(root[2])
        case "html":
            raise WebPage
    raise AnotherXml(root=root[1])


def _onix(attributes: str) -> Format:
    """2.1 needs no release, and a message that has none is one of that time."""
    if not _ONIX_3.search(attributes):
        raise Onix21
    return "onix"


def _after_preamble(text: str) -> str:
    """From the DOCTYPE or the root element on."""
    place = 0
    while skipped := _XML_PREAMBLE.match(text, place):
        place = skipped.end()
    return text[place:]


def _encoding_of_xml(text: str, told: Encoding) -> Encoding:
    """What it says of itself, as far as that can be."""
    named = _XML_ENCODING.match(text)
    return declared(named[1].lower(), told) if named else told


def _is_yaml(text: str) -> bool:
    skipped = _BEFORE_YAML.match(text)
    return bool(_YAML.match(text, skipped.end() if skipped else 0))
