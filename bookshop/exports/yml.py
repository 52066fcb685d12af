"""Yandex Market YML, one <offer type="book"> for each offer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from lxml import etree

from bookshop.exports.offered import Offered
from bookshop.exports.xml import DECLARATION, as_bytes, put, put_if_said
from bookshop.imports.reading.markup import as_html
from bookshop.imports.reading.references import OWN
from bookshop.imports.reading.xml import DOCTYPE, fit
from bookshop.imports.reading.yml import people
from bookshop.money import CURRENCY

_YEARS = re.compile(r"(0|[1-9][0-9]{0,3})\+")
_PART_OF = re.compile(r"([^/]+)/([^/]+)")


def write(
    shop: str, at: datetime, categories: Sequence[str], offers: Iterable[Offered]
) -> Iterator[bytes]:
    numbers = {name: str(number) for number, name in enumerate(categories, start=1)}
    yield DECLARATION + f"{DOCTYPE}\n".encode()
    yield f'<yml_catalog date="{at:%Y-%m-%d %H:%M}"><shop>\n'.encode()
    yield from map(as_bytes, _about(shop, numbers))
    yield b"<offers>\n"
    for offer in offers:
        yield as_bytes(_offer(offer, numbers))
    yield b"</offers></shop></yml_catalog>\n"


def _about(shop: str, numbers: dict[str, str]) -> Iterator[etree._Element]:
    for tag in ("name", "company"):
        named = etree.Element(tag)
        named.text = fit(shop)
        yield named
    currencies, categories = etree.Element("currencies"), etree.Element("categories")
    put(currencies, "currency", id=CURRENCY, rate="1")
    for name, number in numbers.items():
        put(categories, "category", name, id=number)
    yield currencies
    yield categories


def _offer(offer: Offered, numbers: dict[str, str]) -> etree._Element:
    said = offer.said
    available = "true" if said["stock"] != "0" else "false"
    element = etree.Element("offer", type="book", available=available)
    element.set("id", said["sku"] or f"{OWN}{offer.id}")
    put(element, "price", said["price"])
    put(element, "currencyId", said["currency"])
    put_if_said(element, "categoryId", numbers.get(said["category"], ""))
    put_if_said(element, "picture", said["cover_url"])
    put_if_said(element, "author", _author(said["authors"]))
    put(element, "name", said["title"])
    put_if_said(element, "publisher", said["publisher"])
    put_if_said(element, "series", said["series"])
    put_if_said(element, "year", said["year"])
    put_if_said(element, "ISBN", said["isbn13"])
    _put_volume(element, said["volume"])
    put_if_said(element, "language", said["language"])
    put_if_said(element, "binding", said["binding"])
    put_if_said(element, "page_extent", said["pages"])
    put_if_said(element, "description", as_html(said["description"]))
    put(element, "count", said["stock"])
    _put_age(element, said["age"])
    return element


def _author(authors: str) -> str:
    """With commas between, as the format has it, where that is read as the same people."""
    forms = (authors.replace("; ", ", "), authors)
    return next((form for form in forms if people(form) == authors), f"{authors};")


def _put_volume(element: etree._Element, volume: str) -> None:
    """Here `volume` is how many there are, and `part` which of them it is."""
    parts = _PART_OF.fullmatch(volume)
    if parts:
        put(element, "volume", parts[2])
    put_if_said(element, "part", parts[1] if parts else volume)


def _put_age(element: etree._Element, age: str) -> None:
    if years := _YEARS.fullmatch(age):
        put(element, "age", years[1], unit="year")
    elif age:
        put(element, "param", age, name="Возраст")
