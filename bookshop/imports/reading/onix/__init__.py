"""ONIX for Books 3.0 and 3.1 (EDItEUR), read product by product."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO

import pandas as pd
from lxml import etree

from bookshop.imports.columns import FIELDS
from bookshop.imports.problems import NOT_A_BOOK, NoRecords
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.onix import codes
from bookshop.imports.reading.onix.product import facts
from bookshop.imports.reading.onix.supply import price_and_stock
from bookshop.imports.reading.onix.tags import Composite
from bookshop.imports.reading.records import Notes, Record, in_chunks
from bookshop.imports.reading.references import gone
from bookshop.imports.reading.xml import elements, fit, line_of

_HEADER = ("{*}Header", "{*}header")
_PRODUCT = ("{*}Product", "{*}product")
_DASHES = re.compile("-{2,}")  # two would end the comment


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    return in_chunks(_records(source, notes), FIELDS)


def write_refused(source: Source, why: Mapping[int, str], heading: str, into: BinaryIO) -> None:
    """The header and the refused products, each with the reason in a comment."""
    found = elements(source, *_HEADER, *_PRODUCT)
    first = next(found)
    root = first.getroottree().getroot()
    with etree.xmlfile(into, encoding="utf-8") as file:
        file.write_declaration()
        with file.element(root.tag, root.attrib, nsmap=root.nsmap):
            for element in _told(chain([first], found), why, heading):
                file.write("\n", element, with_tail=False)


def _told(
    found: Iterable[etree._Element], why: Mapping[int, str], heading: str
) -> Iterator[etree._Element]:
    number = 0
    for element in found:
        if _is_header(element):
            yield element
            continue
        number += 1
        if number in why:
            element.insert(0, _comment(f"{heading}: #{number}. {why[number]}"))
            yield element


def _comment(text: str) -> etree._Comment:
    return etree.Comment(f" {_DASHES.sub('—', fit(text))} ")


def _records(source: Source, notes: Notes) -> Iterator[Record | None]:
    header: Composite | None = None
    number = 0
    for element in elements(source, *_HEADER, *_PRODUCT):
        if _is_header(element):
            header = Composite(element)
        else:
            number += 1
            yield _record(element, number, header, notes)
    if number == 0:
        raise NoRecords


def _record(
    element: etree._Element, number: int, header: Composite | None, notes: Notes
) -> Record | None:
    line, product = line_of(element), Composite(element)
    form = next((part.text("ProductForm") for part in product.each("DescriptiveDetail")), "")
    if form.startswith(codes.OTHER_GOODS):
        notes.refuse(NOT_A_BOOK, line, number, "type", form)
        return None
    said = facts(product) | price_and_stock(product, header)
    if product.text("NotificationType") == codes.DELETED:
        said = gone(said)
    said["stock"] = said["stock"] or notes.stock_unsaid(line)
    return Record(line, number, tuple([said.get(name, "") for name in FIELDS]))


def _is_header(element: etree._Element) -> bool:
    return etree.QName(element).localname in ("Header", "header")
