"""Files in, raw records out: what format it is, is told by what is in it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from bookshop.imports.problems import Problem
from bookshop.imports.reading import csv, onix, yaml, yml
from bookshop.imports.reading.detect import Format, Source, look_at
from bookshop.imports.reading.packed import unpacked
from bookshop.imports.reading.records import Notes

_FORMATS = {"csv": csv, "yml": yml, "yaml": yaml, "onix": onix}


class Reading:
    """A file being read: take the chunks, and after each what was noted on the way to it.

    A chunk has the columns of bookshop.imports.columns.FIELDS, all str and as written, and int64
    `line` (where the record begins in the file, from 1) and `record` (from 1). It may be empty. A
    file that breaks in the middle raises NotACatalogue there: nothing of it may be applied before
    the end is seen.
    """

    def __init__(
        self, source: Source, notes: Notes, chunks: Iterator[pd.DataFrame], open_files: ExitStack
    ) -> None:
        self.format: Format = source.format
        self.encoding = source.encoding.name
        self.chunks = self._closing_at_the_end(chunks)
        self._source = source
        self._notes = notes
        self._open_files = open_files

    @property
    def header(self) -> list[str]:
        """Of a table; other formats name each value."""
        return self._notes.header

    @property
    def samples(self) -> list[list[str]]:
        """The first rows of a table, each cell shortened."""
        return self._notes.samples

    @property
    def read_as(self) -> dict[str, str]:
        """Which column of a table is which field."""
        return self._notes.read_as

    @property
    def cut_short(self) -> bool:
        """At the end: did the file break off in the middle of a record?"""
        return self._notes.cut_short

    def take_problems(self) -> list[Problem]:
        """What was refused since this was asked last."""
        taken, self._notes.problems = self._notes.problems, []
        return taken

    def take_warnings(self) -> list[Problem]:
        taken, self._notes.warnings = self._notes.warnings, []
        return taken

    def progress(self) -> float:
        """How far into the file reading has come, from 0 to 1."""
        return self._source.progress()

    def close(self) -> None:
        """What was unpacked is let go; reading to the end does so too."""
        self._open_files.close()

    def _closing_at_the_end(self, chunks: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        try:
            yield from chunks
        finally:
            self.close()


def read(
    path: Path, mapping: Mapping[str, str] | None = None, default_stock: int | None = None
) -> Reading:
    """Raises NotACatalogue, with what is wrong and how to mend it.

    `mapping` is what the seller says of a table's columns: a field for a header, or "" for one
    that is not to be read. `default_stock` is taken where the file does not say how many copies
    there are; without it, 1 and a warning.
    """
    notes = Notes(default_stock)
    with ExitStack() as open_files:
        source = look_at(open_files.enter_context(unpacked(path)), mapping)
        chunks = _FORMATS[source.format].read(source, notes)
        first = list(islice(chunks, 1))  # most refusals come now, before anything is stored
        return Reading(source, notes, chain(first, chunks), open_files.pop_all())


def write_refused(
    path: Path,
    why: Mapping[int, str],
    heading: str,
    into: BinaryIO,
    mapping: Mapping[str, str] | None = None,
) -> None:
    """The records that `why` has the number of, as they stand in the file, each with its reason.

    What is written can be mended and sent again: `heading`, under which the reason stands, is a
    column that is not read (columns.REASON in the seller's language).
    """
    with unpacked(path) as plain:
        source = look_at(plain, mapping)
        _FORMATS[source.format].write_refused(source, why, heading, into)
