"""ONIX by its reference names, whether a message uses those or short ones, namespaced or not."""

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

_COMPOSITES = frozenset(
    (
        *("ProductIdentifier", "DescriptiveDetail", "CollateralDetail", "PublishingDetail"),
        *("Collection", "CollectionSequence", "TitleDetail", "TitleElement", "Contributor"),
        *("Language", "Extent", "Subject", "AudienceRange", "TextContent", "SupportingResource"),
        *("ResourceVersion", "Imprint", "Publisher", "PublishingDate"),
        *("ProductSupply", "SupplyDetail", "Stock", "Price"),
    )
)
_SHORT_NAMES = {
    "a001": "RecordReference",
    "a002": "NotificationType",
    "b012": "ProductForm",
    "b014": "ProductFormDescription",
    "b029": "Subtitle",
    "b030": "TitlePrefix",
    "b031": "TitleWithoutPrefix",
    "b034": "SequenceNumber",
    "b035": "ContributorRole",
    "b036": "PersonName",
    "b037": "PersonNameInverted",
    "b039": "NamesBeforeKey",
    "b040": "KeyNames",
    "b047": "CorporateName",
    "b067": "SubjectSchemeIdentifier",
    "b070": "SubjectHeadingText",
    "b074": "AudienceRangeQualifier",
    "b075": "AudienceRangePrecision",
    "b076": "AudienceRangeValue",
    "b079": "ImprintName",
    "b081": "PublisherName",
    "b202": "TitleType",
    "b203": "TitleText",
    "b207": "AudienceDescription",
    "b218": "ExtentType",
    "b219": "ExtentValue",
    "b220": "ExtentUnit",
    "b221": "ProductIDType",
    "b244": "IDValue",
    "b247": "PrefixToKey",
    "b252": "LanguageCode",
    "b253": "LanguageRole",
    "b291": "PublishingRole",
    "b306": "Date",
    "d104": "Text",
    "j151": "PriceAmount",
    "j152": "CurrencyCode",
    "j261": "PriceQualifier",
    "j350": "OnHand",
    "j396": "ProductAvailability",
    "m186": "DefaultCurrencyCode",
    "x310": "DefaultPriceType",
    "x409": "TitleElementLevel",
    "x410": "PartNumber",
    "x425": "MainSubject",
    "x426": "TextType",
    "x435": "ResourceLink",
    "x436": "ResourceContentType",
    "x448": "PublishingDateRole",
    "x462": "PriceType",
    "x481": "CollectionSequenceNumber",
}
_NAMES = (
    _SHORT_NAMES
    | {name: name for name in (*_SHORT_NAMES.values(), *_COMPOSITES)}
    | {name.lower(): name for name in _COMPOSITES}
)


class Composite:
    """An element that has others inside: of those, the ones that are read here."""

    def __init__(self, element: etree._Element) -> None:
        self._texts: dict[str, list[str]] = {}
        self._parts: dict[str, list[Composite]] = {}
        for child in element:
            name = _reference_name(child.tag)
            if name in _COMPOSITES:
                self._parts.setdefault(name, []).append(Composite(child))
            elif name:
                self._texts.setdefault(name, []).append(_text(child))

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def text(self, *names: str) -> str:
        """Of the first of these that says anything."""
        for name in names:
            for text in self._texts.get(name, ()):
                if text:
                    return text
        return ""

    def texts(self, name: str) -> list[str]:
        return self._texts.get(name, [])

    def each(self, name: str, *inside: str) -> Iterator["Composite"]:
        """Every one of that name, or those further inside."""
        for part in self._parts.get(name, ()):
            if inside:
                yield from part.each(*inside)
            else:
                yield part


@lru_cache(maxsize=1000)
def _reference_name(tag: object) -> str | None:
    """None for what is not read, and for what is no element."""
    return _NAMES.get(tag.rpartition("}")[2]) if isinstance(tag, str) else None


def _text(element: etree._Element) -> str:
    """XHTML inside stays as it is: see markup."""
    if not len(element):
        return element.text or ""
    for child in element.iter(etree.Element):
        child.tag = etree.QName(child).localname
    etree.cleanup_namespaces(element)
    whole = etree.tostring(element, encoding="unicode", with_tail=False)
    return whole.partition(">")[2].rpartition("<")[0]
