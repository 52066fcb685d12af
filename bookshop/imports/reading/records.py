"""Raw records on their way into DataFrames: text as it was written, a chunk at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import pandas as pd

from bookshop.imports.columns import FIELDS
from bookshop.imports.problems import WHOLE_FILE, WHOLE_ROW, Fault, Problem
from bookshop.translations import N_

CHUNK = 5_000  # records: few enough to write in one short transaction

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

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, fault: Fault, line: int, record: int, where: str, value: str) -> None:
        self.problems.append(Problem.of(fault, line, record, where, value))

    def warn_once(self, fault: Fault, line: int, where: str = WHOLE_ROW, value: str = "") -> None:
        """About the file as a whole."""
        self.warnings.append(Problem.of(fault, line, WHOLE_FILE, where, value))


def in_chunks(records: Iterable[Record], columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Every field is a column, blank where the file has none; then `line` and `record`."""
    rest = iter(records)
    while batch := list(islice(rest, CHUNK)):
        lines, numbers, cells = zip(*batch, strict=True)
        chunk = pd.DataFrame(dict(zip(columns, zip(*cells, strict=True), strict=True)), dtype="str")
        chunk = chunk.reindex(columns=list(FIELDS), fill_value="")
        yield chunk.assign(line=lines, record=numbers)
