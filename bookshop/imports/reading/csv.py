"""CSV as spreadsheets, price lists and databases write it."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TextIO

import pandas as pd

from bookshop.imports import columns
from bookshop.imports.problems import (
    WHOLE_ROW,
    EmptyFile,
    Fault,
    LineTooLong,
    MissingColumns,
    NoRecords,
)
from bookshop.imports.reading.detect import HEAD, Source
from bookshop.imports.reading.records import STOCK_ASSUMED, Notes, Record, in_chunks
from bookshop.translations import N_

_DELIMITERS = ",;\t|"
_NEEDED = ("title", "price")
_LONGEST_LINE = 4 << 20
_LONGEST_RECORD = 1 << 20  # a quote that is never closed stops here
csv.field_size_limit(_LONGEST_LINE + _LONGEST_RECORD)  # our own limits are the ones that speak

_OPEN_QUOTE = Fault("open_quote", N_("A quotation mark is opened here and not closed."))


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    with source.path.open(
        encoding=source.encoding.codec, errors="replace", newline=_newline(source)
    ) as stream:
        table = _Table(stream, notes)
        names = list(table.places)
        yield from in_chunks(table.records(), names if table.has_stock else [*names, "stock"])


def _newline(source: Source) -> str | None:
    """None takes LF, CR LF and CR alike; lines that end in CR CR LF are cut at the LF."""
    with source.path.open(encoding=source.encoding.codec, errors="replace", newline="") as stream:
        return "\n" if "\r\r\n" in stream.read(HEAD) else None


class _Lines:
    """Feeds csv.reader line by line, and can take back what one record has swallowed."""

    def __init__(self, stream: TextIO) -> None:
        self.held: list[str] = []  # of the record being read
        self.first = 1  # its line in the file
        self.cut_short = False  # it was still open when the file, or our patience, ended
        self._stream = stream
        self._returned: deque[str] = deque()
        self._length = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = "" if self._length > _LONGEST_RECORD else self._next_line()
        if not line:
            self.cut_short = bool(self.held)
            raise StopIteration
        self.held.append(line)
        self._length += len(line)
        return line

    def begin_record(self) -> None:
        self.first += len(self.held)
        self.held = []
        self.cut_short = False
        self._length = 0

    def give_back(self, keep: int) -> None:
        """All but the first `keep` lines are read again."""
        self._returned.extendleft(reversed(self.held[keep:]))
        del self.held[keep:]

    def _next_line(self) -> str:
        """Blank at the end of the file."""
        if self._returned:
            return self._returned.popleft()
        line = self._stream.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise LineTooLong(line=self.first + len(self.held))
        return line.replace("\r", "")


class _Table:
    """The header, and below it the records."""

    def __init__(self, stream: TextIO, notes: Notes) -> None:
        self._lines = _Lines(stream)
        self._notes = notes
        self._separate_by(self._declared_delimiter() or self._likeliest_delimiter())
        self._header = self._first_row()
        self.places = columns.places(self._header)
        self.has_stock = "stock" in self.places
        self._check_header()

    def records(self) -> Iterator[Record]:
        cut = _cutter(list(self.places.values()), () if self.has_stock else ("1",))
        number = 0
        while (row := self._next_row()) is not None:
            number += 1
            if fitting := self._fitted(row, number):
                yield Record(self._lines.first, number, cut(fitting))
        if number == 0:
            raise NoRecords

    def _first_row(self) -> list[str]:
        row = self._next_row()
        if row is None:
            raise EmptyFile
        return row

    def _next_row(self) -> list[str] | None:
        """None at the end. Lines without a word in them are no rows."""
        while True:
            self._lines.begin_record()
            row = next(self._reader, None)
            if row is None or any(cell.strip() for cell in row):
                return row

    def _fitted(self, row: list[str], number: int) -> list[str] | None:
        """As many cells as the header has, or a problem of this row."""
        width = len(self._header)
        if not self._lines.cut_short:
            if len(row) == width:
                return row
            if self._width_needed <= len(row) < width:
                return row + [""] * (width - len(row))
        if self._lines.cut_short or self._has_swallowed_others(width):
            self._lines.give_back(keep=1)
            fault = _OPEN_QUOTE
        else:
            fault = _wrong_width(len(row), width)
        value = self._lines.held[0]
        self._notes.refuse(fault, self._lines.first, number, WHOLE_ROW, value)
        return None

    def _has_swallowed_others(self, width: int) -> bool:
        """Is one of its further lines a whole record? Then a quote was opened by mistake."""
        alone = csv.reader(self._lines.held[1:], delimiter=self._delimiter)
        return any(len(row) == width for row in alone)

    def _separate_by(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._reader = csv.reader(self._lines, delimiter=delimiter)

    def _declared_delimiter(self) -> str | None:
        """Excel's own first line: sep=;"""
        self._lines.begin_record()
        line = next(self._lines, "").strip("\ufeff\n\r")
        if line[:4].lower() == "sep=" and line[4:] in set(_DELIMITERS):
            return line[4]
        self._lines.give_back(keep=0)
        return None

    def _likeliest_delimiter(self) -> str:
        """That which makes the most known columns of the first line, then the most columns."""
        return max(_DELIMITERS, key=self._known_and_all_columns)

    def _known_and_all_columns(self, delimiter: str) -> tuple[int, int]:
        self._separate_by(delimiter)
        row = self._next_row() or []
        self._lines.give_back(keep=0)
        return len(columns.places(row)), len(row)

    def _check_header(self) -> None:
        if missing := [name for name in _NEEDED if name not in self.places]:
            found = ", ".join(name.strip() for name in self._header if name.strip())
            raise MissingColumns(missing=", ".join(missing), found=found[:300])
        named = [place for place, name in enumerate(self._header) if name.strip()]
        self._width_needed = max(named) + 1
        unread = [self._header[i].strip() for i in named if i not in self.places.values()]
        if unread:
            names = ", ".join(unread)[:300]
            self._notes.warn_once(_unknown_columns(names), self._lines.first, "(header)", names)
        if not self.has_stock:
            self._notes.warn_once(STOCK_ASSUMED, self._lines.first, "stock")


def _unknown_columns(names: str) -> Fault:
    text = N_("These columns are not known and not read: %(names)s.")
    return Fault("unknown_columns", text, {"names": names}, rejects=False)


def _wrong_width(found: int, expected: int) -> Fault:
    return Fault(
        "row_width",
        N_(
            "There are %(found)d cells in place of %(expected)d: look for a missing cell, "
            "or for a delimiter inside a text without quotation marks."
        ),
        {"found": found, "expected": expected},
    )


def _cutter(places: list[int], more: tuple[str, ...]) -> Callable[[list[str]], tuple[str, ...]]:
    """Takes the known cells out of a row; `more` stands for columns the file has not."""
    cells: Callable[[list[str]], tuple[str, ...]] = itemgetter(*places)
    return (lambda row: cells(row) + more) if more else cells
