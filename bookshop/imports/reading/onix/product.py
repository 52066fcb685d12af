"""What a <Product> says of a book."""

import re
from collections.abc import Iterable

from bookshop.imports.reading.markup import as_text
from bookshop.imports.reading.onix import codes
from bookshop.imports.reading.onix.tags import Composite
from bookshop.imports.reading.references import sku_of

_YEAR = re.compile("[0-9]{4}")
_DIGITS = re.compile("[0-9]{1,4}")
_LAST = 10**6


def facts(product: Composite) -> dict[str, str]:
    """By field; what it costs and how many there are is told by supply."""
    return {
        **_identity(product),
        **_title_and_series(product),
        "authors": _authors(product.each("DescriptiveDetail", "Contributor")),
        "language": _language(product),
        "pages": _pages(product),
        "category": _category(product),
        "age": _age(product),
        "binding": _binding(product),
        "publisher": _publisher(product),
        "year": _year(product),
        "description": _description(product),
        "cover_url": _cover(product),
    }


def _identity(product: Composite) -> dict[str, str]:
    numbers = {
        number.text("ProductIDType"): number.text("IDValue").strip()
        for number in product.each("ProductIdentifier")
    }
    gtin = numbers.get(codes.GTIN_13, "")
    isbns = (
        numbers.get(codes.ISBN_13),
        gtin if gtin.startswith(("978", "979")) else "",
        numbers.get(codes.ISBN_10),
    )
    sku = numbers.get(codes.OWN_NUMBER) or sku_of(product.text("RecordReference").strip())
    return {"isbn13": next(filter(None, isbns), ""), "sku": sku}


def _title_and_series(product: Composite) -> dict[str, str]:
    own = _levels(product.each("DescriptiveDetail", "TitleDetail"))
    of_product, above = own.get(codes.OF_THE_PRODUCT), own.get(codes.OF_THE_COLLECTION)
    of_series = _levels(product.each("DescriptiveDetail", "Collection", "TitleDetail"))
    series = of_series.get(codes.OF_THE_COLLECTION) or (above if _title(of_product) else None)
    places = product.each("DescriptiveDetail", "Collection", "CollectionSequence")
    numbered = (part for part in (of_product, series, *places) if part)
    numbers = (part.text("PartNumber", "CollectionSequenceNumber") for part in numbered)
    return {
        "title": _title(of_product) or _title(above),
        "series": _title(series),
        "volume": next(filter(None, numbers), ""),
    }


def _levels(titles: Iterable[Composite]) -> dict[str, Composite]:
    """The elements of the distinctive title: the book's own, its collection's."""
    levels: dict[str, Composite] = {}
    for title in titles:
        if title.text("TitleType") == codes.DISTINCTIVE_TITLE:
            for element in title.each("TitleElement"):
                levels.setdefault(element.text("TitleElementLevel"), element)
    return levels


def _title(element: Composite | None) -> str:
    if element is None:
        return ""
    parts = (element.text("TitlePrefix"), element.text("TitleWithoutPrefix"))
    title = element.text("TitleText") or " ".join(filter(None, parts))
    return ": ".join(filter(None, (title, element.text("Subtitle"))))


def _authors(contributors: Iterable[Composite]) -> str:
    people = sorted(contributors, key=_place)
    by_role = [(set(person.texts("ContributorRole")), _name(person)) for person in people]
    for wanted in (codes.AUTHORS, (codes.EDITOR,)):
        names = [name for roles, name in by_role if name and roles & set(wanted)]
        if names:
            return "; ".join(names)
    return ""


def _place(contributor: Composite) -> tuple[bool, int]:
    """Authors first, each in the place the message gives him."""
    number = contributor.text("SequenceNumber").strip()
    is_author = codes.AUTHOR in contributor.texts("ContributorRole")
    return not is_author, int(number) if _DIGITS.fullmatch(number) else _LAST


def _name(contributor: Composite) -> str:
    parts = (contributor.text(name) for name in ("NamesBeforeKey", "PrefixToKey", "KeyNames"))
    return (
        contributor.text("PersonName")
        or " ".join(filter(None, parts))
        or contributor.text("PersonNameInverted", "CorporateName")
    )


def _language(product: Composite) -> str:
    languages = product.each("DescriptiveDetail", "Language")
    return next(
        (
            language.text("LanguageCode")
            for language in languages
            if language.text("LanguageRole") == codes.LANGUAGE_OF_TEXT
        ),
        "",
    )


def _pages(product: Composite) -> str:
    counts = {
        extent.text("ExtentType"): extent.text("ExtentValue")
        for extent in product.each("DescriptiveDetail", "Extent")
        if extent.text("ExtentUnit") == codes.PAGES
    }
    return next((counts[kind] for kind in codes.PAGE_COUNTS if kind in counts), "")


def _category(product: Composite) -> str:
    """In words; a code alone would tell a reader nothing."""
    named = [
        subject
        for subject in product.each("DescriptiveDetail", "Subject")
        if subject.text("SubjectHeadingText")
        and subject.text("SubjectSchemeIdentifier") != codes.KEYWORDS
    ]
    named.sort(key=lambda subject: "MainSubject" not in subject)
    return named[0].text("SubjectHeadingText") if named else ""


def _age(product: Composite) -> str:
    for audience in product.each("DescriptiveDetail", "AudienceRange"):
        in_a_year = codes.AGES.get(audience.text("AudienceRangeQualifier"))
        limits = zip(
            audience.texts("AudienceRangePrecision"),
            audience.texts("AudienceRangeValue"),
            strict=False,
        )
        for precision, value in limits:
            if in_a_year and precision in (codes.EXACTLY, codes.FROM) and _DIGITS.fullmatch(value):
                return f"{int(value) // in_a_year}+"
    described = (part.text("AudienceDescription") for part in product.each("DescriptiveDetail"))
    return next(described, "")


def _binding(product: Composite) -> str:
    for detail in product.each("DescriptiveDetail"):
        form = codes.BINDINGS.get(detail.text("ProductForm"), "")
        return detail.text("ProductFormDescription") or form
    return ""


def _publisher(product: Composite) -> str:
    publishers = sorted(
        product.each("PublishingDetail", "Publisher"),
        key=lambda one: one.text("PublishingRole") != codes.PUBLISHER,
    )
    imprints = product.each("PublishingDetail", "Imprint")
    names = (one.text("PublisherName", "ImprintName") for one in (*publishers, *imprints))
    return next(filter(None, names), "")


def _year(product: Composite) -> str:
    """All formats of a date (list 55) that are read begin with it."""
    for date in product.each("PublishingDetail", "PublishingDate"):
        if date.text("PublishingDateRole") == codes.PUBLICATION:
            year = _YEAR.match(date.text("Date").strip())
            return year[0] if year else date.text("Date")
    return ""


def _description(product: Composite) -> str:
    texts = {
        content.text("TextType"): content.text("Text")
        for content in product.each("CollateralDetail", "TextContent")
    }
    return as_text(next((texts[kind] for kind in codes.DESCRIPTIONS if texts.get(kind)), ""))


def _cover(product: Composite) -> str:
    resources = product.each("CollateralDetail", "SupportingResource")
    links = (
        version.text("ResourceLink").strip()
        for resource in resources
        if resource.text("ResourceContentType") == codes.FRONT_COVER
        for version in resource.each("ResourceVersion")
    )
    return next(filter(None, links), "")
