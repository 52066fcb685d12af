"""Makes segments: of documents one after another, and of older segments joined into one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_index import names, spelling, starts, tables
from search_index.arrays import Arrays, ArraysWriter, state_of
from search_index.codec import BOOKS, OFFERS, ArraySegment
from search_index.documents import FIELDS, Document, document
from search_index.facts import BookFacts, OfferFacts
from search_index.postings import Field, Gathering, Postings, joined
from search_index.several import ALONE, Prices
from search_index.starts import WIDTH, key_of
from search_index.tables import Codes, Table, read_table

NO_YEAR = np.iinfo(np.int16).min
_MOST = np.iinfo(np.int32).max

OF_BOOKS = {
    "book": np.int32,
    "revision": np.int32,
    "length": np.uint8,  # words to find it by
    "naming": np.uint8,  # words in its title
    "year": np.int16,
    "created": np.uint32,  # seconds
    "title_start": np.uint64,  # the first letters of the sort key, as a number
    "sort_key": f"S{WIDTH}",  # its title, so far as it matters for the order
    "category": np.int32,
    "language": np.int32,
}
OF_OFFERS = {
    "price": np.int32,
    "copies": np.int32,
    "sold": np.int32,
    "sellers": np.int32,  # who sells it, together one value; 0: nobody
    "asked": np.int32,  # where the prices of each of them begin; ALONE if they are not several
}
NOBODY: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """Of one segment, wherever it comes from. The fields are made one by one: they are large."""

    books: Table
    titles: list[bytes]
    offers: Table
    prices: Prices  # of the offers
    fields: Iterable[tuple[str, Postings]]
    read_at: float  # when the offers were read from the database


class Draft:
    """Takes books in the order of their ids."""

    def __init__(self, read_at: float) -> None:
        self.size = 0
        self._read_at = read_at
        self._fields = {name: Gathering() for name in FIELDS}
        self._books: list[tuple[Any, ...]] = []
        self._offers: list[tuple[int, ...]] = []
        self._titles: list[bytes] = []
        self._categories: Codes[str] = Codes()
        self._languages: Codes[str] = Codes()
        self._sellers: Codes[tuple[str, ...]] = Codes([NOBODY])
        self._prices = Prices()

    def add(self, book: BookFacts, offers: OfferFacts) -> None:
        analysed = document(book)
        for name, gathering in self._fields.items():
            gathering.add(self.size, analysed.terms[name])
        self._books.append(self._row(book, analysed))
        self._offers.append(offers_row(offers, self._sellers, self._prices))
        self._titles.append(book.title.encode())
        self.size += 1

    def contents(self) -> Contents:
        values = {"category": self._categories.values, "language": self._languages.values}
        return Contents(
            Table(_columns(OF_BOOKS, self._books), values),
            self._titles,
            Table(_columns(OF_OFFERS, self._offers), {"sellers": self._sellers.values}),
            self._prices,
            ((name, gathering.postings()) for name, gathering in self._fields.items()),
            self._read_at,
        )

    def _row(self, book: BookFacts, analysed: Document) -> tuple[Any, ...]:
        sort_key = key_of(analysed.sort_key)
        return (
            book.id,
            book.revision,
            min(len(analysed.terms["words"]), 255),
            min(analysed.naming, 255),
            NO_YEAR if book.year is None else book.year,
            int(book.created_at.timestamp()),
            int.from_bytes(sort_key[:8].ljust(8, b"\0")),
            sort_key,
            self._categories.of(book.category),
            self._languages.of(book.language),
        )


Part = tuple[Arrays, Arrays, NDArray[np.bool_]]  # files; which of the documents still count


def joined_contents(parts: Sequence[Part]) -> Contents:
    prices = Prices()
    return Contents(
        tables.joined([(read_table(books, list(OF_BOOKS)), on) for books, _, on in parts]),
        [
            title
            for books, _, on in parts
            for title, counts in zip(books.words("titles"), on.tolist(), strict=True)
            if counts
        ],
        tables.joined([(_offers_in(offers, prices), on) for _, offers, on in parts]),
        prices,
        _joined_fields(parts),
        min(offers.json("read_at") for _, offers, _ in parts),
    )


def _offers_in(file: Arrays, prices: Prices) -> Table:
    table = read_table(file, list(OF_OFFERS))
    table.columns["asked"] = prices.moved_here(file["asked"], file["prices"])
    return table


def _joined_fields(parts: Sequence[Part]) -> Iterator[tuple[str, Postings]]:
    renumbered = list(_renumbered([on for *_, on in parts]))
    for name in FIELDS:
        fields = [Field(books, name).everything() for books, *_ in parts]
        yield name, joined(list(zip(fields, renumbered, strict=True)))
        del fields
        for books, *_ in parts:
            books.put_down()


def write(contents: Contents, folder: Path, segment: ArraySegment) -> None:
    segment.size = len(contents.titles)
    with ArraysWriter(segment.path(folder, BOOKS)) as file:
        contents.books.write(file)
        file.add("by_book", np.argsort(contents.books.columns["book"]).astype(np.int32))
        file.add_words("titles", contents.titles)
        starts.write(file, contents.books.columns["sort_key"])
        for name, postings in contents.fields:
            postings.write(name, file)
            if name == "spelt":
                spelling.write(file, postings.terms)
            if name == "author":
                names.write(file, postings.terms)
    segment.states[BOOKS] = state_of(segment.path(folder, BOOKS))
    write_offers(contents.offers, contents.prices, contents.read_at, folder, segment)


def write_offers(
    offers: Table, prices: Prices, read_at: float, folder: Path, segment: ArraySegment
) -> None:
    segment.writings_of_offers += 1
    columns = offers.columns
    sellers = np.array(list(map(len, offers.values["sellers"])))[columns["sellers"]]
    asked, packed = prices.packed(columns["asked"], sellers)
    with ArraysWriter(segment.path(folder, OFFERS)) as file:
        Table(columns | {"asked": asked}, offers.values).write(file)
        file.add("prices", packed)
        file.add_json("read_at", read_at)
    segment.states[OFFERS] = state_of(segment.path(folder, OFFERS))


def offers_row(
    offers: OfferFacts, sellers: Codes[tuple[str, ...]], prices: Prices
) -> tuple[int, ...]:
    price, copies, sold = (min(number, _MOST) for number in offers[:3])
    asked = [max(-_MOST, min(each, _MOST)) for each in offers.asked]
    return price, copies, sold, sellers.of(offers.sellers), prices.add(asked) if asked else ALONE


def _columns(kinds: dict[str, Any], rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    table = np.array(rows, np.dtype(list(kinds.items())))
    return {name: np.ascontiguousarray(table[name]) for name in kinds}


def _renumbered(alive: Sequence[NDArray[np.bool_]]) -> Iterator[NDArray[np.int32]]:
    """The new number of each document, -1 for those that go."""
    start = 0
    for marked in alive:
        numbers = np.where(marked, start + np.cumsum(marked) - 1, -1)
        yield numbers.astype(np.int32)
        start += int(marked.sum())
