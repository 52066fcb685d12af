"""What each seller asks for a book that several sell: one list of prices for all such books.

A book's own stand together, in the order of its sellers, and its column tells where they begin. The
price of a seller who has no copies is negative.
"""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search_index.tables import Column

ALONE = -1  # it has one seller at most: the columns tell all there is


class Prices:
    """Safe to share between threads: what was added stays where it is."""

    def __init__(self, values: Column | None = None) -> None:
        self._values = np.zeros(1, np.int32) if values is None else values
        self._end = 0 if values is None else len(values)
        self._adding = threading.Lock()

    def add(self, prices: Sequence[int] | Column) -> int:
        """Tells where they begin."""
        with self._adding:
            start, self._end = self._end, self._end + len(prices)
            if self._end > len(self._values):
                room = np.zeros(self._end, self._values.dtype)
                self._values = np.concatenate([self._values, room])
            self._values[start : self._end] = prices
        return start

    def at(self, places: Column) -> Column:
        """A place that is being overwritten at this moment may tell anything, but never fails."""
        return np.asarray(self._values.take(places, mode="clip"))

    def moved_here(self, column: Column, prices: Column) -> Column:
        """The column of a file, and the prices that it tells of."""
        start = self.add(prices)
        return column if not start else np.where(column == ALONE, column, column + np.int32(start))

    def packed(self, column: Column, sellers: Column) -> tuple[Column, NDArray[np.int32]]:
        """For a file: only those that the column tells of; `sellers` says how many of each."""
        several = column != ALONE
        counts = sellers[several]
        starts = np.cumsum(counts) - counts
        places = np.repeat(column[several] - starts, counts) + np.arange(counts.sum())
        moved = np.full(len(column), ALONE, np.int32)
        moved[several] = starts
        return moved, self.at(places).astype(np.int32)
