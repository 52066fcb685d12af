"""The books that match, with all that narrowing looks at: as the shop's own tables say just now.

A document is known by its place among them; they stand in the order of their books.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from search_index.generation import Documents
from search_index.postgres.asking import Asking, IndexMissing
from search_index.segments import NOBODY
from search_index.several import Prices
from search_index.tables import Codes, Column

LOOKED_AT = 500  # books, the likeliest ones: how well they fit is looked at

# Columns come packed: to read rows one by one would take longer than to find them.
PACKED = np.dtype(
    [
        *(("book", "<i4"), ("category", "<i4"), ("language", "<i4"), ("year", "<i2")),
        *(("naming", "<i2"), ("created", "<i8"), ("sort_key", "S32")),
    ]
)
_MATCHED = """WITH matched AS MATERIALIZED (
    SELECT book_id, packed, ({said})::int2 AS said FROM documents WHERE {where} {likeliest})
SELECT books.*, offers.* FROM
    (SELECT string_agg(packed, ''), string_agg(int2send(said), '') FROM matched) books,
    (SELECT string_agg(int4send(book_id), ''), string_agg(int8send(price), ''),
        string_agg(int4send(coalesce(on_hand - reserved, 0)), ''),
        string_agg(int4send(seller_id), '')
    FROM matched JOIN offers USING (book_id) LEFT JOIN shelves ON offer_id = offers.id
    WHERE withdrawn_at IS NULL) offers"""
_OFFER = np.dtype([("book", ">i4"), ("price", ">i8"), ("copies", ">i4"), ("seller", ">i4")])
_LIKELIEST = f"ORDER BY said DESC, naming LIMIT {LOOKED_AT}"
_LABELS = "SELECT code, value FROM labels WHERE code = ANY(%(codes)s)"
_LOGINS = "SELECT id, login FROM users WHERE id = ANY(%(codes)s)"
_SOLD_OUT = 1 << 40  # dearer than any book: an offer without copies is looked at last


@dataclass(frozen=True)
class Condition:
    """Which documents are wanted, in SQL, and the values that it speaks of."""

    where: str
    said: str = "0"  # how many of the words stand in the names of each; its title counts for many
    values: dict[str, Any] = field(default_factory=dict)
    any_word: bool = False  # the likeliest will do: very many have one of the words


EVERYTHING, NOTHING_AT_ALL = Condition("true"), Condition("false")


@dataclass(frozen=True)
class Rows:
    """As they were read."""

    books: Column
    said: Column
    offers: Column

    def replaced(self, book_ids: Collection[int], by: "Rows") -> "Rows":
        """What they say of these books is what the others say."""
        ids = np.fromiter(book_ids, np.int64)
        kept = ~np.isin(self.books["book"], ids)
        return Rows(
            np.concatenate([self.books[kept], by.books]),
            np.concatenate([self.said[kept], by.said]),
            np.concatenate([self.offers[~np.isin(self.offers["book"], ids)], by.offers]),
        )


def read(asking: Asking, condition: Condition) -> Rows:
    statement = _MATCHED.format(
        where=condition.where,
        said=condition.said,
        likeliest=_LIKELIEST if condition.any_word else "",
    )
    [(books, said, *of_offers)] = asking.rows(statement, **condition.values)
    columns = [
        _unpacked(column, _OFFER[name])
        for column, name in zip(of_offers, _OFFER.fields or (), strict=True)
    ]
    offers = np.empty(len(columns[0]), _OFFER.newbyteorder("="))
    for name, column in zip(_OFFER.fields or (), columns, strict=True):
        offers[name] = column
    return Rows(_unpacked(books, PACKED), _unpacked(said, np.dtype(">i2")), offers)


class Matched:
    """Narrowing looks at it as it looks at the columns of any index."""

    def __init__(self, asking: Asking, rows: Rows) -> None:
        self._asking = asking
        self._offers = rows.offers[np.lexsort((rows.offers["seller"], rows.offers["book"]))]
        on_sale, self._starts = np.unique(self._offers["book"], return_index=True)
        order = np.argsort(rows.books["book"])
        order = order[np.searchsorted(rows.books["book"], on_sale, sorter=order)]
        self._books, self._said = rows.books[order], rows.said[order]

    def with_names(self) -> "Matched":
        """From now on it asks nobody."""
        _ = self._price, self.prices, self._categories, self._languages, self._sellers
        return self

    def __len__(self) -> int:
        return len(self._books)

    def of(self, name: str, documents: Documents) -> Column:
        return self._column(name)[documents]

    def picker(self, documents: Documents) -> Callable[[str], Column]:
        return partial(self.of, documents=documents)

    def on_sale(self, documents: Documents) -> Documents:
        """All of them are."""
        return documents

    def likeliest(self) -> Documents:
        """Those that have the most words in their names; of as many, those with short titles."""
        if len(self) <= LOOKED_AT:
            return np.arange(len(self), dtype=np.int32)
        order = np.lexsort((self._books["naming"], -self._said))
        return np.sort(order[:LOOKED_AT]).astype(np.int32)

    @property
    def categories(self) -> Codes[str]:
        return self._categories[1]

    @property
    def languages(self) -> Codes[str]:
        return self._languages[1]

    @property
    def sellers(self) -> Codes[tuple[str, ...]]:
        return self._sellers[1]

    def _column(self, name: str) -> Column:
        match name:
            case "price":
                return self._price
            case "copies":
                copies = np.maximum(self._offers["copies"], 0)
                return np.add.reduceat(copies, self._starts)
            case "category":
                return self._categories[0]
            case "language":
                return self._languages[0]
            case "sellers":
                return self._sellers[0]
            case "asked":
                return self._starts
            case "title_start":
                return self._books["sort_key"].astype("S8").view(">u8").astype(np.uint64)
            case _:
                column: Column = self._books[name]
                return column

    @cached_property
    def prices(self) -> Prices:
        price = self._offers["price"]
        return Prices(np.where(self._offers["copies"] > 0, price, -price))

    @cached_property
    def _price(self) -> Column:
        """The least one; of those offers that have copies, if any has."""
        price = self._offers["price"] + np.where(self._offers["copies"] > 0, 0, _SOLD_OUT)
        return np.minimum.reduceat(price, self._starts) % _SOLD_OUT

    @cached_property
    def _categories(self) -> tuple[Column, Codes[str]]:
        return self._named(self._books["category"], _LABELS)

    @cached_property
    def _languages(self) -> tuple[Column, Codes[str]]:
        return self._named(self._books["language"], _LABELS)

    @cached_property
    def _sellers(self) -> tuple[Column, Codes[tuple[str, ...]]]:
        """Who sells a book, together one value; most are sold by one."""
        sellers, logins = self._named(self._offers["seller"], _LOGINS)
        codes = Codes([NOBODY, *((login,) for login in logins.values)])
        column = sellers[self._starts] + 1
        ends = np.append(self._starts[1:], len(sellers))
        for book in np.flatnonzero(ends - self._starts > 1).tolist():
            several = sellers[self._starts[book] : ends[book]].tolist()
            column[book] = codes.of(tuple(logins.values[seller] for seller in several))
        return column, codes

    def _named(self, column: Column, statement: str) -> tuple[Column, Codes[str]]:
        used, own = np.unique(column, return_inverse=True)
        names = dict(iter(self._asking.rows(statement, codes=used.tolist()))) if len(used) else {}
        if len(names) < len(used):
            raise IndexMissing
        return own, Codes([names[code] for code in used.tolist()])


def _unpacked(column: bytes | None, kind: np.dtype[Any]) -> Column:
    return np.frombuffer(column or b"", kind).astype(kind.newbyteorder("="))
