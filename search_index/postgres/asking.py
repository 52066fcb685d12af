"""One question's way to the database: a session that sees the index, and not for ever."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg.errors import InvalidSchemaName, QueryCanceled, UndefinedColumn, UndefinedTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from search_index.documents import EDITION
from search_index.patience import Clock, Patience, TimeIsUp
from search_index.postgres.tables import FORM, Schema

Stamp = tuple[datetime, int]  # when the index was built, and how often it was changed since

_WAIT = 0.1  # seconds
_LEFT = "SELECT set_config('statement_timeout', %(left)s, true)"


class IndexMissing(Exception):
    """The tables are not there, or are not those that this version writes."""


class Asking:
    """Raises TimeIsUp when a statement takes too long; its session can then answer no more.

    All of them may take so many milliseconds; 0 is as long as it takes.
    """

    def __init__(self, session: Session, schema: Schema, clock: Clock, milliseconds: int) -> None:
        self.session = session
        self._milliseconds = milliseconds
        self.has_trigrams = schema.has_trigrams
        self.patience = Patience(clock)
        schema.prepare(session, milliseconds)
        self.books, self.usual_length, self.stamp = self._state()
        self.patience = Patience(clock)  # a process connects once, and not for every question

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        left = self._milliseconds - 1000 * self.patience.took()
        if self._milliseconds and left < self._milliseconds / 2:  # before, it is not worth saying
            self._rows(_LEFT, left=str(max(1, int(left))))
        return self._rows(statement, **values)

    def seconds_to_wait(self) -> float | None:
        """For others to do something; None is for ever."""
        return _WAIT if self._milliseconds else None

    def _state(self) -> tuple[int, float, Stamp]:
        rows = self.rows("SELECT edition, form, books, usual_length, built, version FROM state")
        if not rows or tuple(rows[0][:2]) != (EDITION, FORM):
            raise IndexMissing
        [(_, _, books, usual_length, built, version)] = rows
        return books, usual_length, (built, version)

    def _rows(self, statement: str, **values: Any) -> Sequence[Any]:
        try:
            return self.session.connection().exec_driver_sql(statement, values).all()
        except DBAPIError as error:
            if isinstance(error.orig, QueryCanceled):
                self.patience.ended = True
                raise TimeIsUp from error
            raise


@contextmanager
def noticing_loss() -> Iterator[None]:
    """Raises IndexMissing when a table of the index turns out to be gone."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, (UndefinedTable, UndefinedColumn, InvalidSchemaName)):
            raise IndexMissing from error
        raise
