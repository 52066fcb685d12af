"""The lines of a table, handed to csv.reader one by one, and taken back when it swallowed many."""

import re
from collections import deque
from io import StringIO
from typing import BinaryIO, TextIO

from bookshop.imports.problems import LineTooLong

LONGEST_LINE = 4 << 20
LONGEST_RECORD = 2 << 20  # a quote that is never closed stops here

# All lines may be read again twice, and some more often: a file of nothing but stray quotes ends.
_REREAD_FREELY = 4 << 20
_REREAD_RATIO = 2

_QUOTE = {  # "" after it is a quote that was doubled, but for the one that ends the cell
    delimiter: re.compile(rf'\\"(?!"(?!{re.escape(delimiter)}|$))', re.MULTILINE)
    for delimiter in ",;\t|"
}


class Lines:
    def __init__(self, stream: TextIO, file: BinaryIO) -> None:
        """`file` is what `stream` decodes."""
        self.held: list[str] = []  # of the record being read
        self.before: list[str] = []  # of the last one before it
        self.first = 1  # its line in the file
        self.cut_short = False  # it was still open when the file, or our patience, ended
        self.at_end = False  # it was the file
        self.unescaped_for: str | None = None  # the delimiter: \" is read as ""
        self._stream = stream
        self._file = file
        self._returned: deque[str] = deque()
        self._length = 0
        self._patience = LONGEST_RECORD
        self._reread = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._length > self._patience:
            self.cut_short, self.at_end = True, False
            raise StopIteration
        line = self._returned.popleft() if self._returned else self._read()
        if not line:
            self.cut_short = self.at_end = bool(self.held)
            raise StopIteration
        self.held.append(line)
        self._length += len(line)
        if self.unescaped_for is not None:
            return _QUOTE[self.unescaped_for].sub('""', line)
        return line

    def begin_record(self) -> None:
        self.first += len(self.held)
        self.before = self.held or self.before
        self.held = []
        self.cut_short = False
        self._length = 0

    def take(self, length: int) -> list[str]:
        """Lines of so many letters at once. None at the end, or while others are to be reread."""
        self.begin_record()
        if self._returned:
            return []
        text = self._stream.read(length)
        last = "" if text.endswith("\n") else self._stream.readline(LONGEST_LINE)
        self.held = list(StringIO((text + last).replace("\r", ""), newline="\n"))
        if len(last) == LONGEST_LINE:
            raise LineTooLong(line=self.first + len(self.held) - 1)
        return self.held

    def begin_again(self) -> None:
        """The same record, from its first line."""
        self.give_back(keep=0)
        self.cut_short = False

    def give_back(self, keep: int) -> None:
        """All but the first `keep` lines are read again."""
        self._reread += sum(map(len, self.held[keep:]))
        self._returned.extendleft(reversed(self.held[keep:]))
        del self.held[keep:]
        self._length = 0
        self._set_patience()

    def untake(self) -> None:
        """What was taken at once is read line by line."""
        self._returned.extend(self.held)
        self.held = []

    def _set_patience(self) -> None:
        left = _REREAD_FREELY + _REREAD_RATIO * self._file.tell() - self._reread
        self._patience = max(0, min(left, LONGEST_RECORD))

    def _read(self) -> str:
        """Blank at the end of the file."""
        line = self._stream.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise LineTooLong(line=self.first + len(self.held))
        return line.replace("\r", "")
