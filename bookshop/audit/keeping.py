"""What the audits said, for operators to look at."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bookshop import outbox
from bookshop.audit import Verdict
from bookshop.database import Base, now
from bookshop.messages import AuditAsked
from bookshop.outbox import Delivery, OutboxMessage

OFFENDERS_KEPT = 50  # of each invariant; `manage.py audit` tells all


class Audit(Base):
    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)  # when it began
    seconds: Mapped[float]
    holds: Mapped[bool]
    # [{"number", "name", "offenders", "more", "asked"}]: the first offenders, how many more there
    # are, and whether an answer was had; where this is not kept, it was
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    @property
    def offends(self) -> bool:
        """Something is known not to hold."""
        return any(one["offenders"] and one.get("asked", True) for one in self.verdicts)


def keep(session: Session, verdicts: Sequence[Verdict], began: datetime) -> None:
    session.add(
        Audit(
            at=began,
            seconds=(now() - began).total_seconds(),
            holds=all(verdict.holds for verdict in verdicts),
            verdicts=[_shortened(verdict) for verdict in verdicts],
        )
    )


def newest(session: Session) -> Audit | None:
    return session.scalars(select(Audit).order_by(Audit.at.desc()).limit(1)).one_or_none()


def ask_for_one(session: Session) -> None:
    """Somebody is to look now. Asked again before anybody has, it is the same asking."""
    if not is_asked_for(session):
        outbox.announce(session, AuditAsked(at=int(now().timestamp())))


def is_asked_for(session: Session) -> bool:
    """Nobody has looked yet. Where it was tried and did not work, one may ask anew."""
    failed = select(Delivery.id).where(Delivery.message_id == OutboxMessage.id, Delivery.tries > 0)
    query = select(OutboxMessage.id).where(
        OutboxMessage.name == AuditAsked.__name__,
        OutboxMessage.id.in_(outbox.under_way()),
        ~failed.exists(),
    )
    return session.scalar(query.limit(1)) is not None


def last_that_held(session: Session) -> datetime | None:
    query = select(Audit.at).where(Audit.holds).order_by(Audit.at.desc()).limit(1)
    return session.scalars(query).one_or_none()


def forget(session: Session, before: datetime) -> None:
    session.execute(delete(Audit).where(Audit.at < before))


def _shortened(verdict: Verdict) -> dict[str, Any]:
    more = max(0, len(verdict.offenders) - OFFENDERS_KEPT)
    return asdict(verdict) | {"offenders": verdict.offenders[:OFFENDERS_KEPT], "more": more}
