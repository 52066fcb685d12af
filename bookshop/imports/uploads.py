"""Files on the disk: the upload as it came, and what the check put beside it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import IO
from uuid import uuid4

_A_BLOCK = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A file on disk, whole."""

    path: Path
    size: int  # bytes
    sha256: str


def keep(stream: IO[bytes], folder: Path) -> Kept:
    """Write an upload to disk, block by block; it is there under its name only when whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid4().hex
    size, digest = 0, hashlib.sha256()
    with written_whole(path) as file:
        while block := stream.read(_A_BLOCK):
            file.write(block)
            digest.update(block)
            size += len(block)
    return Kept(path, size, digest.hexdigest())


@contextmanager
def written_whole(path: Path) -> Iterator[BufferedWriter]:
    """A file that is there under its name only when all of it is on the disk."""
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            yield file
            if not file.closed:  # who wrapped it has closed it
                file.flush()
                os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True)
class Upload:
    """Where the file lies, and what belongs to it."""

    original: Path
    checked_as: str = ""  # by which check: one that comes too late spoils nothing

    @property
    def records(self) -> Path:
        """The accepted records, until they are applied (see staged)."""
        return self._beside("records")

    @property
    def missing(self) -> Path:
        """The offers that the file does not name, until they are withdrawn."""
        return self._beside("missing")

    @property
    def problems(self) -> Path:
        return self._beside("problems")

    @property
    def refused(self) -> Path:
        """The refused records in the file's own format (see refusing)."""
        return self._beside("refused")

    def forget_records(self) -> None:
        for path in (self.records, self.missing, self.problems):
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Of every check."""
        for path in self.original.parent.glob(f"{self.original.name}*"):
            path.unlink(missing_ok=True)

    def _beside(self, kind: str) -> Path:
        own = f".{self.checked_as}" if self.checked_as else ""
        return self.original.with_name(f"{self.original.name}{own}.{kind}")
