"""Named arrays in one file: written once, then mapped into memory by every process that reads them.

The arrays stand one after another, what they are called and where they lie is told at the end.
Nothing is decoded: an array of the file is an array in memory, and processes share its pages.
"""

import json
import mmap
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MARK = b"bookarr1"
_END = struct.Struct("<QI8s")  # how long the table is, its checksum, the mark
_PIECE = 1 << 20
_APART = 64  # bytes: every array begins at such a step

_AFTER_ANY_LETTER = b"\xff"  # UTF-8 has no such byte

State = tuple[int, int]  # of a file: its size, and when it was last written


class Damaged(Exception):
    """A file is not there, or not what was written."""


class ArraysWriter:
    """To be used with `with`: the file is whole when the block ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._table: dict[str, tuple[str, tuple[int, ...], int, int]] = {}

    def add(self, name: str, values: NDArray[Any] | bytes) -> None:
        array = np.frombuffer(values, np.uint8) if isinstance(values, bytes) else values
        self._file.write(b"\0" * (-self._file.tell() % _APART))
        contents = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        at = self._file.tell()
        self._table[name] = (array.dtype.str, array.shape, at, zlib.crc32(contents.data))
        contents.tofile(self._file) if contents.size else None
        self._file.seek(0, os.SEEK_END)

    def add_json(self, name: str, value: object) -> None:
        self.add(name, json.dumps(value).encode())

    def add_words(self, name: str, words: list[bytes]) -> None:
        """A list of strings: one after another, and where each of them ends."""
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self.add(f"{name}.text", b"".join(words))
        self.add(f"{name}.text_at", np.concatenate([[0], np.cumsum(lengths)]))

    def __enter__(self) -> "ArraysWriter":
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if error is None:
            table = json.dumps(self._table).encode()
            self._file.write(table + _END.pack(len(table), zlib.crc32(table), _MARK))
        self._file.close()


class Arrays:
    """A mapped file. Changes of a `changeable` one stay in this process: they never reach it."""

    def __init__(self, path: Path, *, changeable: bool = False) -> None:
        access = mmap.ACCESS_COPY if changeable else mmap.ACCESS_READ
        try:
            self._file = path.open("rb")  # stays open: it tells what becomes of the file
            self._map = mmap.mmap(self._file.fileno(), 0, access=access)
            self.state = self._state_now()
            self._table = self._read_table()
        except (OSError, ValueError) as error:
            raise Damaged(path) from error

    def __getitem__(self, name: str) -> NDArray[Any]:
        kind, shape, at, _ = self._table[name]
        count = int(np.prod(shape))
        return np.frombuffer(self._map, kind, count, at).reshape(shape)

    def get(self, name: str) -> NDArray[Any] | None:
        return self[name] if name in self._table else None

    def words(self, name: str) -> "Words":
        *_, at, _ = self._table[f"{name}.text"]
        return Words(self._map, at, self[f"{name}.text_at"])

    def json(self, name: str) -> Any:
        return json.loads(self[name].tobytes())

    def put_down(self) -> None:
        """Let go of the memory that reading took; what is read again comes from the file again."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def look(self) -> None:
        """Raises Damaged if the file was touched and is no longer as it was. Takes no time.

        To be asked before anything is read: where a mapped file is cut off, the operating system
        ends the process that reads it.
        """
        if (state := self._state_now()) != self.state:
            self.check()
            self.state = state

    def check(self) -> None:
        """Raises Damaged. Reads the whole file, not what this process has made of it."""
        for name, (kind, shape, at, checksum) in self._table.items():
            if self._checksum(at, np.dtype(kind).itemsize * int(np.prod(shape))) != checksum:
                raise Damaged(name)

    def _checksum(self, at: int, length: int) -> int:
        checksum = 0
        for start in range(at, at + length, _PIECE):
            size = min(_PIECE, at + length - start)
            checksum = zlib.crc32(os.pread(self._file.fileno(), size, start), checksum)
        return checksum

    def _state_now(self) -> State:
        return _state(os.fstat(self._file.fileno()))

    def _read_table(self) -> dict[str, Any]:
        end = len(self._map) - _END.size
        if end < 0:
            raise ValueError("it is cut off")
        length, checksum, mark = _END.unpack_from(self._map, end)
        text = self._map[max(0, end - length) : end]
        if mark != _MARK or zlib.crc32(text) != checksum:
            raise ValueError("it is cut off or overwritten")
        return dict(json.loads(text))


class Words(Sequence[bytes]):
    """Sorted strings of a mapped file, as bytes, found by bisection."""

    def __init__(self, text: mmap.mmap, at: int, text_at: NDArray[np.int64]) -> None:
        self._text, self._at = text, at
        self._text_at = text_at.data  # quicker than numpy for one number at a time

    def __len__(self) -> int:
        return len(self._text_at) - 1

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._text[self._at + self._text_at[number] : self._at + self._text_at[number + 1]]

    def place(self, word: bytes) -> int:
        """Where it is, or would be."""
        return bisect_left(self, word)

    def find(self, word: bytes) -> int | None:
        place = self.place(word)
        return place if place < len(self) and self[place] == word else None

    def beginning(self, prefix: bytes) -> range:
        """The numbers of all that begin so."""
        return range(self.place(prefix), self.place(prefix + _AFTER_ANY_LETTER))


def state_of(path: Path) -> State:
    """Another one once anybody has written to the file, or cut it off."""
    return _state(path.stat())


def _state(there: os.stat_result) -> State:
    return there.st_size, there.st_mtime_ns
