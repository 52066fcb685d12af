"""Which documents have which terms: gathered from documents, or joined from older segments."""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, ArraysWriter
from search_index.documents import HEAVIEST

Documents = NDArray[np.int32]
Weights = NDArray[np.uint8]


@dataclass(frozen=True)
class Postings:
    """Of one field: term n has documents[at[n] : at[n + 1]], ascending, and as many weights."""

    terms: list[bytes]  # sorted
    at: NDArray[np.int64]
    documents: Documents
    weights: Weights | None  # None: each weighs 1

    def write(self, field: str, file: ArraysWriter) -> None:
        file.add_words(field, self.terms)
        file.add(f"{field}.at", self.at)
        file.add(f"{field}.documents", self.documents)
        if self.weights is not None:
            file.add(f"{field}.weights", self.weights)


class Field:
    """One field of a mapped segment."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.words = arrays.words(name)
        self.at = arrays[f"{name}.at"]
        self.documents = arrays[f"{name}.documents"]
        self.weights = arrays.get(f"{name}.weights")
        self._at = self.at.data  # quicker than numpy for one number at a time

    def count(self, number: int) -> int:
        """How many documents have the term."""
        return int(self._at[number + 1] - self._at[number])

    def postings(self, number: int) -> tuple[Documents, Weights]:
        """The documents that have the term, ascending, and its weight in each."""
        term = slice(self._at[number], self._at[number + 1])
        documents = self.documents[term]
        if self.weights is None:
            return documents, np.ones(len(documents), np.uint8)
        return documents, self.weights[term]

    def everything(self) -> Postings:
        return Postings(list(self.words), self.at, self.documents, self.weights)


class Gathering:
    """Takes document after document, in the order of their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms = array("i")
        self._documents = array("i")
        self._weights = array("B")

    def add(self, document: int, terms: Collection[str]) -> None:
        numbers = self._numbers
        known = numbers.setdefault
        self._terms.extend([known(term, len(numbers)) for term in terms])
        self._documents.extend([document] * len(terms))
        if isinstance(terms, dict):
            self._weights.extend([min(weight, HEAVIEST) for weight in terms.values()])

    def postings(self) -> Postings:
        terms = sorted(self._numbers)
        count = len(terms)
        rank = np.empty(count, np.int32)
        rank[np.fromiter(map(self._numbers.__getitem__, terms), np.int32, count)] = np.arange(count)
        ranks = rank[np.frombuffer(self._terms, np.int32)]
        order = np.argsort(ranks, kind="stable")
        weights = np.frombuffer(self._weights, np.uint8)[order] if self._weights else None
        documents = np.frombuffer(self._documents, np.int32)[order]
        return Postings([t.encode() for t in terms], _starts(ranks, count), documents, weights)


def joined(parts: Sequence[tuple[Postings, Documents]]) -> Postings:
    """One field of several segments. Beside each stand its documents' new numbers, -1 for none.

    New numbers ascend within a part and from part to part, so nothing has to be sorted again.
    """
    terms = sorted(set().union(*(postings.terms for postings, _ in parts)))
    place = {term: number for number, term in enumerate(terms)}
    counts = np.zeros(len(terms), np.int64)
    for part in parts:
        counts += _Kept.of(*part, place).counts
    starts = np.concatenate([[0], np.cumsum(counts)])
    documents = np.empty(starts[-1], np.int32)
    weighed = any(postings.weights is not None for postings, _ in parts)
    weights = np.ones(starts[-1], np.uint8) if weighed else None
    free = starts[:-1].copy()
    for part in parts:  # once more: all of them at once would take much memory
        kept = _Kept.of(*part, place)
        where = kept.moved_to(free)
        documents[where] = kept.documents
        if weights is not None and kept.weights is not None:
            weights[where] = kept.weights
        free += kept.counts
    there = np.flatnonzero(counts)
    at = np.concatenate([starts[there], starts[-1:]])
    return Postings([terms[number] for number in there], at, documents, weights)


@dataclass(frozen=True)
class _Kept:
    """What of a part goes on, under its new numbers; still sorted by term."""

    counts: NDArray[np.int64]  # of each term of all parts
    documents: Documents
    weights: Weights | None

    @staticmethod
    def of(postings: Postings, renumbered: Documents, place: dict[bytes, int]) -> "_Kept":
        places = np.fromiter(map(place.__getitem__, postings.terms), np.int32, len(postings.terms))
        terms = np.repeat(places, np.diff(postings.at))
        documents, weights = renumbered[postings.documents], postings.weights
        if (gone := documents < 0).any():
            terms, documents = terms[~gone], documents[~gone]
            weights = None if weights is None else weights[~gone]
        return _Kept(np.bincount(terms, minlength=len(place)), documents, weights)

    def moved_to(self, free: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each posting goes: those of a term, as a block, to where it has room."""
        begin = np.cumsum(self.counts) - self.counts
        return np.asarray(np.arange(len(self.documents)) + np.repeat(free - begin, self.counts))


def _starts(ranks: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(ranks, minlength=count))])


def most_frequent(field: Field, numbers: NDArray[np.int64], limit: int) -> list[int]:
    """Of these terms, those that most documents have, most first."""
    counts = field.at[numbers + 1] - field.at[numbers]
    return [int(number) for number in numbers[least(-counts, limit)]]


def least(keys: NDArray[Any], limit: int) -> NDArray[np.int64]:
    """Where the least of them are, in their order; of equals, the first."""
    if len(keys) <= limit:
        return np.argsort(keys, kind="stable")
    likely = np.flatnonzero(keys <= np.partition(keys, limit)[limit])
    return likely[np.argsort(keys[likely], kind="stable")[:limit]]
