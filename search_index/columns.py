"""What filters, facets and sorts look at: one row per document of the index, in numpy.

Changes of price and stock do not touch the index. They are found by the time of their last change
and overwrite the rows here.
"""

from collections.abc import Collection, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.stock.models import Shelf
from search_index.facts import Facts, facts_of
from search_index.generation import Generation
from search_index.language import words

# A change is stamped before it is committed, perhaps by a machine whose clock is behind.
_COMMITS_TAKE = timedelta(seconds=15)
NO_YEAR = np.iinfo(np.int16).min

_ROW = np.dtype(
    [
        ("book", "i8"),
        ("revision", "i8"),
        ("on_sale", "?"),
        ("price", "i8"),
        ("copies", "i8"),
        ("sold", "i8"),
        ("year", "i2"),
        ("created", "f8"),
        ("title", "S32"),
        ("category", "i4"),
        ("language", "i4"),
        ("sellers", "i4"),
    ]
)

T = TypeVar("T", bound=Hashable)


class Codes(Generic[T]):
    """Small numbers that stand for values, in the order in which they were first met."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._codes: dict[T, int] = {}

    def of(self, value: T) -> int:
        if value not in self._codes:
            self._codes[value] = len(self.values)
            self.values.append(value)
        return self._codes[value]

    def known(self, value: T) -> int:
        return self._codes.get(value, -1)


class Columns:
    """Row n belongs to document n of one generation; one more row, the last, to none."""

    def __init__(self, size: int = 0) -> None:
        self.categories: Codes[str] = Codes()
        self.languages: Codes[str] = Codes()
        self.sellers: Codes[tuple[str, ...]] = Codes()  # who sells it, together one value
        self.rows = np.zeros(size + 1, _ROW)
        self.title_rank: NDArray[np.int64] = np.zeros(size + 1, np.int64)
        self._by_book: NDArray[np.int64] = np.zeros(size + 1, np.int64)
        self._looked_at = now() - _COMMITS_TAKE
        self._met: set[tuple[int, datetime]] = set()

    def moved_to(self, generation: Generation, session: Session) -> "Columns":
        """The columns of a newer generation: only what it brought is read from SQL."""
        moved = Columns(generation.size)
        moved.categories, moved.languages = self.categories, self.languages
        moved.sellers = self.sellers
        moved._looked_at, moved._met = self._looked_at, self._met
        moved.rows["book"][:-1] = np.where(generation.alive, generation.books, 0)
        moved._by_book = np.argsort(moved.rows["book"])
        known, where = self._rows_of(generation.books)
        known &= generation.alive & (self.rows["revision"][where] == generation.revisions)
        moved.rows[:-1][known] = self.rows[where[known]]
        moved._overwrite(session, generation.books[generation.alive & ~known].tolist())
        moved.title_rank = np.argsort(np.argsort(moved.rows["title"], kind="stable"))
        return moved

    def follow(self, session: Session) -> None:
        """Overwrite what was changed since the last look: prices, copies, offers withdrawn."""
        since, looking_at = self._looked_at - _COMMITS_TAKE, now()
        changes = set(_changes(session, since))
        self._overwrite(session, {book_id for book_id, _ in changes - self._met})
        self._looked_at, self._met = looking_at, changes

    def _overwrite(self, session: Session, book_ids: Collection[int]) -> None:
        found = list(facts_of(session, book_ids))
        known, where = self._rows_of(np.array([fact.book_id for fact in found], np.int64))
        for fact, is_known, row in zip(found, known, where, strict=True):
            if is_known:
                self.rows[row] = self._row(fact)

    def _rows_of(self, books: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which of the books have a row, and where it is."""
        place = np.searchsorted(self.rows["book"], books, sorter=self._by_book)
        where = self._by_book[np.minimum(place, len(self._by_book) - 1)]
        return self.rows["book"][where] == books, where

    def _row(self, fact: Facts) -> tuple[object, ...]:
        return (
            fact.book_id,
            fact.revision,
            bool(fact.sellers),
            fact.price,
            fact.copies,
            fact.sold,
            NO_YEAR if fact.year is None else fact.year,
            fact.created_at.timestamp(),
            " ".join(words(fact.title)).encode("cp1251", "replace")[:32],
            self.categories.of(fact.category),
            self.languages.of(fact.language),
            self.sellers.of(fact.sellers),
        )


def _changes(session: Session, since: datetime) -> list[tuple[int, datetime]]:
    of_offers = select(Offer.book_id, Offer.changed_at).where(Offer.changed_at > since)
    of_shelves = (
        select(Offer.book_id, Shelf.changed_at)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Shelf.changed_at > since)
    )
    return [
        (book_id, at) for query in (of_offers, of_shelves) for book_id, at in session.execute(query)
    ]
