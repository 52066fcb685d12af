"""Lines cut into cells, however their writer has marked a quotation mark inside a text."""

import csv

from bookshop.imports.problems import Fault
from bookshop.imports.reading.lines import LONGEST_LINE, LONGEST_RECORD, Lines
from bookshop.translations import N_

DELIMITERS = ",;\t|"
_BLOCK = 1 << 18  # letters
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

    def next_block(self) -> list[list[str]]:
        """The rows of some hundred lines, when each of them is a whole row; else none.

        Most tables are of nothing else, and to cut them all at once takes a third of the time.
        """
        lines = self.lines.take(_BLOCK)
        rows = list(csv.reader([*lines, _END], delimiter=self.delimiter))
        is_plain = (
            len(rows) == len(lines) + 1  # no quote was left open, not even in the last line
            and rows.pop() == [_END]
            and all(len(row) == self.width and _has_words(row) for row in rows)
            and not any(_ESCAPED_QUOTE in line for line in lines)
        )
        if is_plain:
            return rows
        self.lines.untake()
        return []

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


def _has_words(row: list[str]) -> bool:
    return any(map(str.strip, row))
