"""By what a record is known, and which records of one file are about the same thing."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookshop.imports.marks import Marks, Places, PlacesOfMarks
from bookshop.imports.problems import Fault
from bookshop.translations import N_

Numbers = npt.NDArray[np.int64]


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
        "isbn13",
        "isbn13",
        "isbn_twice",
        N_("The same ISBN is on line %(line)d, in record %(record)d: that one stands."),
    ),
    _Known(
        "sku",
        "sku",
        "sku_twice",
        N_("Your code is on line %(line)d already, in record %(record)d: that one stands."),
    ),
    _Known(
        "own_key",
        "title",
        "book_twice",
        N_("The same book is on line %(line)d, in record %(record)d: that one stands."),
    ),
)
_RECORD_BITS = 32  # of a place; above them stands the line


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
    """The keys of what one file has had accepted, each with its place. The first stands.

    Of a key only a hash of 64 bits is kept. In a file of a million books two different keys have
    the same one about once in 37 million files; the second record is then refused, and told.
    """

    def __init__(self) -> None:
        self._places = {kind: PlacesOfMarks() for kind in _KINDS}

    def duplicates(
        self, values: Mapping[str, Any], sound: Any, lines: Numbers, records: Numbers
    ) -> list[Repeated]:
        """Those among the sound records; the others are remembered."""
        places = _places(lines, records)
        marks = {kind: _marks(values[kind.key]) for kind in _KINDS}
        before = {kind: self._places[kind].of(marks[kind]) for kind in _KINDS}
        suspects = np.zeros(len(lines), dtype=bool)
        for kind in _KINDS:
            suspects |= sound & ((before[kind] > 0) | _met_twice(marks[kind], sound))
        repeated = []
        kept = sound.copy()
        first: dict[tuple[_Known, int], int] = {}
        for at in np.flatnonzero(suspects).tolist():
            own = {kind: int(marks[kind][at]) for kind in _KINDS if marks[kind][at]}
            met = ((k, int(before[k][at]) or first.get((k, mark), 0)) for k, mark in own.items())
            if found := next(((kind, place) for kind, place in met if place), None):
                repeated.append(_repeated(at, *found))
                kept[at] = False
            else:
                first.update(((kind, mark), int(places[at])) for kind, mark in own.items())
        for kind in _KINDS:
            self._places[kind].add(marks[kind][kept], places[kept])
        return repeated


def _places(lines: Numbers, records: Numbers) -> Places:
    """Both in one number; neither has more than 32 bits in a file of 4 GB."""
    return (lines.astype(np.uint64) << np.uint64(_RECORD_BITS)) | records.astype(np.uint64)


def _repeated(at: int, kind: _Known, place: int) -> Repeated:
    line, record = divmod(place, 1 << _RECORD_BITS)
    return Repeated(at, kind.field, Fault(kind.code, kind.text, {"line": line, "record": record}))


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
