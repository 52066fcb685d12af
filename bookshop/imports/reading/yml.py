"""Yandex Market YML, read offer by offer; nothing it refers to is ever loaded."""

import html
import re
from collections.abc import Iterator
from typing import cast

import pandas as pd
from lxml import etree

from bookshop.imports.columns import FIELDS
from bookshop.imports.problems import BrokenXml, Fault, NoRecords
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.records import STOCK_ASSUMED, Notes, Record, in_chunks
from bookshop.translations import N_

_TAGS = {
    "title": "name",
    "publisher": "publisher",
    "series": "series",
    "year": "year",
    "language": "language",
    "price": "price",
    "currency": "currencyId",
    "pages": "page_extent",
    "cover_url": "picture",
}
_BOOKS = ("", "book")
_MARKUP = re.compile(r"</?(?:p|br|ul|ol|li|h[1-6]|b|i|em|strong|div|span)\b[^<>]*>", re.IGNORECASE)

NOT_A_BOOK = Fault("not_a_book", N_("Only books are sold here, and this offer is of another type."))


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    return in_chunks(_Catalogue(source, notes).records(), FIELDS)


class _Catalogue:
    def __init__(self, source: Source, notes: Notes) -> None:
        self._source = source
        self._notes = notes
        self._categories = _Categories()
        self._stock_assumed_at: int | None = None

    def records(self) -> Iterator[Record]:
        """Depth is limited by libxml2 (256); no entity is resolved and no DTD is loaded."""
        number = 0
        for element in self._elements():
            if element.tag == "category":
                self._categories.add(element)
            else:
                number += 1
                yield from self._record(element, number)
            _forget(element)
        if number == 0:
            raise NoRecords
        if self._stock_assumed_at:
            self._notes.warn_once(STOCK_ASSUMED, self._stock_assumed_at, "stock")

    def _elements(self) -> Iterator[etree._Element]:
        with self._source.path.open("rb") as file:
            try:
                for _, element in etree.iterparse(
                    file,
                    tag=("category", "offer"),
                    load_dtd=False,
                    no_network=True,
                    resolve_entities=False,
                ):
                    yield element
            except etree.XMLSyntaxError as error:
                raise BrokenXml(line=error.lineno or 1) from error

    def _record(self, offer: etree._Element, number: int) -> Iterator[Record]:
        line = cast(int, offer.sourceline)
        kind = offer.get("type", "")
        if kind in _BOOKS:
            said = self._said(offer, line)
            yield Record(line, number, tuple(said.get(name, "") for name in FIELDS))
        else:
            self._notes.refuse(NOT_A_BOOK, line, number, "type", kind)

    def _said(self, offer: etree._Element, line: int) -> dict[str, str]:
        texts = _texts(offer)
        said = {name: texts.get(tag, [""])[0] for name, tag in _TAGS.items()}
        said["sku"] = offer.get("id", "")
        said["isbn13"] = _first(texts, "ISBN", "isbn") or _isbn_in(texts.get("barcode", []))
        said["authors"] = "; ".join(_authors(text) for text in texts.get("author", []))
        said["category"] = self._categories.name_of(_first(texts, "categoryId"))
        said["description"] = _MARKUP.sub(" ", _first(texts, "description"))
        said["stock"] = self._stock(offer, _first(texts, "count"), line)
        return said

    def _stock(self, offer: etree._Element, count: str, line: int) -> str:
        if offer.get("available") == "false" or offer.get("deleted") == "true":
            return "0"
        if not count:
            self._stock_assumed_at = self._stock_assumed_at or line
        return count or "1"


class _Categories:
    """A category has a name; one without takes that of the nearest above it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}

    def add(self, element: etree._Element) -> None:
        own = element.get("id", "")
        self._names[own] = _text(element).strip()
        self._parents[own] = element.get("parentId", "")

    def name_of(self, wanted: str) -> str:
        seen = set()  # parents may run in a circle
        while wanted in self._names and wanted not in seen:
            if name := self._names[wanted]:
                return name
            seen.add(wanted)
            wanted = self._parents[wanted]
        return ""


def _texts(offer: etree._Element) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for child in offer.iterchildren(tag=etree.Element):
        texts.setdefault(str(child.tag), []).append(_text(child).strip())
    return texts


def _text(element: etree._Element) -> str:
    return (element.text or "") + "".join(_inner(child) + (child.tail or "") for child in element)


def _inner(child: etree._Element) -> str:
    """Of names like &nbsp; that nobody declared, those that HTML knows are understood."""
    if isinstance(child, etree._Entity):
        return html.unescape(child.text or "")
    is_text = not isinstance(child, etree._Comment | etree._ProcessingInstruction)
    return _text(child) if is_text else ""


def _first(texts: dict[str, list[str]], *tags: str) -> str:
    return next((texts[tag][0] for tag in tags if tag in texts), "")


def _isbn_in(barcodes: list[str]) -> str:
    return next((code for code in barcodes if code.startswith(("978", "979"))), "")


def _authors(text: str) -> str:
    """ "Илья Ильф, Евгений Петров" are two people, "Толстой, Лев" is one."""
    names = [name.strip() for name in text.split(",")]
    return "; ".join(names) if all(" " in name for name in names) else text


def _forget(element: etree._Element) -> None:
    """What was read is let go, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
