"""By what a record is known, and which records of one file are about the same thing."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookshop.imports.problems import Fault
from bookshop.translations import N_

Marks = npt.NDArray[np.uint64]  # a number for each key; 0 where a record has none
Lines = npt.NDArray[np.int64]


class _Known(NamedTuple):
    """One kind of key, and the field that a repeated one is told at."""

    key: str
    field: str
    code: str
    text: str


class Repeated(NamedTuple):
    place: int  # in its chunk
    field: str
    fault: Fault


_NAMED_BY = ("sku", "title", "authors", "publisher", "year")
_KINDS = (
    _Known(
        "isbn13", "isbn13", "isbn_twice", N_("The same ISBN is on line %(line)d: that one stands.")
    ),
    _Known(
        "sku",
        "sku",
        "sku_twice",
        N_("The same article number is on line %(line)d: that one stands."),
    ),
    _Known(
        "own_key", "title", "book_twice", N_("The same book is on line %(line)d: that one stands.")
    ),
)


def keys_without_isbn(values: Mapping[str, Any]) -> Any:
    """The seller's own key, for records that have no ISBN: the sku, else what names the book."""
    without = pd.isna(values["isbn13"])
    keys = np.full(len(without), None, dtype=object)
    named_by = [np.asarray(values[name], dtype=object)[without] for name in _NAMED_BY]
    keys[without] = [sku or _digest(names) for sku, *names in zip(*named_by, strict=True)]
    return keys


def _digest(parts: list[object]) -> str:
    """The same for the same book whatever its case, and whether ё is written ё or е."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    plain = " ".join(text.casefold().replace("ё", "е").split(" "))
    return blake2b(plain.encode(), digest_size=16).hexdigest()


class Seen:
    """The keys of what one file has had accepted, each with its line. The first stands.

    Of a key only a hash of 64 bits is kept. In a file of a million books two different keys have
    the same one about once in 37 million files; the second record is then refused, and told.
    """

    def __init__(self) -> None:
        self._lines = {kind: _LinesOfMarks() for kind in _KINDS}

    def duplicates(self, values: Mapping[str, Any], sound: Any, lines: Lines) -> list[Repeated]:
        """Those among the sound records; the others are remembered."""
        marks = {kind: _marks(values[kind.key]) for kind in _KINDS}
        before = {kind: self._lines[kind].of(marks[kind]) for kind in _KINDS}
        suspects = np.zeros(len(lines), dtype=bool)
        for kind in _KINDS:
            suspects |= sound & ((before[kind] > 0) | _met_twice(marks[kind], sound))
        repeated = []
        kept = sound.copy()
        first: dict[tuple[_Known, int], int] = {}
        for place in np.flatnonzero(suspects).tolist():
            own = {kind: int(marks[kind][place]) for kind in _KINDS if marks[kind][place]}
            met = ((k, int(before[k][place]) or first.get((k, mark), 0)) for k, mark in own.items())
            if found := next(((kind, line) for kind, line in met if line), None):
                kind, line = found
                repeated.append(
                    Repeated(place, kind.field, Fault(kind.code, kind.text, {"line": line}))
                )
                kept[place] = False
            else:
                first.update(((kind, mark), int(lines[place])) for kind, mark in own.items())
        for kind in _KINDS:
            self._lines[kind].add(marks[kind][kept], lines[kept])
        return repeated


class _LinesOfMarks:
    """Marks in order, each with its line: sixteen bytes apiece, where a dict takes two hundred.

    They lie in a few runs, each at least twice as long as the next, so that few are searched and
    few are moved when more are added.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Marks, Lines]] = []

    def of(self, marks: Marks) -> Lines:
        """The line of each, 0 for one that is not here."""
        found = np.zeros(len(marks), dtype=np.int64)
        for known, lines in self._runs:
            at = np.minimum(np.searchsorted(known, marks), len(known) - 1)
            found = np.where(known[at] == marks, lines[at], found)
        return found

    def add(self, marks: Marks, lines: Lines) -> None:
        marks, lines = marks[marks > 0], lines[marks > 0]
        if not len(marks):
            return
        while self._runs and len(self._runs[-1][0]) < 2 * len(marks):
            known, at = self._runs.pop()
            marks, lines = np.concatenate([known, marks]), np.concatenate([at, lines])
        order = np.argsort(marks, kind="stable")
        self._runs.append((marks[order], lines[order]))


def _marks(keys: Any) -> Marks:
    texts = np.asarray(keys, dtype=object)
    present = texts.astype(bool)
    marks = np.zeros(len(texts), dtype=np.uint64)
    if present.any():
        marks[present] = pd.util.hash_array(texts[present], categorize=False)
    return marks


def _met_twice(marks: Marks, sound: Any) -> Any:
    """Within this chunk."""
    twice = sound & (marks > 0)
    twice[twice] = pd.Series(marks[twice]).duplicated(keep=False).to_numpy(dtype=bool)
    return twice
