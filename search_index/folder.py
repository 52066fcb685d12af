"""The index on disk: the folder that is in use, the next one built beside it, one writer at a time.

`current` names the folder in use and is replaced by a rename, so readers always see a whole index.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, clean_files, create_in
from whoosh.util.filelock import FileLock, try_for

from search_index.codec import OFFERS, ArraySegment
from search_index.documents import SCHEMA

T = TypeVar("T")
Stamp = tuple[str, int]  # the folder in use, and the number of its last commit

INDEX = "MAIN"  # as Whoosh calls it
_DAMAGED = "damaged"
_TRIES = 3  # a writer may replace what is being looked at
_PATIENCE = 60.0  # seconds; a writer that waits longer is told so, and comes again


class IndexIsBusy(Exception):
    """Another process is writing the index, and has been for long."""


class Folder:
    def __init__(self, path: Path, patience: float = _PATIENCE) -> None:
        self.path = path
        self._patience = patience

    def is_new(self) -> bool:
        """Nobody has begun to build an index here."""
        return not (self._current.exists() or any(self.path.glob("books-*")))

    def segments(self) -> tuple[Stamp, list[ArraySegment]]:
        """Raises whatever Whoosh raises when there is no index or it is damaged."""
        stamp = self.stamp()
        toc = TOC.read(FileStorage(str(self.place(stamp))), INDEX, gen=stamp[1])
        return stamp, toc.segments

    def publish(self, stamp: Stamp, segments: Sequence[ArraySegment]) -> None:
        """From now on these are the index. Readers keep what else they have open."""
        place, commits = self.place(stamp), stamp[1] + 1
        storage = FileStorage(str(place))
        TOC(SCHEMA, list(segments), commits).write(storage, INDEX)
        clean_files(storage, INDEX, commits, segments)
        used = {segment.path(place, OFFERS) for segment in segments}
        for file in set(place.glob(f"*.{OFFERS}*")) - used:
            file.unlink(missing_ok=True)

    def place(self, stamp: Stamp) -> Path:
        return self.path / stamp[0]

    def stamp(self) -> Stamp:
        """Another one after every commit; cheap enough to be looked at before each question."""
        for _ in range(_TRIES):
            name = self._current.read_text()
            if commits := self._commits(name):
                return name, max(commits)
        raise FileNotFoundError(self.path / name)

    def _commits(self, name: str) -> list[int]:
        """There are none when the folder was replaced since its name was read."""
        with suppress(FileNotFoundError):
            files = (self.path / name).glob(f"_{INDEX}_*.toc")
            return [int(file.stem.rpartition("_")[2]) for file in files]
        return []

    def mark_damaged(self, stamp: Stamp) -> None:
        """A reader's word to the writer. The mark goes away with the damaged folder."""
        with suppress(OSError):  # it may be gone, or its disk full: the writer looks by itself too
            (self.place(stamp) / _DAMAGED).touch()

    def is_marked_damaged(self) -> bool:
        return (self.place(self.stamp()) / _DAMAGED).exists()

    def unmark(self) -> None:
        (self.place(self.stamp()) / _DAMAGED).unlink(missing_ok=True)

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

    def replace(self, fill: Callable[[Stamp], T]) -> T:
        """Build a new index beside the one in use, and use it once it is whole."""
        folder = self.path / f"books-{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        try:
            create_in(str(folder), SCHEMA, INDEX)
            filled = fill((folder.name, 0))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # a full disk would never heal else
            raise
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
