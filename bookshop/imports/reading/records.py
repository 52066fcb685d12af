"""Raw records on their way into DataFrames: text as it was written, a chunk at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from bookshop.imports.columns import FIELDS
from bookshop.imports.problems import WHOLE_FILE, WHOLE_ROW, Fault, Problem
from bookshop.translations import N_

CHUNK = 5_000  # records: few enough to write in one short transaction
LARGEST_CHUNK = 16 << 20  # letters: a cell may have a million of them

_PLACE = ("line", "record")

STOCK_ASSUMED = Fault(
    "stock_assumed",
    N_("The file does not say how many copies there are of each book: 1 is taken."),
    rejects=False,
)


class Record(NamedTuple):
    """One record; the cells stand in the order of the reader's columns."""

    line: int
    number: int
    cells: tuple[str, ...]


class Block(NamedTuple):
    """Many records at once, each on a line of its own: the reader's columns, by name."""

    line: int  # of the first, and its number
    number: int
    cells: pa.Table

    def cut(self, at: int) -> tuple["Block", "Block"]:
        rest = Block(self.line + at, self.number + at, self.cells.slice(at))
        return self._replace(cells=self.cells.slice(0, at)), rest


@dataclass
class Notes:
    """What reading itself found; it grows while the chunks are read."""

    default_stock: int | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    header: list[str] = field(default_factory=list)  # of a table, and its first rows
    samples: list[list[str]] = field(default_factory=list)
    read_as: dict[str, str] = field(default_factory=dict)
    cut_short: bool = False  # the file ends in the middle of a record
    _stock_assumed: bool = False

    def refuse(self, fault: Fault, line: int, record: int, where: str, value: str) -> None:
        self.problems.append(Problem.of(fault, line, record, where, value))

    def warn_once(self, fault: Fault, line: int, where: str = WHOLE_ROW, value: str = "") -> None:
        """About the file as a whole."""
        self.warnings.append(Problem.of(fault, line, WHOLE_FILE, where, value))

    def stock_unsaid(self, line: int) -> str:
        """How many copies are taken where the file says nothing; said once if nobody chose it."""
        if self.default_stock is not None:
            return str(self.default_stock)
        if not self._stock_assumed:
            self.warn_once(STOCK_ASSUMED, line, "stock")
            self._stock_assumed = True
        return "1"


def in_chunks(
    pieces: Iterable[Record | Block | None], columns: Sequence[str]
) -> Iterator[pd.DataFrame]:
    """Every field is a column, blank where the file has none; then `line` and `record`.

    None is a record that the reader itself refused: it counts, so that a chunk (an empty one, if
    need be) comes soon and what was noted can be taken.
    """
    chunk = _Chunk(columns)
    for piece in pieces:
        while isinstance(piece, Block) and chunk.seen + len(piece.cells) > CHUNK:
            fitting, piece = piece.cut(CHUNK - chunk.seen)
            chunk.add(fitting)
            yield chunk.frame()
            chunk = _Chunk(columns)
        chunk.add(piece)
        if chunk.seen >= CHUNK or chunk.size > LARGEST_CHUNK:
            yield chunk.frame()
            chunk = _Chunk(columns)
    if chunk.seen:
        yield chunk.frame()


class _Chunk:
    def __init__(self, columns: Sequence[str]) -> None:
        self.seen = self.size = 0
        self._columns = columns
        self._tables: list[pa.Table] = []
        self._records: list[Record] = []  # that came after the tables

    def add(self, piece: Record | Block | None) -> None:
        match piece:
            case Block(line, number, cells):
                self._gather_records()
                count = len(cells)
                self._add_table(cells, range(line, line + count), range(number, number + count))
                self.seen += count
                self.size += cells.nbytes
            case Record():
                self._records.append(piece)
                self.seen += 1
                self.size += sum(map(len, piece.cells))
            case None:
                self.seen += 1

    def frame(self) -> pd.DataFrame:
        self._gather_records()
        table = pa.concat_tables(self._tables).combine_chunks()
        blank = pa.repeat("", len(table))
        every = {name: table[name] if name in self._columns else blank for name in FIELDS}
        whole = pa.table({**every, **{name: table[name] for name in _PLACE}})
        frame: pd.DataFrame = whole.to_pandas()
        return frame

    def _gather_records(self) -> None:
        if not self._records and self._tables:
            return
        lines, numbers, rows = zip(*self._records, strict=True) if self._records else ((), (), ())
        cells = zip(*rows, strict=True) if rows else ((),) * len(self._columns)
        named = zip(self._columns, cells, strict=True)
        texts = pa.table({name: pa.array(column, pa.string()) for name, column in named})
        self._add_table(texts, lines, numbers)
        self._records = []

    def _add_table(self, cells: pa.Table, *place: Sequence[int]) -> None:
        for name, values in zip(_PLACE, place, strict=True):
            cells = cells.append_column(name, pa.array(values, pa.int64()))
        self._tables.append(cells)
