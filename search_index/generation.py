"""One committed state of the index, mapped into memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, Damaged
from search_index.codec import BOOKS, OFFERS, ArraySegment
from search_index.documents import FIELDS
from search_index.folder import Folder, Stamp
from search_index.names import Names
from search_index.postings import Documents as Documents
from search_index.postings import Field, Weights
from search_index.spelling import Spelling
from search_index.starts import Starts

Postings = tuple[Documents, Weights]  # documents are numbered through all segments
Term = tuple[str, str]  # a field and a word

# Bytes of this process, of postings that were put together; those of one segment are mapped.
_MOST_KEPT, _LARGEST_KEPT = 16 << 20, 100_000
_KEEPING = 600  # bytes, whatever is kept
_MOST_COUNTS_KEPT = 20_000
_NOTHING: Postings = (np.zeros(0, np.int32), np.zeros(0, np.uint8))


class IndexDamaged(Exception):
    """The index is not there, or its files are not what was written."""


@contextmanager
def reading_files() -> Iterator[None]:
    """Whoosh raises all kinds of errors for a list of segments that is cut off or overwritten."""
    try:
        yield
    except Exception as error:
        raise IndexDamaged from error


class Segment:
    """Files of the index. They never change; only which of their documents still count does."""

    def __init__(self, folder: Path, listed: ArraySegment) -> None:
        self.id = str(listed.segid)
        self.size = listed.size
        self.books = listed.open(folder, BOOKS)
        self.offers = listed.open(folder, OFFERS)
        self.fields = {name: Field(self.books, name) for name in FIELDS}
        self.spelling = Spelling(self.books)
        self.names = Names(self.books)
        self.starts = Starts(self.books)
        self.titles = self.books.words("titles")
        self.book_ids = self.books["book"]
        self.lengths = self.books["length"]
        self._by_book = self.books["by_book"]

    def files(self) -> Sequence[Arrays]:
        return (self.books, self.offers)

    def number(self, field: str, term: bytes) -> int | None:
        return self.fields[field].words.find(term)

    def documents_of(self, book_ids: NDArray[Any]) -> Documents:
        """One for each book, -1 where there is none."""
        if not self.size:
            return np.full(len(book_ids), -1, np.int32)
        place = np.searchsorted(self.book_ids, book_ids, sorter=self._by_book)
        found = self._by_book[np.minimum(place, self.size - 1)]
        return np.where(self.book_ids[found] == book_ids, found, -1).astype(np.int32)


class Generation:
    """All segments of one commit; a document's number counts through them."""

    def __init__(self, stamp: Stamp, parts: Sequence[tuple[Segment, ArraySegment]]) -> None:
        """`parts` are the segments, each beside what the list says of it now."""
        self.stamp = stamp
        self.segments = [segment for segment, _ in parts]
        sizes = [segment.size for segment in self.segments]
        self.starts = np.cumsum([0, *sizes]).astype(np.int32)  # as documents are numbered
        self.size = int(self.starts[-1])
        self.alive = np.ones(self.size, bool)
        for start, (_, listed) in zip(self.starts, parts, strict=False):
            self.alive[start + listed.dead] = False
        self._kept: dict[Term, Postings] = {}
        self._kept_bytes = 0
        self._counts: dict[Term, int] = {}

    @cached_property
    def lengths(self) -> NDArray[np.uint8]:
        return _joined([segment.lengths for segment in self.segments], np.uint8)

    @cached_property
    def naming(self) -> NDArray[np.uint8]:
        """How many words each title has."""
        return _joined([segment.books["naming"] for segment in self.segments], np.uint8)

    @cached_property
    def usual_length(self) -> float:
        return float(self.lengths[self.alive].mean()) if self.alive.any() else 1.0

    def postings(self, field: str, term: str) -> Postings:
        """The documents that have the term, ascending, and its weight in each."""
        kept = self._kept.get((field, term))
        if kept is None:
            kept = self._postings(field, _as_bytes(term))
            self._keep((field, term), kept)
        return kept

    def frequency(self, field: str, term: str) -> int:
        count = self._counts.get((field, term))
        if count is None:
            found = self._numbers(field, _as_bytes(term))
            count = sum(segment.fields[field].count(number) for _, segment, number in found)
            if len(self._counts) >= _MOST_COUNTS_KEPT:
                self._counts.clear()
            self._counts[field, term] = count
        return count

    def book(self, document: int) -> tuple[str, int]:
        """Its title and its id."""
        place = int(np.searchsorted(self.starts, document, side="right")) - 1
        segment, own = self.segments[place], document - int(self.starts[place])
        return segment.titles[own].decode(), int(segment.book_ids[own])

    def look(self, *, thoroughly: bool = False) -> None:
        """Raises IndexDamaged when a file is no longer what was opened."""
        try:
            for segment in self.segments:
                for file in segment.files():
                    file.check() if thoroughly else file.look()
        except Damaged as error:
            raise IndexDamaged from error

    def contents(self) -> dict[int, int]:
        books = _joined([segment.book_ids for segment in self.segments], np.int32)
        revisions = _joined([segment.books["revision"] for segment in self.segments], np.int32)
        pairs = zip(books[self.alive].tolist(), revisions[self.alive].tolist(), strict=True)
        return dict(pairs)

    def _postings(self, field: str, term: bytes) -> Postings:
        parts = [
            (start, *segment.fields[field].postings(number))
            for start, segment, number in self._numbers(field, term)
        ]
        if not parts:
            return _NOTHING
        if len(parts) == 1:
            start, documents, weights = parts[0]
            return (documents + np.int32(start) if start else documents), weights
        documents = np.concatenate([documents + np.int32(start) for start, documents, _ in parts])
        return documents, np.concatenate([weights for *_, weights in parts])

    def _keep(self, term: Term, postings: Postings) -> None:
        size = _KEEPING + sum(array.nbytes for array in postings if array.base is None)
        if size > _LARGEST_KEPT:
            return
        if self._kept_bytes + size > _MOST_KEPT:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[term] = postings
        self._kept_bytes += size

    def _numbers(self, field: str, term: bytes) -> Iterator[tuple[int, Segment, int]]:
        for start, segment in zip(self.starts.tolist(), self.segments, strict=False):
            if (number := segment.number(field, term)) is not None:
                yield start, segment, number


def read_generation(folder: Folder, last: Generation | None = None) -> Generation:
    """Segments that the last one had already are taken over as they are."""
    while True:
        with reading_files():
            stamp = folder.stamp()
        try:
            return _read_generation(folder, last)
        except IndexDamaged:
            with reading_files():
                if folder.stamp() == stamp:
                    raise  # else a writer has just replaced what was being opened


def _read_generation(folder: Folder, last: Generation | None) -> Generation:
    known = {segment.id: segment for segment in last.segments} if last else {}
    with reading_files():
        stamp, listed = folder.segments()
        place = folder.place(stamp)
        parts = [(known.get(each.segid) or Segment(place, each), each) for each in listed]
    return Generation(stamp, parts)


def _as_bytes(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


def _joined(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
