"""Files on the disk: the upload as it came, and what the check put beside it."""

import hashlib
import os
from dataclasses import dataclass
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
    part = path.with_suffix(".part")
    size, digest = 0, hashlib.sha256()
    try:
        with part.open("wb") as file:
            while block := stream.read(_A_BLOCK):
                file.write(block)
                digest.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return Kept(path, size, digest.hexdigest())


@dataclass(frozen=True)
class Upload:
    """Where the file lies, and what belongs to it."""

    original: Path

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
        half_written = self.original.with_suffix(".part")
        for path in (self.records, self.missing, self.problems, half_written):
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        for path in self.original.parent.glob(self.original.name + "*"):
            path.unlink(missing_ok=True)

    def _beside(self, kind: str) -> Path:
        return self.original.with_name(f"{self.original.name}.{kind}")
