"""The tree of categories of a YML file, in whatever state it is."""

from collections.abc import Iterable

from lxml import etree

from bookshop.imports.reading.xml import text_of

_MOST = 100_000  # there are a few hundred in the largest shops
_LONGEST = 200


class Categories:
    """A category has a name; one without takes that of the nearest above it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}

    def add(self, element: etree._Element) -> None:
        """Of several with one id the first stands."""
        own = element.get("id", "").strip()[:_LONGEST]
        if own in self._names or len(self._names) == _MOST:
            return
        self._names[own] = text_of(element).strip()[:_LONGEST]
        parent = element.get("parentId") or element.get("parent_id") or ""
        self._parents[own] = parent.strip()[:_LONGEST]

    def name_of(self, ids: Iterable[str]) -> str:
        """That of the first that has one."""
        return next(filter(None, (self._name_of(own.strip()) for own in ids)), "")

    def _name_of(self, wanted: str) -> str:
        seen = set()  # parents may run in a circle
        while wanted in self._names and wanted not in seen:
            if name := self._names[wanted]:
                return name
            seen.add(wanted)
            wanted = self._parents[wanted]
        return ""
