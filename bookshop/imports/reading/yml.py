"""Yandex Market YML, read offer by offer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import BinaryIO

import pandas as pd
from lxml import etree

from bookshop.imports.columns import FIELDS, field_named, is_reason
from bookshop.imports.problems import NOT_A_BOOK, NoRecords
from bookshop.imports.reading.categories import Categories
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.markup import as_text
from bookshop.imports.reading.records import Notes, Record, in_chunks
from bookshop.imports.reading.references import gone, sku_of
from bookshop.imports.reading.xml import DOCTYPE, elements, fit, line_of, text_of

_FIELD_OF_TAG = {
    "name": "title",
    "publisher": "publisher",
    "series": "series",
    "year": "year",
    "language": "language",
    "binding": "binding",
    "price": "price",  # and never oldprice
    "currencyId": "currency",
    "page_extent": "pages",
    "picture": "cover_url",
    "count": "stock",
}
_NOTHING_SAID = dict.fromkeys(FIELDS, "")
_BOOKS = ("", "book")
_MONTHS = 12
_DIGITS = re.compile("[0-9]+")


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    return in_chunks(_records(source, notes), FIELDS)


def write_refused(source: Source, why: Mapping[int, str], heading: str, into: BinaryIO) -> None:
    """The categories and the refused offers, each with the reason as one param more."""
    told = groupby(_told(source, why, heading), lambda element: element.tag)
    with etree.xmlfile(into, encoding="utf-8") as file:
        file.write_declaration()
        file.write_doctype(DOCTYPE)
        with file.element("yml_catalog"), file.element("shop"):
            for tag, group in told:
                with file.element("categories" if tag == "category" else "offers"):
                    for element in group:
                        file.write("\n", element, with_tail=False)


def _told(source: Source, why: Mapping[int, str], heading: str) -> Iterator[etree._Element]:
    number = 0
    for element in elements(source, "category", "offer"):
        if element.tag == "category":
            yield element
            continue
        number += 1
        if number in why:
            _add_reason(element, heading, f"#{number}. {why[number]}")
            yield element


def _add_reason(offer: etree._Element, heading: str, reason: str) -> None:
    for param in offer.findall("param"):
        if is_reason(param.get("name", "")):
            offer.remove(param)
    etree.SubElement(offer, "param", name=heading).text = fit(reason)


def _records(source: Source, notes: Notes) -> Iterator[Record | None]:
    categories, number = Categories(), 0
    for element in elements(source, "category", "offer"):
        if element.tag == "category":
            categories.add(element)
        else:
            number += 1
            yield _record(element, number, categories, notes)
    if number == 0:
        raise NoRecords


def _record(
    offer: etree._Element, number: int, categories: Categories, notes: Notes
) -> Record | None:
    line, kind = line_of(offer), offer.get("type", "")
    if kind not in _BOOKS:
        notes.refuse(NOT_A_BOOK, line, number, "type", kind)
        return None
    said = _said(offer, categories)
    said["stock"] = said["stock"] or notes.stock_unsaid(line)
    return Record(line, number, tuple(said.values()))


def _said(offer: etree._Element, categories: Categories) -> dict[str, str]:
    """By field, in the order of FIELDS."""
    said, others = _plain_texts(offer)
    isbns = others.get("ISBN") or others.get("isbn") or _isbns_among(others.get("barcode", ()))
    said["isbn13"] = ", ".join(isbns)
    said["sku"] = sku_of(offer.get("id", ""))
    said["authors"] = "; ".join(map(people, others.get("author", ())))
    said["category"] = categories.name_of(others.get("categoryId", ()))
    said["volume"] = "/".join(others.get("part", [])[:1] + others.get("volume", [])[:1])
    told = others.get("description", [])[:1] + others.get("table_of_contents", [])[:1]
    said["description"] = "\n".join(map(as_text, told))
    said["publisher"] = said["publisher"] or "".join(others.get("vendor", [])[:1])
    said["age"] = next(map(_age, offer.iterchildren("age")), "") if "age" in others else ""
    said["stock"] = said["stock"] or _copies_at_outlets(offer)
    if "param" in others:
        _fill_in(said, offer)
    return gone(said) if _is_gone(offer, others) else said


def _plain_texts(offer: etree._Element) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Those that are a field each, the first of its kind; and all others, by tag."""
    said = _NOTHING_SAID.copy()
    others: dict[str, list[str]] = {}
    for child in offer:
        text = text_of(child) if len(child) else child.text
        if not text or text.isspace():
            continue
        if field := _FIELD_OF_TAG.get(child.tag):
            said[field] = said[field] or text
        else:
            others.setdefault(child.tag, []).append(text)
    return said, others


def _isbns_among(barcodes: Iterable[str]) -> list[str]:
    return [code for code in barcodes if code.strip().startswith(("978", "979"))]


def people(text: str) -> str:
    """ "Илья Ильф, Евгений Петров" are two, "Толстой, Лев" is one; a semicolon settles it."""
    if ";" in text:
        return text.removesuffix(";")
    names = [name.strip() for name in text.split(",")]
    return "; ".join(names) if all(" " in name for name in names) else text


def _age(age: etree._Element) -> str:
    """12 years, or 36 months, and more."""
    number = text_of(age).strip()
    if not _DIGITS.fullmatch(number):
        return number
    in_months = age.get("unit", "").startswith("month")
    return f"{int(number[:4]) // (_MONTHS if in_months else 1)}+"


def _fill_in(said: dict[str, str], offer: etree._Element) -> None:
    """A param stands for an element that is not there."""
    for param in offer.iterchildren("param"):
        name = field_named(param.get("name", ""))
        if name and not said[name]:
            said[name] = text_of(param)


def _copies_at_outlets(offer: etree._Element) -> str:
    """The older way to say it, shop by shop."""
    said = [outlet.get("instock", "") for outlet in offer.iterfind("outlets/outlet")]
    counts = [int(count[:9]) for count in said if _DIGITS.fullmatch(count)]
    return str(sum(counts)) if counts else ""


def _is_gone(offer: etree._Element, others: dict[str, list[str]]) -> bool:
    def says(name: str, word: str) -> bool:
        return word in (offer.get(name), *others.get(name, ()))

    return says("available", "false") or says("deleted", "true") or says("disabled", "true")
