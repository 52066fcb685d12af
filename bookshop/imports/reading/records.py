"""Raw records on their way into DataFrames: text as it was written, a chunk at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from bookshop.imports.columns import FIELDS
from bookshop.imports.problems import WHOLE_FILE, WHOLE_ROW, Fault, Problem
from bookshop.translations import N_

CHUNK = 5_000  # records: few enough to write in one short transaction
LARGEST_CHUNK = 16 << 20  # letters: a cell may have a million of them

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


def in_chunks(records: Iterable[Record | None], columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Every field is a column, blank where the file has none; then `line` and `record`.

    None is a record that the reader itself refused: it counts, so that a chunk (an empty one, if
    need be) comes soon and what was noted can be taken.
    """
    batch: list[Record] = []
    seen = size = 0
    for record in records:
        seen += 1
        if record:
            batch.append(record)
            size += sum(map(len, record.cells))
        if seen == CHUNK or size > LARGEST_CHUNK:
            yield _frame(batch, columns)
            batch, seen, size = [], 0, 0
    if seen:
        yield _frame(batch, columns)


def _frame(batch: list[Record], columns: Sequence[str]) -> pd.DataFrame:
    cells = zip(*(record.cells for record in batch), strict=True) if batch else ((),) * len(columns)
    frame = pd.DataFrame(dict(zip(columns, cells, strict=True)), dtype="str")
    return frame.reindex(columns=list(FIELDS), fill_value="").assign(
        line=pd.array([record.line for record in batch], dtype="int64"),
        record=pd.array([record.number for record in batch], dtype="int64"),
    )
