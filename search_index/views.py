"""What questions are answered from: one generation of the index, kept up with the database."""

import logging
import threading
from dataclasses import dataclass
from time import monotonic, thread_time

from bookshop.database import Database
from search_index.columns import Columns
from search_index.folder import Folder
from search_index.generation import Generation, IndexDamaged, read_generation, reading_files
from search_index.vocabulary import Vocabulary

_LOOK_EVERY = 0.3  # seconds, for prices and copies
_WORK_AT_MOST = 0.2  # of the time, when a large import is under way
_PATIENCE = 0.05  # seconds that a question waits for the look; a later one has what it brought
_PATIENCE_FOR_NEW = 0.1  # where the look decides whether a newer index can be used yet
_REST = 1.0  # seconds between two tries to read a damaged index

_log = logging.getLogger(__name__)


@dataclass
class View:
    generation: Generation
    columns: Columns
    vocabulary: Vocabulary
    up_to_date: bool = False  # before the first look its prices are those it was written with
    next_look: float = 0.0


class Views:
    """Safe to share between threads: one refreshes, the others go on with what there is."""

    def __init__(self, folder: Folder, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._view: View | None = None  # questions are answered from it
        self._newest: View | None = None  # takes its place once it is up to date
        self._refreshing = threading.Lock()
        self._looking: threading.Thread | None = None
        self._rest_until = 0.0

    def current(self) -> View:
        """Raises IndexDamaged."""
        view = self._view
        if self._refreshing.acquire(blocking=view is None):
            try:
                view = self._refreshed()
            finally:
                self._refreshing.release()
        assert view is not None
        view.generation.look()
        return view

    def give_up(self) -> None:
        """The index turned out to be damaged: tell the writer, and start anew after a rest."""
        if monotonic() < self._rest_until:
            return
        _log.warning("The index is damaged or missing: SQL answers instead", exc_info=True)
        newest, self._newest, self._view = self._newest, None, None
        self._rest_until = monotonic() + _REST
        if newest is not None:  # one that cannot even be opened is known to the writer as well
            self._folder.mark_damaged(newest.generation.stamp)

    def start_anew(self) -> None:
        self._rest_until = 0.0

    def _refreshed(self) -> View:
        """The newest, unless a price would go back to what it was when it was written."""
        if monotonic() < self._rest_until:
            raise IndexDamaged
        if self._newest and self._newest.up_to_date:
            self._view = self._newest  # since the last question
        newest = self._newest = self._read()
        self._follow(newest)
        if newest.up_to_date or self._view is None:
            self._view = newest
        return self._view

    def _read(self) -> View:
        """One after another: where commits come quickly, none would ever be up to date else."""
        last = self._newest
        if last and not last.up_to_date:
            last.generation.look()
            return last
        with reading_files():
            stamp = self._folder.stamp()
        if last and last.generation.stamp == stamp:
            return last
        generation = read_generation(self._folder, last.generation if last else None)
        columns = (last.columns if last else Columns()).moved_to(generation)
        return View(generation, columns, Vocabulary(generation))

    def _follow(self, view: View) -> None:
        """In a thread of its own: a large import must not hold up who asks meanwhile."""
        if self._looking and self._looking.is_alive():
            return
        if monotonic() >= view.next_look:
            self._looking = threading.Thread(target=self._look, args=(view,), daemon=True)
            self._looking.start()
            self._looking.join(_PATIENCE if view.up_to_date else _PATIENCE_FOR_NEW)

    def _look(self, view: View) -> None:
        began = thread_time()  # what others do meanwhile on a busy machine is no work of its own
        try:
            with self._database.reading() as session:
                view.columns.follow(session)
            view.up_to_date = True
        except Exception:
            _log.exception("Prices and copies could not be looked at; the next look will try again")
        worked = thread_time() - began
        view.next_look = monotonic() + max(_LOOK_EVERY, worked / _WORK_AT_MOST)
