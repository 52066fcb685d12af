"""What questions are answered from: one generation of the index, kept up with the database."""

import logging
import threading
from dataclasses import dataclass
from time import monotonic

from bookshop.database import Database
from search_index.columns import Columns
from search_index.folder import Folder
from search_index.generation import Generation, IndexDamaged, read_generation, reading_files
from search_index.vocabulary import Vocabulary

_LOOK_EVERY = 0.3  # seconds, for prices and copies
_WORK_AT_MOST = 0.2  # of the time, when a large import is under way
_PATIENCE = 0.05  # seconds that a question waits for the look; the next one has what it brought
_REST = 1.0  # seconds between two tries to read a damaged index

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class View:
    generation: Generation
    columns: Columns
    vocabulary: Vocabulary


class Views:
    """Safe to share between threads: one refreshes, the others go on with what there is."""

    def __init__(self, folder: Folder, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._view: View | None = None
        self._refreshing = threading.Lock()
        self._looking: threading.Thread | None = None
        self._next_look = 0.0
        self._rest_until = 0.0

    def current(self) -> View:
        """Raises IndexDamaged."""
        view = self._view
        if self._refreshing.acquire(blocking=view is None):
            try:
                view = self._view = self._refreshed(self._view)
                view.generation.look()
                self._follow(view.columns)
            finally:
                self._refreshing.release()
        else:
            assert view is not None
            view.generation.look()
        return view

    def give_up(self) -> None:
        """The index turned out to be damaged: tell the writer, and start anew after a rest."""
        if monotonic() < self._rest_until:
            return
        _log.warning("The index is damaged or missing: SQL answers instead", exc_info=True)
        view, self._view, self._rest_until = self._view, None, monotonic() + _REST
        if view is not None:  # one that cannot even be opened is known to the writer as well
            self._folder.mark_damaged(view.generation.stamp)

    def start_anew(self) -> None:
        self._rest_until = 0.0

    def _refreshed(self, view: View | None) -> View:
        if monotonic() < self._rest_until:
            raise IndexDamaged
        with reading_files():
            stamp = self._folder.stamp()
        return view if view and view.generation.stamp == stamp else self._next(view)

    def _next(self, view: View | None) -> View:
        generation = read_generation(self._folder, view.generation if view else None)
        columns = (view.columns if view else Columns()).moved_to(generation)
        self._next_look = 0.0
        return View(generation, columns, Vocabulary(generation))

    def _follow(self, columns: Columns) -> None:
        """In a thread of its own: a large import must not hold up who asks meanwhile."""
        if self._looking and self._looking.is_alive():
            return
        if monotonic() >= self._next_look:
            self._next_look = monotonic() + _LOOK_EVERY
            self._looking = threading.Thread(target=self._look, args=(columns,), daemon=True)
            self._looking.start()
            self._looking.join(_PATIENCE)

    def _look(self, columns: Columns) -> None:
        began = monotonic()
        try:
            with self._database.reading() as session:
                columns.follow(session)
        except Exception:
            _log.exception("Prices and copies could not be looked at; the next look will try again")
        took = monotonic() - began
        self._next_look = max(self._next_look, monotonic() + took / _WORK_AT_MOST)
