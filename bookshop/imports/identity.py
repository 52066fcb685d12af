"""By what a record is known, and which records of one file are about the same thing."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from bookshop.imports.problems import Fault
from bookshop.translations import N_


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
    """The keys of what one file has had accepted, each with its line. The first stands."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, int]] = {kind.key: {} for kind in _KINDS}

    def duplicates(self, values: Mapping[str, Any], sound: Any, lines: Any) -> Iterator[Repeated]:
        """Those among the sound records; the others are remembered."""
        suspects = np.zeros(len(lines), dtype=bool)
        keys_of = {kind: np.asarray(values[kind.key], dtype=object) for kind in _KINDS}
        for kind, keys in keys_of.items():
            suspects |= self._met_twice(kind, keys, sound)
        for kind in _KINDS:
            keys, at = keys_of[kind][sound & ~suspects], lines[sound & ~suspects]
            self._lines[kind.key].update(
                (k, n) for k, n in zip(keys, at.tolist(), strict=True) if k
            )
        for place in np.flatnonzero(suspects).tolist():
            own = {kind: keys_of[kind][place] for kind in _KINDS}
            if repeated := self._repeated(own, place):
                yield repeated
            else:
                self._remember(own, int(lines[place]))

    def _met_twice(self, kind: _Known, keys: Any, sound: Any) -> Any:
        """In this chunk, or in those before it."""
        present = sound & keys.astype(bool)
        before = self._lines[kind.key]
        twice = pd.Series(keys[present]).duplicated(keep=False).to_numpy(dtype=bool, copy=True)
        twice |= np.fromiter((key in before for key in keys[present]), dtype=bool)
        present[present] = twice
        return present

    def _repeated(self, own: Mapping[_Known, str | None], place: int) -> Repeated | None:
        for kind, key in own.items():
            if key and (line := self._lines[kind.key].get(key)):
                return Repeated(place, kind.field, Fault(kind.code, kind.text, {"line": line}))
        return None

    def _remember(self, own: Mapping[_Known, str | None], line: int) -> None:
        for kind, key in own.items():
            if key:
                self._lines[kind.key][key] = line
