"""Keeps what was looked for, and tells operators what is wanted, what is missing, what is slow."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Select, case, delete, func, insert, select
from sqlalchemy.orm import Session

from bookshop.database import now
from bookshop.searches.models import Search

LONGEST_WORDS = 100


@dataclass(frozen=True)
class Searched:
    """Its words should be those that are compared: then the same search is kept as the same."""

    words: str
    found: int
    took_ms: float
    degraded: bool = False
    at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Wanted:
    words: str
    times: int
    found: int  # at best
    last: datetime


@dataclass(frozen=True)
class Overview:
    searches: int
    without_result: int
    without_index: int
    not_found: list[Wanted]  # most frequent first
    frequent: list[Wanted]  # likewise
    slowest: list[Searched]


def keep(session: Session, searches: Sequence[Searched]) -> None:
    rows = [asdict(one) | {"words": one.words[:LONGEST_WORDS]} for one in searches]
    session.execute(insert(Search), rows)


def overview(session: Session, since: datetime, limit: int) -> Overview:
    counts = select(
        func.count(),
        func.count(case((Search.found == 0, 1))),
        func.count(case((Search.degraded, 1))),
    ).where(Search.at >= since)
    searches, without_result, without_index = session.execute(counts).one()
    slowest = select(Search).where(Search.at >= since).order_by(Search.took_ms.desc(), Search.id)
    return Overview(
        searches,
        without_result,
        without_index,
        _wanted(session, _by_words(since).where(Search.found == 0).limit(limit)),
        _wanted(session, _by_words(since).limit(limit)),
        [
            Searched(one.words, one.found, one.took_ms, one.degraded, one.at)
            for one in session.scalars(slowest.limit(limit))
        ],
    )


def forget(session: Session, before: datetime) -> None:
    session.execute(delete(Search).where(Search.at < before))


def _by_words(since: datetime) -> Select[str, int, int, datetime]:
    return (
        select(Search.words, func.count(), func.max(Search.found), func.max(Search.at))
        .where(Search.at >= since)
        .group_by(Search.words)
        .order_by(func.count().desc(), Search.words)
    )


def _wanted(session: Session, query: Select[str, int, int, datetime]) -> list[Wanted]:
    return [
        Wanted(words, times, found, last) for words, times, found, last in session.execute(query)
    ]
