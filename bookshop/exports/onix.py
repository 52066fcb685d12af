"""ONIX for Books 3.0 with reference names, one <Product> for each offer."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from babel.core import get_global
from lxml import etree

from bookshop.exports.offered import Offered
from bookshop.exports.xml import DECLARATION, as_bytes, put, put_if_said
from bookshop.imports.reading.markup import as_html
from bookshop.imports.reading.onix import codes
from bookshop.imports.reading.references import OWN

_NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
_YEARS = re.compile(r"(0|[1-9][0-9]{0,3})\+")
_FORMS = {words: form for form, words in codes.BINDINGS.items()}


def write(shop: str, at: datetime, offers: Iterable[Offered]) -> Iterator[bytes]:
    yield DECLARATION + f'<ONIXMessage release="3.0" xmlns="{_NAMESPACE}">\n'.encode()
    yield as_bytes(_header(shop, at))
    for offer in offers:
        yield as_bytes(_product(offer, shop))
    yield b"</ONIXMessage>\n"


def _header(shop: str, at: datetime) -> etree._Element:
    header = etree.Element("Header")
    put(put(header, "Sender"), "SenderName", shop)
    put(header, "SentDateTime", f"{at:%Y%m%dT%H%MZ}")
    return header


def _product(offer: Offered, shop: str) -> etree._Element:
    said = offer.said
    product = etree.Element("Product")
    put(product, "RecordReference", f"{OWN}{offer.id}")
    put(product, "NotificationType", codes.CONFIRMED)
    _put_number(product, codes.OWN_NUMBER, said["sku"])
    _put_number(product, codes.ISBN_13, said["isbn13"])
    _put_description(put(product, "DescriptiveDetail"), said)
    if said["description"] or said["cover_url"]:
        _put_collateral(put(product, "CollateralDetail"), said)
    if said["publisher"] or said["year"]:
        _put_publishing(put(product, "PublishingDetail"), said)
    _put_supply(put(put(product, "ProductSupply"), "SupplyDetail"), said, shop)
    return product


def _put_number(product: etree._Element, kind: str, value: str) -> None:
    if value:
        number = put(product, "ProductIdentifier")
        put(number, "ProductIDType", kind)
        if kind == codes.OWN_NUMBER:
            put(number, "IDTypeName", "sku")
        put(number, "IDValue", value)


def _put_description(detail: etree._Element, said: dict[str, str]) -> None:
    put(detail, "ProductComposition", codes.SINGLE_ITEM)
    form = _FORMS.get(said["binding"])
    put(detail, "ProductForm", form or codes.BOOK)
    if not form:
        put_if_said(detail, "ProductFormDescription", said["binding"])
    if said["series"]:
        series = put(detail, "Collection")
        put(series, "CollectionType", codes.PUBLISHERS_SERIES)
        _put_title(series, codes.OF_THE_COLLECTION, said["series"])
    _put_title(detail, codes.OF_THE_PRODUCT, said["title"], said["volume"])
    _put_authors(detail, said["authors"])
    if said["language"]:
        language = put(detail, "Language")
        put(language, "LanguageRole", codes.LANGUAGE_OF_TEXT)
        put(language, "LanguageCode", three_letters(said["language"]))
    if said["pages"]:
        extent = put(detail, "Extent")
        put(extent, "ExtentType", codes.PAGE_COUNTS[0])
        put(extent, "ExtentValue", said["pages"])
        put(extent, "ExtentUnit", codes.PAGES)
    if said["category"]:
        subject = put(detail, "Subject")
        put(subject, "MainSubject")
        put(subject, "SubjectSchemeIdentifier", codes.OWN_SCHEME)
        put(subject, "SubjectSchemeName", "category")
        put(subject, "SubjectHeadingText", said["category"])
    _put_age(detail, said["age"])


def _put_title(parent: etree._Element, level: str, text: str, part: str = "") -> None:
    title = put(parent, "TitleDetail")
    put(title, "TitleType", codes.DISTINCTIVE_TITLE)
    element = put(title, "TitleElement")
    put(element, "TitleElementLevel", level)
    put_if_said(element, "PartNumber", part)
    put(element, "TitleText", text)


def _put_authors(detail: etree._Element, authors: str) -> None:
    names = authors.split("; ")
    if not all(names):
        names = [authors]
    for number, name in enumerate(filter(None, names), start=1):
        contributor = put(detail, "Contributor")
        put(contributor, "SequenceNumber", str(number))
        put(contributor, "ContributorRole", codes.AUTHOR)
        put(contributor, "PersonName", name)
    if not authors:
        put(detail, "NoContributor")


def _put_age(detail: etree._Element, age: str) -> None:
    if years := _YEARS.fullmatch(age):
        audience = put(detail, "AudienceRange")
        put(audience, "AudienceRangeQualifier", codes.INTEREST_AGE)
        put(audience, "AudienceRangePrecision", codes.FROM)
        put(audience, "AudienceRangeValue", years[1])
    else:
        put_if_said(detail, "AudienceDescription", age)


def _put_collateral(detail: etree._Element, said: dict[str, str]) -> None:
    if said["description"]:
        content = put(detail, "TextContent")
        put(content, "TextType", codes.DESCRIPTIONS[0])
        put(content, "ContentAudience", codes.FOR_ALL)
        put(content, "Text", as_html(said["description"]))
    if said["cover_url"]:
        resource = put(detail, "SupportingResource")
        put(resource, "ResourceContentType", codes.FRONT_COVER)
        put(resource, "ContentAudience", codes.FOR_ALL)
        put(resource, "ResourceMode", codes.IMAGE)
        version = put(resource, "ResourceVersion")
        put(version, "ResourceForm", codes.LINKABLE)
        put(version, "ResourceLink", said["cover_url"])


def _put_publishing(detail: etree._Element, said: dict[str, str]) -> None:
    if said["publisher"]:
        publisher = put(detail, "Publisher")
        put(publisher, "PublishingRole", codes.PUBLISHER)
        put(publisher, "PublisherName", said["publisher"])
    if said["year"]:
        date = put(detail, "PublishingDate")
        put(date, "PublishingDateRole", codes.PUBLICATION)
        put(date, "Date", f"{int(said['year']):04d}", dateformat=codes.YEAR_ALONE)


def _put_supply(supply: etree._Element, said: dict[str, str], shop: str) -> None:
    supplier = put(supply, "Supplier")
    put(supplier, "SupplierRole", codes.RETAILER)
    put(supplier, "SupplierName", shop)
    available = codes.IN_STOCK if said["stock"] != "0" else codes.OUT_OF_STOCK
    put(supply, "ProductAvailability", available)
    put(put(supply, "Stock"), "OnHand", said["stock"])
    price = put(supply, "Price")
    put(price, "PriceType", codes.RETAIL_INCLUDING_TAX)
    put(price, "PriceAmount", said["price"])
    put(price, "CurrencyCode", said["currency"])


def three_letters(language: str) -> str:
    """List 74 is ISO 639-2/B; of several codes for one language CLDR names that last."""
    return _codes_of_three_letters().get(language, language)


@cache
def _codes_of_three_letters() -> dict[str, str]:
    aliases = get_global("language_aliases").items()
    codes = {code: alias for alias, code in aliases if len(alias) == 3 and len(code) == 2}
    return codes | {"ak": "aka", "gu": "guj"}  # for these it is one of a dialect
