"""All books on sale, for questions without words: kept between questions, and kept up.

To read them all takes longer than a question may, so a thread does it, and only what changed.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from time import monotonic

from bookshop.database import now
from search_index.columns import COMMITS_TAKE, changed_since
from search_index.patience import TimeIsUp
from search_index.postgres.asking import Asking, IndexMissing, Stamp
from search_index.postgres.matched import EVERYTHING, Condition, Matched, Rows, read
from search_index.views import _LOOK_EVERY, _WORK_AT_MOST

_LOOKS_FOR_ONE_QUESTION = 2  # one may have begun before the change

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kept:
    stamp: Stamp
    rows: Rows
    matched: Matched
    looked_at: datetime
    met: frozenset[tuple[int, datetime]]


class Everything:
    """Safe to share between threads: one looks, the others go on with what there is."""

    def __init__(self, asking: Callable[[], AbstractContextManager[Asking]]) -> None:
        self._asking = asking
        self._kept: _Kept | None = None
        self._starting = Lock()
        self._looking: Thread | None = None
        self._next_look = 0.0

    def on_sale(self, asking: Asking) -> Matched:
        """Raises TimeIsUp when it was never read, which another question will find done."""
        if monotonic() >= self._next_look:
            self._look_for(asking)
        for _ in range(_LOOKS_FOR_ONE_QUESTION):
            if self._kept is None or self._kept.stamp != asking.stamp:
                self._look_for(asking)
        if self._kept is None:
            asking.patience.ended = True
            raise TimeIsUp
        return self._kept.matched

    def _look_for(self, asking: Asking) -> None:
        with self._starting:
            if self._looking is None or not self._looking.is_alive():
                self._looking = Thread(target=self._look, daemon=True)
                self._looking.start()
            looking = self._looking
        looking.join(asking.seconds_to_wait())

    def _look(self) -> None:
        began = monotonic()
        try:
            with self._asking() as asking:
                self._kept = _followed(asking, self._kept)
        except IndexMissing:
            self._kept = None
        except Exception:
            _log.exception("Not all books could be read; the next look will try again")
        took = monotonic() - began
        self._next_look = monotonic() + max(_LOOK_EVERY, took / _WORK_AT_MOST)


def _followed(asking: Asking, kept: _Kept | None) -> _Kept:
    looking_at = now()
    if kept is None or kept.stamp[0] != asking.stamp[0]:
        rows = read(asking, EVERYTHING)
        matched = Matched(asking, rows).with_names()
        return _Kept(asking.stamp, rows, matched, looking_at, frozenset())
    changes = frozenset(changed_since(asking.session, kept.looked_at - COMMITS_TAKE))
    put = asking.rows(
        "SELECT book_id FROM documents WHERE version > %(known)s", known=kept.stamp[1]
    )
    ids = {book_id for book_id, _ in changes - kept.met} | {book_id for (book_id,) in put}
    rows, matched = kept.rows, kept.matched
    if ids:
        condition = Condition("book_id = ANY(%(ids)s)", values={"ids": list(ids)})
        rows = rows.replaced(ids, read(asking, condition))
        matched = Matched(asking, rows).with_names()
    return _Kept(asking.stamp, rows, matched, looking_at, changes)
