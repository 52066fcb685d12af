"""What checking a file found, kept on disk beside it until it is applied or forgotten.

Applying reads this and not the file again: it does what the preview showed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, TextIO

import numpy as np
import pandas as pd
import pyarrow as pa

from bookshop.imports.incoming import LOADED
from bookshop.imports.uploads import Upload, written_whole
from bookshop.imports.validation import ACCEPTED

_ARROW = {"object": pa.string(), "str": pa.string(), "int64": pa.int64(), "Int64": pa.int64()}
_SCHEMA = pa.schema([(name, _ARROW[ACCEPTED[name]]) for name in LOADED])
_SORTED_BY = ("isbn13", "own_key")
_SORTED_AT_ONCE, _WRITTEN_AT_ONCE = 20_000, 4_000  # records
_MOST_HELD = 16 << 20  # bytes
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class LostRecords(Exception):
    """They are no longer on the disk, or not all of them."""


class Staged:
    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    @contextmanager
    def writing(self) -> Iterator["Writing"]:
        """All is there under its name only when it is whole; another check may be at it too."""
        with (
            written_whole(self._upload.problems) as told,
            written_whole(self._upload.records) as file,
            TextIOWrapper(told, "utf-8") as problems,
            pa.ipc.new_file(pa.PythonFile(file), _SCHEMA, options=_PACKED) as records,
        ):
            writing = Writing(records, problems)
            yield writing
            writing.write_held()

    def keep_missing(self, offer_ids: Any) -> None:
        with written_whole(self._upload.missing) as file:
            np.save(file, np.asarray(offer_ids, dtype=np.int64))

    def missing(self) -> list[int]:
        """Offers that the file does not name. Raises LostRecords."""
        try:
            return np.load(self._upload.missing).tolist()  # type: ignore[no-any-return]
        except (OSError, ValueError) as error:
            raise LostRecords from error

    def records(self, start: int, at_once: int) -> Iterator[pa.RecordBatch]:
        """From the so-manieth on, a chunk at a time, columns LOADED. Raises LostRecords."""
        read = 0
        try:
            with pa.OSFile(str(self._upload.records), "rb") as file, pa.ipc.open_file(file) as kept:
                for n in range(kept.num_record_batches):
                    batch = kept.get_batch(n)
                    for place in range(max(0, start - read), len(batch), at_once):
                        yield batch.slice(place, at_once)
                    read += len(batch)
        except (OSError, pa.ArrowInvalid) as error:
            raise LostRecords from error

    def problems(self) -> Iterator[dict[str, Any]]:
        """In the order of their records."""
        with self._upload.problems.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


class Writing:
    def __init__(self, records: Any, problems: TextIO) -> None:
        self._records, self._problems = records, problems
        self._held: list[pa.RecordBatch] = []

    def add_records(self, accepted: pd.DataFrame) -> pa.RecordBatch:
        """What is kept of them: the columns LOADED."""
        if accepted.empty:
            return pa.RecordBatch.from_pylist([], schema=_SCHEMA)
        batch = pa.RecordBatch.from_pandas(accepted, schema=_SCHEMA, preserve_index=False)
        self._held.append(batch)
        many = sum(map(len, self._held)) >= _SORTED_AT_ONCE
        if many or sum(held.nbytes for held in self._held) >= _MOST_HELD:
            self.write_held()
        return batch

    def write_held(self) -> None:
        """By ISBN: neighbours stand on one page of the shop's index of a million of them.

        A chunk in the file's order would read, and write anew, most pages of that index.
        """
        held = pa.Table.from_batches(self._held, _SCHEMA)
        self._held = []
        held = held.sort_by([(key, "ascending") for key in _SORTED_BY])
        self._records.write_table(held, max_chunksize=_WRITTEN_AT_ONCE)

    def add_problem(self, problem: dict[str, Any]) -> None:
        self._problems.write(json.dumps(problem, ensure_ascii=False) + "\n")
