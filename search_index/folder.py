"""The index on disk: the folder that is in use, the next one built beside it, one writer at a time.

`current` names the folder in use and is replaced by a rename, so readers always see a whole index.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from whoosh.index import FileIndex, create_in, open_dir
from whoosh.util.filelock import FileLock, try_for

from search_index.documents import SCHEMA

T = TypeVar("T")
Stamp = tuple[str, int]  # the folder in use, and the number of its last commit

_DAMAGED = "damaged"
_TRIES = 3  # a writer may replace what is being looked at
_PATIENCE = 60.0  # seconds; a writer that waits longer is told so, and comes again


class IndexIsBusy(Exception):
    """Another process is writing the index, and has been for long."""


class Folder:
    def __init__(self, path: Path, patience: float = _PATIENCE) -> None:
        self.path = path
        self._patience = patience

    def open(self) -> FileIndex:
        """Raises whatever Whoosh raises when there is no index or it is damaged."""
        return open_dir(str(self.path / self._current.read_text()))

    def stamp(self) -> Stamp:
        """Another one after every commit; cheap enough to be looked at before each question."""
        for _ in range(_TRIES):
            name = self._current.read_text()
            commits = (self.path / name).glob("_MAIN_*.toc")
            if numbers := [int(commit.stem.rpartition("_")[2]) for commit in commits]:
                return name, max(numbers)
        raise FileNotFoundError(self.path / name)

    def mark_damaged(self, stamp: Stamp) -> None:
        """A reader's word to the writer. The mark goes away with the damaged folder."""
        name, _ = stamp
        if (self.path / name).exists():
            (self.path / name / _DAMAGED).touch()

    def is_marked_damaged(self) -> bool:
        return (self.path / self._current.read_text() / _DAMAGED).exists()

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        """Waits for its turn. A dead writer's turn ends with it."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.path / "writer.lock"))
        if not try_for(lock.acquire, timeout=self._patience, delay=0.02):
            raise IndexIsBusy
        try:
            yield
        finally:
            lock.release()

    def replace(self, fill: Callable[[FileIndex], T]) -> T:
        """Build a new index beside the one in use, and use it once it is whole."""
        folder = self.path / f"books-{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        filled = fill(create_in(str(folder), SCHEMA))
        draft = self.path / "current.new"
        draft.write_text(folder.name)
        draft.replace(self._current)
        self._remove_all_but(folder)
        return filled

    def _remove_all_but(self, used: Path) -> None:
        """Also what a writer that died has left. Open readers keep their files until they close."""
        for folder in self.path.glob("books-*"):
            if folder != used:
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def _current(self) -> Path:
        return self.path / "current"
