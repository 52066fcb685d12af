"""What checking a file found, kept on disk beside it until it is applied or forgotten.

Applying reads this and not the file again: it does what the preview showed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import numpy as np
import pandas as pd
import pyarrow as pa

from bookshop.imports.incoming import LOADED
from bookshop.imports.uploads import Upload
from bookshop.imports.validation import ACCEPTED

Row = tuple[Any, ...]  # the values of one record in the order of LOADED

_ARROW = {"object": pa.string(), "str": pa.string(), "int64": pa.int64(), "Int64": pa.int64()}
_SCHEMA = pa.schema([(name, _ARROW[ACCEPTED[name]]) for name in LOADED])
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class Staged:
    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    @contextmanager
    def writing(self) -> Iterator["Writing"]:
        """The records are there under their name only when all of them are."""
        part = self._upload.records.with_suffix(".part")
        with (
            pa.OSFile(str(part), "wb") as file,
            pa.ipc.new_file(file, _SCHEMA, options=_PACKED) as records,
            self._upload.problems.open("w", encoding="utf-8") as problems,
        ):
            yield Writing(records, problems)
        part.rename(self._upload.records)

    def keep_missing(self, offer_ids: Any) -> None:
        with self._upload.missing.open("wb") as file:
            np.save(file, np.asarray(offer_ids, dtype=np.int64))

    def missing(self) -> list[int]:
        """Offers that the file does not name. Raises FileNotFoundError."""
        return np.load(self._upload.missing).tolist()  # type: ignore[no-any-return]

    def records(self, start: int, at_once: int) -> Iterator[list[Row]]:
        """From the so-manieth on, a chunk at a time. Raises FileNotFoundError."""
        with (
            pa.OSFile(str(self._upload.records), "rb") as file,
            pa.ipc.open_file(file) as records,
        ):
            for n in range(records.num_record_batches):
                batch = records.get_batch(n)
                for place in range(min(start, len(batch)), len(batch), at_once):
                    yield _rows(batch.slice(place, at_once))
                start = max(0, start - len(batch))

    def problems(self) -> Iterator[dict[str, Any]]:
        """In the order of their records."""
        with self._upload.problems.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


class Writing:
    def __init__(self, records: Any, problems: TextIO) -> None:
        self._records, self._problems = records, problems

    def add_records(self, accepted: pd.DataFrame) -> list[Row]:
        """What is kept of them, in the order of LOADED."""
        if accepted.empty:
            return []
        batch = pa.RecordBatch.from_pandas(accepted, schema=_SCHEMA, preserve_index=False)
        self._records.write_batch(batch)
        return _rows(batch)

    def add_problem(self, problem: dict[str, Any]) -> None:
        self._problems.write(json.dumps(problem, ensure_ascii=False) + "\n")


def _rows(batch: pa.RecordBatch) -> list[Row]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
