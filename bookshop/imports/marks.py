"""Where each of many keys was met first: any number of them, in memory that does not grow."""

import os
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

import numpy as np
import numpy.typing as npt

Marks = npt.NDArray[np.uint64]  # a number for each key; 0 where a record has none
Places = npt.NDArray[np.uint64]  # in the file, from 1

MOST_IN_MEMORY = 1 << 19  # marks in one run

_PAIR = np.dtype([("mark", np.uint64), ("place", np.uint64)])
_TOGETHER = 256  # pairs that are read at once: a page of the disk


class PlacesOfMarks:
    """Marks in order, each with its place: sixteen bytes apiece, where a dict takes two hundred.

    They lie in a few runs, each at least twice as long as the next, so that few are searched and
    few are moved when more are added. A run that has grown long goes to the disk.
    """

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._runs: list[tuple[Marks, Places]] = []
        self._on_disk: _OnDisk | None = None

    def of(self, marks: Marks) -> Places:
        """The place of each, 0 for one that is not here."""
        found = self._on_disk.of(marks) if self._on_disk else np.zeros_like(marks)
        for known, places in self._runs:
            at = np.minimum(np.searchsorted(known, marks), len(known) - 1)
            found = np.where(known[at] == marks, places[at], found)
        return found

    def add(self, marks: Marks, places: Places) -> None:
        """Those that are not here yet."""
        marks, places = marks[marks > 0], places[marks > 0]
        if not len(marks):
            return
        while self._runs and len(self._runs[-1][0]) < 2 * len(marks):
            known, at = self._runs.pop()
            marks, places = np.concatenate([known, marks]), np.concatenate([at, places])
        order = np.argsort(marks)
        run = marks[order], places[order]
        if len(marks) < self._most:
            self._runs.append(run)
        else:
            self._on_disk = self._on_disk or _OnDisk()
            self._on_disk.add(*run)


class _OnDisk:
    """Runs in a file that nobody else sees. Only what a filter does not know for new is looked up.

    It is read and not mapped, since mapped pages count as memory of the process.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 (open as long as this is there)
        finalize(self, self._file.close)
        self._filter = _Filter()
        self._runs: list[tuple[int, int, Marks]] = []  # beginning, end; first mark of each page

    def add(self, marks: Marks, places: Places) -> None:
        begins = self._file.tell()
        pairs = np.empty(len(marks), dtype=_PAIR)
        pairs["mark"], pairs["place"] = marks, places
        self._file.write(pairs.tobytes())
        self._file.flush()
        self._runs.append((begins, self._file.tell(), marks[::_TOGETHER].copy()))
        self._filter.add(marks)

    def of(self, marks: Marks) -> Places:
        found = np.zeros_like(marks)
        left = np.flatnonzero(self._filter.may_know(marks))
        for run in self._runs:
            if len(left):
                found[left] = self._looked_up(marks[left], run)
                left = left[found[left] == 0]
        return found

    def _looked_up(self, marks: Marks, run: tuple[int, int, Marks]) -> Any:
        begins, ends, firsts = run
        pages = np.searchsorted(firsts, marks, side="right") - 1  # -1: before all of this run
        page_size = _TOGETHER * _PAIR.itemsize
        file = self._file.fileno()
        found = []
        for mark, page in zip(marks, pages.tolist(), strict=True):
            at = begins + max(page, 0) * page_size
            pairs = np.frombuffer(os.pread(file, min(page_size, ends - at), at), dtype=_PAIR)
            same = pairs["place"][pairs["mark"] == mark]
            found.append(same[0] if len(same) else 0)
        return found


class _Filter:
    """What it says is new, is.

    Three bits for each mark in sixteen megabytes: of what is new it lets one in twenty by when it
    knows twenty million.
    """

    _BITS = 27
    _MIXED = (1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)  # by odd numbers, at random else
    _AT_ONCE = 1 << 16

    def __init__(self) -> None:
        self._bits = np.zeros(1 << (self._BITS - 3), dtype=np.uint8)

    def add(self, marks: Marks) -> None:
        for start in range(0, len(marks), self._AT_ONCE):
            for place, bit in self._of(marks[start : start + self._AT_ONCE]):
                np.bitwise_or.at(self._bits, place, bit)

    def may_know(self, marks: Marks) -> Any:
        known = marks > 0
        for place, bit in self._of(marks):
            known &= (self._bits[place] & bit) > 0
        return known

    def _of(self, marks: Marks) -> Any:
        for factor in self._MIXED:
            bit = (marks * np.uint64(factor)) >> np.uint64(64 - self._BITS)
            yield bit >> np.uint64(3), np.uint8(1) << (bit & np.uint64(7)).astype(np.uint8)
