"""A request that may come twice is answered once: the second gets the first one's answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bookshop.database import Base, insert_if_absent, now
from bookshop.errors import Conflict
from bookshop.translations import N_


class KeyUsedForAnother(Conflict):
    text = N_("This Idempotency-Key was used for another request already: choose a new one.")


class AnsweredRequest(Base):
    __tablename__ = "answered_requests"

    who: Mapped[str] = mapped_column(primary_key=True)  # "user 7", "guest 5b1c…"
    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[str]  # a fingerprint of what was asked
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


def earlier_answer(session: Session, who: str, key: str, asked: str) -> dict[str, Any] | None:
    """None the first time: then do it, and `remember` in the same transaction.

    A second request that comes meanwhile waits here for the first one's transaction.
    """
    if insert_if_absent(session, AnsweredRequest, who=who, key=key, asked=asked, at=now()):
        return None
    earlier = session.execute(
        select(AnsweredRequest.asked, AnsweredRequest.answer).where(
            AnsweredRequest.who == who, AnsweredRequest.key == key
        )
    ).one()
    if earlier.asked != asked:
        raise KeyUsedForAnother
    answer: dict[str, Any] | None = earlier.answer
    return answer


def remember(session: Session, who: str, key: str, answer: dict[str, Any]) -> None:
    session.execute(
        update(AnsweredRequest)
        .where(AnsweredRequest.who == who, AnsweredRequest.key == key)
        .values(answer=answer)
    )


def forget(session: Session, before: datetime) -> None:
    session.execute(delete(AnsweredRequest).where(AnsweredRequest.at < before))
