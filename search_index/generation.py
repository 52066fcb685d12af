"""One committed state of the Whoosh index, read into numpy as far as questions need it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import SegmentReader, TermNotFound

from search_index.folder import Folder, Stamp

T = TypeVar("T")
Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]
Postings = tuple[Numbers, Weights]

_MOST_KEPT = 5_000
_NOTHING: Postings = (np.zeros(0, np.int64), np.zeros(0, np.float32))


class IndexDamaged(Exception):
    """The index is not there, or its files are not what Whoosh wrote."""


@contextmanager
def reading_files() -> Iterator[None]:
    """Whoosh raises all kinds of errors for a file that is cut off or overwritten."""
    try:
        yield
    except Exception as error:
        raise IndexDamaged from error


class Segment:
    """A file of the index. It never changes; only which of its documents still count does."""

    def __init__(self, reader: SegmentReader) -> None:
        self.id: str = reader.segment().segid
        self.size: int = reader.doc_count_all()
        self.books = _column(reader, "number")
        self.revisions = _column(reader, "revision")
        self.lengths = _column(reader, "length").astype(np.float32)
        self.naming = _column(reader, "naming").astype(np.float32)
        self._reader = reader
        self._reading = threading.Lock()  # Whoosh's files have one position for all threads
        self._kept: dict[tuple[str, str], Postings] = {}
        self._kept_terms: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def postings(self, field: str, term: str) -> Postings:
        """The documents that have the term, ascending, and its weight in each."""
        kept = self._kept.get((field, term))
        if kept is None:
            with self._reading, reading_files():
                kept = self._read(field, term)
            _keep(self._kept, (field, term), kept)
        return kept

    def terms(self, field: str, prefix: str = "") -> list[tuple[str, int]]:
        """Every term that begins so, and how many documents have it."""
        kept = self._kept_terms.get((field, prefix))
        if kept is None:
            with self._reading, reading_files():
                kept = [
                    (term.decode(), info.doc_frequency())
                    for term, info in self._reader.iter_prefix(field, prefix)
                ]
            _keep(self._kept_terms, (field, prefix), kept)
        return kept

    def _read(self, field: str, term: str) -> Postings:
        try:
            matcher = self._reader.postings(field, term.encode())
        except TermNotFound:
            return _NOTHING
        documents: list[int] = []
        weights: list[float] = []
        while matcher.is_active():
            documents.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return np.array(documents, np.int64), np.array(weights, np.float32)


class Generation:
    """All segments of one commit; a document's number counts through them."""

    def __init__(self, stamp: Stamp, parts: list[tuple[Segment, list[int]]]) -> None:
        """`parts` are the segments, each with its documents that no longer count."""
        self.stamp = stamp
        self.segments = [segment for segment, _ in parts]
        self._starts = np.cumsum([0, *(segment.size for segment in self.segments)])
        self.size = int(self._starts[-1])
        self.books = _joined([segment.books for segment in self.segments], np.int64)
        self.revisions = _joined([segment.revisions for segment in self.segments], np.int64)
        self.lengths = _joined([segment.lengths for segment in self.segments], np.float32)
        self.naming = _joined([segment.naming for segment in self.segments], np.float32)
        self.alive = np.ones(self.size, bool)
        for start, (_, deleted) in zip(self._starts, parts, strict=False):
            self.alive[[start + number for number in deleted]] = False

    @cached_property
    def usual_length(self) -> float:
        return float(self.lengths[self.alive].mean()) if self.alive.any() else 1.0

    def postings(self, field: str, term: str) -> Postings:
        parts = [
            (start + documents, weights)
            for start, segment in zip(self._starts, self.segments, strict=False)
            for documents, weights in [segment.postings(field, term)]
            if len(documents)
        ]
        if not parts:
            return _NOTHING
        if len(parts) == 1:
            return parts[0]
        documents, weights = zip(*parts, strict=True)
        return np.concatenate(documents), np.concatenate(weights)

    def frequency(self, field: str, term: str) -> int:
        return sum(len(segment.postings(field, term)[0]) for segment in self.segments)

    def terms(self, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
        """A term comes once for each segment that has it."""
        for segment in self.segments:
            yield from segment.terms(field, prefix)

    def contents(self) -> dict[int, int]:
        books, revisions = self.books[self.alive].tolist(), self.revisions[self.alive].tolist()
        return dict(zip(books, revisions, strict=True))


def read_generation(folder: Folder, last: Generation | None = None) -> Generation:
    """Segments that the last one had already are taken over as they are."""
    try:
        return _read_generation(folder, last)
    except IndexDamaged:
        return _read_generation(folder, last)  # it was replaced by a new one at this very moment


def _read_generation(folder: Folder, last: Generation | None) -> Generation:
    known = {segment.id: segment for segment in last.segments} if last else {}
    with reading_files():
        stamp = folder.stamp()
        readers = [reader for reader, _ in folder.open().reader().leaf_readers()]
        parts = [
            (
                known.get(reader.segment().segid) or Segment(reader),
                list(reader.segment().deleted_docs()),
            )
            for reader in readers
            if reader.doc_count_all()
        ]
    return Generation(stamp, parts)


def _keep(kept: dict[tuple[str, str], T], key: tuple[str, str], value: T) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


def _column(reader: SegmentReader, name: str) -> Numbers:
    values = reader.column_reader(name, translate=False)
    return np.fromiter((values[n] for n in range(reader.doc_count_all())), np.int64)


def _joined(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
