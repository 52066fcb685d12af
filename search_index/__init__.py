"""Finds books. The database is the truth; the index only finds, and can be rebuilt from it."""

from bookshop.database import Database
from bookshop.settings import BadSetting, Settings
from search_index.questions import (
    Facets,
    Found,
    PriceBand,
    Question,
    SearchIndex,
    Sort,
    Suggestion,
)
from search_index.whoosh_index import WhooshIndex

__all__ = [
    "Facets",
    "Found",
    "PriceBand",
    "Question",
    "SearchIndex",
    "Sort",
    "Suggestion",
    "open_index",
]


def open_index(settings: Settings, database: Database) -> SearchIndex:
    """Cheap: nothing is read before the first question. One per process is enough."""
    if settings.search != "whoosh":
        raise BadSetting(f"BOOKSHOP_SEARCH={settings.search!r}: only whoosh is built in so far")
    return WhooshIndex(settings.var / "index", database)
