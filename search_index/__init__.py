"""Finds books. The database is the truth; the index only finds, and can be rebuilt from it."""

from bookshop.database import Database
from bookshop.settings import Settings
from search_index.postgres.index import PostgresIndex
from search_index.questions import (
    Facets,
    Found,
    PriceBand,
    Question,
    SearchIndex,
    Sort,
    Suggestion,
    YearBand,
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
    "YearBand",
    "open_index",
]


def open_index(settings: Settings, database: Database) -> SearchIndex:
    """Cheap: nothing is read before the first question. One per process is enough."""
    if settings.search == "postgres":
        return PostgresIndex(database)
    return WhooshIndex(settings.var / "index", database)
