"""Columns beside the documents of a segment: plain numbers, and values that stand in a list."""

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, ArraysWriter

T = TypeVar("T", bound=Hashable)
Column = NDArray[Any]


class Codes(Generic[T]):
    """Small numbers that stand for values, in the order in which they were first met."""

    def __init__(self, values: Sequence[T] = ()) -> None:
        self.values: list[T] = list(values)
        self._adding = threading.Lock()
        self._codes = {value: code for code, value in enumerate(self.values)}

    def of(self, value: T) -> int:
        code = self._codes.get(value)
        if code is not None:
            return code
        with self._adding:
            code = self._codes.setdefault(value, len(self.values))
            if code == len(self.values):
                self.values.append(value)
        return code

    def known(self, value: T) -> int:
        return self._codes.get(value, -1)

    def translation(self, values: Sequence[T]) -> NDArray[np.int32]:
        """The code here of each value of another list."""
        return np.fromiter(map(self.of, values), np.int32, len(values))


@dataclass(frozen=True)
class Table:
    columns: dict[str, Column]
    values: dict[str, list[Any]]  # of each column that holds codes: what they stand for

    def write(self, file: ArraysWriter) -> None:
        for name, column in self.columns.items():
            file.add(name, column)
        file.add_json("values", self.values)


def read_table(file: Arrays, names: Sequence[str]) -> Table:
    return Table({name: file[name] for name in names}, file.json("values"))


def joined(parts: Sequence[tuple[Table, NDArray[np.bool_]]]) -> Table:
    """Of each part, only the rows that are marked."""
    first, _ = parts[0]
    codes: dict[str, Codes[Any]] = {name: Codes() for name in first.values}
    columns: dict[str, list[Column]] = {name: [] for name in first.columns}
    for table, marked in parts:
        for name, column in table.columns.items():
            kept = column[marked]
            if name in codes:
                kept = codes[name].translation(list(map(_hashable, table.values[name])))[kept]
            columns[name].append(kept)
    return Table(
        {name: np.concatenate(pieces) for name, pieces in columns.items()},
        {name: code.values for name, code in codes.items()},
    )


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
