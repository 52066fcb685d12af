"""Files in, raw records out: what format it is, is told by what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pandas as pd

from bookshop.imports.problems import Problem
from bookshop.imports.reading import csv, yaml, yml
from bookshop.imports.reading.detect import Format, look_at
from bookshop.imports.reading.records import Notes

_READERS = {"csv": csv.read, "yml": yml.read, "yaml": yaml.read}


@dataclass(frozen=True)
class Reading:
    """`chunks` is read once; `problems` and `warnings` are complete when it is at its end.

    A chunk has the columns of bookshop.imports.columns.FIELDS, all str and as written, and int64
    `line` (where the record begins in the file, from 1) and `record` (from 1). A file that breaks
    in the middle raises NotACatalogue there: nothing of it may be applied before the end is seen.
    """

    format: Format
    encoding: str
    chunks: Iterator[pd.DataFrame]
    problems: list[Problem]
    warnings: list[Problem]


def read(path: Path) -> Reading:
    """Raises NotACatalogue, with what is wrong and how to mend it."""
    source = look_at(path)
    notes = Notes()
    chunks = _READERS[source.format](source, notes)
    first = list(islice(chunks, 1))  # most refusals come now, before anything is stored
    return Reading(
        source.format, source.encoding.name, chain(first, chunks), notes.problems, notes.warnings
    )
