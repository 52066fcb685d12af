"""One question's way to the database: a session that sees the index, and not for ever."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import isinf
from typing import Any

from psycopg.errors import InvalidSchemaName, QueryCanceled, UndefinedColumn, UndefinedTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from search_index.documents import EDITION
from search_index.patience import Patience, TimeIsUp
from search_index.postgres.tables import FORM, Schema

Stamp = tuple[datetime, int]  # when the index was built, and how often it was changed since

_WAIT = 0.1  # seconds since it was asked
_AT_MOST_LATE = 0.025  # seconds: to tell the time before every statement would cost more
_LEFT = "SELECT set_config('statement_timeout', %(left)s, true)"


class IndexMissing(Exception):
    """The tables are not there, or are not those that this version writes."""


class Asking:
    """Raises TimeIsUp when its patience ends; its session can then answer no more."""

    def __init__(self, session: Session, schema: Schema, patience: Patience) -> None:
        self.session = session
        self.patience = patience
        self.has_trigrams = schema.has_trigrams
        self._told = patience.left()
        schema.prepare(session, _milliseconds(self._told))
        self.books, self.usual_length, self.stamp = self._state()

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        self.patience.check()
        left = self.patience.left()
        if self._told - left > _AT_MOST_LATE:
            self._told = left
            self._rows(_LEFT, left=str(_milliseconds(left)))
        return self._rows(statement, **values)

    def seconds_to_wait(self) -> float | None:
        """For others to do something; None is for ever."""
        return None if isinf(self._told) else max(0.0, _WAIT - self.patience.took())

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


def _milliseconds(seconds: float) -> int:
    """As PostgreSQL has them: 0 is as long as it takes."""
    return 0 if isinf(seconds) else max(1, int(1000 * seconds))


@contextmanager
def noticing_loss() -> Iterator[None]:
    """Raises IndexMissing when a table of the index turns out to be gone."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, (UndefinedTable, UndefinedColumn, InvalidSchemaName)):
            raise IndexMissing from error
        raise
