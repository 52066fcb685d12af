"""Raw records checked, a chunk at a time: what may be sold, and what is wrong with the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from bookshop.imports import rules, texts
from bookshop.imports.identity import Seen, keys_without_isbn
from bookshop.imports.isbns import isbns_13
from bookshop.imports.problems import Fault, Problem

__all__ = ["ACCEPTED", "Result", "Seen", "validate"]

Faults = dict[int, Fault]  # by the place of the record in its chunk

_TEXTS = (
    *("title", "authors", "publisher", "category", "series", "sku", "description"),
    *("binding", "age", "volume"),
)


@dataclass(frozen=True)
class Result:
    """`accepted` has the columns and dtypes of ACCEPTED.

    Problems name every record that is not in it, and no other; warnings reject nothing. `refused`
    says what the others would have been: ISBN-13, own key and sku, as far as they can be told.
    """

    accepted: pd.DataFrame
    problems: list[Problem]
    warnings: list[Problem]
    refused: list[tuple[str | None, str | None, str]]


_KEYS = ("isbn13", "own_key", "sku")
ACCEPTED = {
    "isbn13": "object",  # str, or None when the record has none
    "own_key": "object",  # str for a record without an ISBN, else None
    "title": "str",
    "authors": "str",  # "Ilf; Petrov"
    "publisher": "str",
    "year": "Int64",
    "language": "str",
    "price": "int64",  # minor units
    "stock": "int64",
    "category": "str",
    "pages": "Int64",
    "description": "str",
    "cover_url": "str",
    "series": "str",
    "binding": "str",
    "age": "str",
    "volume": "str",
    "sku": "str",
    "line": "int64",
    "record": "int64",
}


def validate(chunk: pd.DataFrame, seen: Seen, this_year: int | None = None) -> Result:
    """`chunk` comes from reading; `seen` is one for the whole file, to know its duplicates."""
    checking = _Checking(chunk)
    for name in _TEXTS:
        checking.take(name, *texts.cleaned(name, chunk[name]))
    checking.take("isbn13", *isbns_13(chunk["isbn13"]))
    checking.apply("price", rules.price)
    checking.apply("stock", rules.stock)
    checking.apply("year", rules.year_up_to(this_year or date.today().year))
    checking.apply("pages", rules.pages)
    checking.apply("language", rules.language, left_out="")
    checking.take("cover_url", *_covers(chunk["cover_url"]))
    checking.apply("currency", rules.currency)
    checking.values["own_key"] = keys_without_isbn(checking.values)
    checking.refuse_duplicates(seen)
    return checking.result()


@dataclass
class _Checking:
    chunk: pd.DataFrame
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, Faults]] = field(default_factory=list)

    def take(self, name: str, values: Any, faults: Faults) -> None:
        self.values[name] = values
        self.faults.append((name, faults))

    def apply(self, name: str, rule: rules.Rule[Any], left_out: object = None) -> None:
        """`left_out` stands for a value that is wrong."""
        self.take(name, *_each_distinct(self.chunk[name], rule, left_out))

    def refuse_duplicates(self, seen: Seen) -> None:
        where = (self.chunk[name].to_numpy() for name in ("line", "record"))
        for place, name, fault in seen.duplicates(self.values, self._sound(), *where):
            self.faults.append((name, {place: fault}))

    def result(self) -> Result:
        sound = self._sound()
        columns = self.values | {name: self.chunk[name].to_numpy() for name in ("line", "record")}
        accepted = pd.DataFrame(
            {name: pd.Series(columns[name][sound], dtype=kind) for name, kind in ACCEPTED.items()}
        )
        problems, warnings = self._told()
        keys = (np.asarray(self.values[name], dtype=object) for name in _KEYS)
        refused = list(zip(*(key[~sound] for key in keys), strict=True))
        return Result(accepted, problems, warnings, refused)

    def _sound(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        sound = np.ones(len(self.chunk), dtype=bool)
        for _, faults in self.faults:
            sound[[place for place, fault in faults.items() if fault.rejects]] = False
        return sound

    def _told(self) -> tuple[list[Problem], list[Problem]]:
        told: tuple[list[Problem], list[Problem]] = ([], [])
        lines, records = self.chunk["line"].to_numpy(), self.chunk["record"].to_numpy()
        for place, name, fault in self._in_order():
            value = str(self.chunk[name].iat[place])
            problem = Problem.of(fault, int(lines[place]), int(records[place]), name, value)
            told[not fault.rejects].append(problem)
        return told

    def _in_order(self) -> Iterable[tuple[int, str, Fault]]:
        every = [(at, name, fault) for name, found in self.faults for at, fault in found.items()]
        return sorted(every, key=lambda one: one[0])


def _each_distinct(
    raw: "pd.Series[str]", rule: rules.Rule[Any], left_out: object
) -> tuple[Any, Faults]:
    """Prices and years repeat: the rule is asked once for each that is different."""
    codes, distinct = pd.factorize(raw)
    answers = [rule(text) for text in distinct.tolist()]
    wrong = [isinstance(answer, Fault) for answer in answers]
    faults = {
        int(place): answers[codes[place]]
        for place in np.flatnonzero(np.array(wrong, dtype=bool)[codes])
    }
    answers = [left_out if bad else answer for answer, bad in zip(answers, wrong, strict=True)]
    return _objects(answers)[codes], faults


def _covers(raw: "pd.Series[str]") -> tuple[Any, Faults]:
    """No two are the same; but nearly all are plain."""
    covers = raw.to_numpy(dtype=object, copy=True)
    is_plain = raw.str.fullmatch(rules.PLAIN_ADDRESS) & (raw.str.len() <= rules.LONGEST_URL)
    odd = np.flatnonzero(~is_plain.to_numpy(dtype=bool))
    covers[odd], faults = _each_distinct(raw.iloc[odd], rules.cover_url, "")
    return covers, {int(odd[place]): fault for place, fault in faults.items()}


def _objects(values: list[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
