"""CSV as spreadsheets, price lists and databases write it."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from typing import BinaryIO, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bookshop.imports import columns
from bookshop.imports.problems import WHOLE_ROW, EmptyFile, Fault, MissingColumns, NoRecords
from bookshop.imports.reading.detect import HEAD, Source
from bookshop.imports.reading.lines import Lines
from bookshop.imports.reading.records import Block, Notes, Record, in_chunks
from bookshop.imports.reading.rows import (
    DELIMITERS,
    OPEN_QUOTE,
    Rows,
    are_blank,
    declared_delimiter,
)
from bookshop.translations import N_

_SAMPLES = 5
_LONGEST_SAMPLE = 80  # letters; of a header too

_CUT_SHORT = Fault(
    "cut_short",
    N_(
        "The file ends in the middle of a record, so not all of it seems to have come: "
        "nothing that it lacks can be withdrawn."
    ),
    rejects=False,
)


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    with source.open() as file:
        table = Table(source, file, notes)
        yield from in_chunks(table.records(), table.fields)


def write_refused(source: Source, why: Mapping[int, str], heading: str, into: BinaryIO) -> None:
    """With the mark that Excel knows UTF-8 by."""
    text = TextIOWrapper(into, "utf-8-sig", newline="")
    with source.open() as file:
        table = Table(source, file, Notes())
        writer = csv.writer(text, delimiter=table.delimiter)
        writer.writerow(table.with_reason(table.header, heading))
        for _, number, row, _ in table.rows():
            if number in why:
                writer.writerow(table.with_reason(row, why[number]))
    text.detach()  # what it held is written, and `into` stays open


class Row(NamedTuple):
    """With its line, its number, and what is wrong with it as a row."""

    line: int
    number: int
    cells: list[str]
    fault: Fault | None


class Table:
    """The header, and below it the records."""

    def __init__(self, source: Source, file: BinaryIO, notes: Notes) -> None:
        self._notes = notes
        self._mapping = source.mapping
        stream = TextIOWrapper(
            file, source.encoding.codec, errors="replace", newline=_newline(source)
        )
        self._lines = Lines(stream, file)
        self.delimiter = declared_delimiter(self._lines) or self._likeliest_delimiter()
        self._rows = Rows(self._lines, self.delimiter)
        self.header = self._rows.next() or []
        if not self.header:
            raise EmptyFile
        self._rows.width = len(self.header)
        self._names = _shown(self.header)
        self._places = columns.places(self._names, self._mapping)
        self._spare_prices = columns.spare_prices(self._names, self._mapping)
        self._earlier_reasons = {i for i, name in enumerate(self._names) if columns.is_reason(name)}
        self._width_needed = max((place + 1 for place in self._named()), default=0)
        self._check_header()

    @property
    def fields(self) -> list[str]:
        """Whose cells the records have; `stock` is always among them."""
        return [*self._places, *(() if "stock" in self._places else ("stock",))]

    def records(self) -> Iterator[Record | Block | None]:
        piece = None
        cells = itemgetter(*self._places.values())  # two at least, so these are a tuple
        more = () if "stock" in self._places else (self._notes.stock_unsaid(self._lines.first),)
        for piece in self._pieces([*self._places.values(), *self._spare_prices]):
            if isinstance(piece, Block):
                yield piece._replace(cells=self._as_fields(piece.cells, *more))
            elif piece.fault:
                first = self._lines.held[0]
                self._notes.refuse(piece.fault, piece.line, piece.number, WHOLE_ROW, first)
                yield None
            else:
                yield Record(piece.line, piece.number, cells(self._priced(piece.cells)) + more)
        if piece is None:
            raise NoRecords

    def rows(self) -> Iterator[Row]:
        for piece in self._pieces(range(len(self.header))):
            yield from _rows_of(piece) if isinstance(piece, Block) else [piece]

    def _priced(self, row: list[str]) -> list[str]:
        """With the price in its place, where that is blank and another column has it."""
        place = self._places["price"]
        if self._spare_prices and not row[place].strip():
            row = row.copy()
            row[place] = next(filter(str.strip, (row[at] for at in self._spare_prices)), "")
        return row

    def _as_fields(self, cells: pa.Table, *more: str) -> pa.Table:
        """The same as `_priced` and picked, of many rows at once."""
        fields = {field: cells[str(place)] for field, place in self._places.items()}
        for place in self._spare_prices:
            price = fields["price"]
            fields["price"] = pc.if_else(are_blank(price), cells[str(place)], price)
        if more:
            fields["stock"] = pa.repeat(*more, len(cells))
        return pa.table(fields)

    def _pieces(self, places: Collection[int]) -> Iterator[Block | Row]:
        """By the block where that goes, the cells in these places; else row by row."""
        seen = 0
        while True:
            if seen >= _SAMPLES and (block := self._rows.next_block(places)):
                yield Block(self._lines.first, seen + 1, block)
                seen += len(block)
            row = self._rows.next()
            if row is None:
                break
            seen += 1
            yield self._looked_at(row, seen)
        if "".join(self._lines.before).endswith("\N{REPLACEMENT CHARACTER}"):
            self._cut_short()  # between two bytes of a letter

    def _looked_at(self, row: list[str], number: int) -> Row:
        if number <= _SAMPLES:
            self._notes.samples.append(_shown(row))
        line, fault = self._lines.first, None
        if not self._rows.is_whole(row):
            row, fault = self._mended(row)
        return Row(line, number, row, fault)

    def with_reason(self, row: list[str], reason: str) -> list[str]:
        """The reason stands below its heading; a row that is too long goes on after it."""
        width = len(self.header)
        filled = row[:width] + [""] * (width - len(row))
        kept = [cell for i, cell in enumerate(filled) if i not in self._earlier_reasons]
        return [*kept, reason, *row[width:]]

    def _mended(self, row: list[str]) -> tuple[list[str], Fault | None]:
        """As many cells as the header has, or what is wrong."""
        width = len(self.header)
        if not self._lines.cut_short and self._width_needed <= len(row) < width:
            return row + [""] * (width - len(row)), None
        if self._rows.is_never_closed():
            self._cut_short()
            return row, OPEN_QUOTE
        if self._rows.has_swallowed_others():
            return self._rows.first_line_alone(), OPEN_QUOTE
        if len(row) < width and not self._lines.held[-1].endswith("\n"):
            self._cut_short()
        return row, _wrong_width(len(row), width)

    def _cut_short(self) -> None:
        self._notes.cut_short = True
        self._notes.warn_once(_CUT_SHORT, self._lines.first)

    def _likeliest_delimiter(self) -> str:
        """That which makes the most known columns of the first line, then the most columns."""
        return max(DELIMITERS, key=self._known_and_all_columns)

    def _known_and_all_columns(self, delimiter: str) -> tuple[int, int]:
        row = Rows(self._lines, delimiter).next() or []
        self._lines.begin_again()
        return len(columns.places(_shown(row), self._mapping)), len(row)

    def _check_header(self) -> None:
        known = {self._names[place]: field for field, place in self._places.items()}
        self._notes.header, self._notes.read_as = self._names, known
        if missing := [field for field in columns.NEEDED if field not in self._places]:
            list(islice(self.rows(), _SAMPLES))  # they are noted on the way
            raise MissingColumns(missing, self._names, self._notes.samples, known)
        unread = [
            self._names[i]
            for i in self._named()
            if self._is_unknown(self._names[i]) and i not in self._spare_prices
        ]
        if unread:
            names = ", ".join(unread)[:300]
            self._notes.warn_once(_unknown_columns(names), self._lines.first, "(header)", names)

    def _is_unknown(self, name: str) -> bool:
        return name not in self._notes.read_as and name not in self._mapping

    def _named(self) -> list[int]:
        """Where there are columns that somebody may have filled."""
        return [
            place
            for place, name in enumerate(self._names)
            if name and place not in self._earlier_reasons
        ]


def _rows_of(block: Block) -> Iterator[Row]:
    columns_of_cells = (column.to_pylist() for column in block.cells.columns)
    for at, cells in enumerate(zip(*columns_of_cells, strict=True)):
        yield Row(block.line + at, block.number + at, list(cells), None)


def _newline(source: Source) -> str | None:
    """None takes LF, CR LF and CR alike; lines that end in CR CR LF are cut at the LF."""
    with source.path.open(encoding=source.encoding.codec, errors="replace", newline="") as stream:
        return "\n" if "\r\r\n" in stream.read(HEAD) else None


def _shown(row: Sequence[str]) -> list[str]:
    """Each cell on one line, and no more than is needed to know them."""
    cells = row[: columns.MOST_COLUMNS]
    return [" ".join(cell[:1000].strip("\ufeff\0").split())[:_LONGEST_SAMPLE] for cell in cells]


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
