"""Lines cut into cells, however their writer has marked a quotation mark inside a text."""

import csv
from collections.abc import Collection
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from bookshop.imports.problems import Fault
from bookshop.imports.reading.lines import LONGEST_LINE, LONGEST_RECORD, Lines
from bookshop.translations import N_

DELIMITERS = ",;\t|"
_BLOCK = 1 << 18  # letters
_WIDEST = 1_000  # columns: each takes some memory of its own in a block
_END = "the end"
_ESCAPED_QUOTE = '\\"'
csv.field_size_limit(LONGEST_LINE + LONGEST_RECORD)  # our own limits are the ones that speak

OPEN_QUOTE = Fault("open_quote", N_("A quotation mark is opened here and not closed."))


def declared_delimiter(lines: Lines) -> str | None:
    """Excel's own first line: sep=;"""
    lines.begin_record()
    line = next(lines, "").strip("\ufeff\n")
    if line[:4].lower() == "sep=" and line[4:] in set(DELIMITERS):
        return line[4]
    lines.begin_again()
    return None


class Rows:
    """The rows of a table one after the other; `width` is how many cells they should have."""

    def __init__(self, lines: Lines, delimiter: str, width: int | None = None) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.width = width
        self._reader = csv.reader(lines, delimiter=delimiter)

    def next_block(self, places: Collection[int]) -> pa.Table | None:
        """The next rows, the cells in these places, when each is a whole row on one line.

        Most tables are of nothing else, and to cut them all at once takes a tenth of the time.
        """
        if (self.width or 0) > _WIDEST:
            return None
        lines = self.lines.take(_BLOCK)
        text = "".join(lines)
        if lines and _ESCAPED_QUOTE not in text:
            rows = self._cut(text if text.endswith("\n") else text + "\n", places)
            # Fewer if a quote was left open, even in the last line, or if a line was blank.
            if rows is not None and len(rows) == len(lines) + 1 and _have_words(rows):
                return rows.slice(0, len(lines))
        self.lines.untake()
        return None

    def _cut(self, text: str, places: Collection[int]) -> pa.Table | None:
        """With one row more at the end. None if any has another width."""
        names = list(map(str, range(self.width or 0)))
        needed = [names[place] for place in places]
        # Arrow takes away a mark of the byte order, where one stands first: then it is ours.
        written = (
            "\N{ZERO WIDTH NO-BREAK SPACE}" + text + self.delimiter.join([_END] * len(names))
        ).encode()
        try:
            return pa_csv.read_csv(
                BytesIO(written),
                pa_csv.ReadOptions(use_threads=False, block_size=len(written), column_names=names),
                pa_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                pa_csv.ConvertOptions(
                    include_columns=needed, column_types=dict.fromkeys(needed, pa.string())
                ),
            )
        except pa.ArrowInvalid:
            return None

    def next(self) -> list[str] | None:
        """None at the end. Lines without a word in them are no rows."""
        while True:
            self.lines.begin_record()
            row = next(self._reader, None)
            if row is None:
                return None
            if _has_words(row):
                return self._unescaped(row) if self._has_escapes() else row

    def is_whole(self, row: list[str]) -> bool:
        return len(row) == self.width and not self.lines.cut_short

    def is_never_closed(self) -> bool:
        """Was a quote open when the file, or our patience, ended, with no record inside it?"""
        return self.lines.cut_short and self.lines.at_end and not self._holds_another()

    def has_swallowed_others(self) -> bool:
        """Is one of its further lines a whole record? Then a quote was opened by mistake."""
        return self.lines.cut_short or self._holds_another()

    def first_line_alone(self) -> list[str]:
        """The rest is read again, as rows of their own."""
        self.lines.give_back(keep=1)
        return next(csv.reader(self.lines.held, delimiter=self.delimiter))

    def _has_escapes(self) -> bool:
        held = self.lines.held
        return _ESCAPED_QUOTE in (held[0] if len(held) == 1 else "".join(held))

    def _holds_another(self) -> bool:
        return any(
            len(next(csv.reader([line], delimiter=self.delimiter), ())) == self.width
            for line in self.lines.held[1:]
        )

    def _unescaped(self, plain: list[str]) -> list[str]:
        r"""Some write \" for a quote in a text; who ends a text with \ writes the same."""
        if self.is_whole(plain) and self._is_well_formed():
            return plain
        row = self._again(unescaped_for=self.delimiter)
        return row if self.is_whole(row) else self._again(unescaped_for=None)

    def _is_well_formed(self) -> bool:
        """Does every quote stand at the edge of its cell, or is doubled?"""
        try:
            next(csv.reader(self.lines.held, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def _again(self, unescaped_for: str | None) -> list[str]:
        self.lines.begin_again()
        self.lines.unescaped_for = unescaped_for
        row = next(self._reader)
        self.lines.unescaped_for = None
        return row


def are_blank(cells: Any) -> Any:
    """Of a column at once: which have no word in them."""
    return pc.equal(pc.utf8_trim_whitespace(cells), "")


def _have_words(rows: pa.Table) -> bool:
    """Has each row a word in the same column, as in that of titles?"""
    return any(not pc.any(are_blank(cells)).as_py() for cells in rows.columns)


def _has_words(row: list[str]) -> bool:
    return any(map(str.strip, row))
