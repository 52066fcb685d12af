"""A seller's money, month by month, as the ledger has it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.errors import Invalid
from bookshop.money import Money
from bookshop.payments import service as payments
from bookshop.payments.models import Account, Entry, MoveState, Transfer
from bookshop.translations import N_


class NoSuchMonth(Invalid):
    text = N_("Choose a month from 2000-01 to 9999-11, like 2026-11.")


@dataclass(frozen=True)
class StatementLine:
    """A parcel that was received, or (all negative) one whose books came back after that."""

    at: datetime
    parcel_id: int
    order_id: int
    total: Money  # what the customer paid for it
    commission: Money
    amount: Money  # the seller's: total less commission
    withheld: Money  # of the amount, for earlier returns
    paid_out: Money | None  # None while billing has not done it

    @property
    def is_return(self) -> bool:
        return self.total < 0


@dataclass(frozen=True)
class Statement:
    lines: list[StatementLine]
    owed: Money  # for returns, to be withheld from the next transfers

    @property
    def total(self) -> Money:
        return Money(sum(line.total for line in self.lines))

    @property
    def commission(self) -> Money:
        return Money(sum(line.commission for line in self.lines))

    @property
    def amount(self) -> Money:
        return Money(sum(line.amount for line in self.lines))

    @property
    def paid_out(self) -> Money:
        return Money(sum(line.paid_out or 0 for line in self.lines))


def of_month(session: Session, seller_id: int, year: int, month: int) -> Statement:
    begins, ends = _bounds(year, month)
    own = select(Entry).where(Entry.seller_id == seller_id, Entry.at >= begins, Entry.at < ends)
    halves: dict[str, dict[Account, Entry]] = {}
    for entry in session.scalars(own.order_by(Entry.id)):
        halves.setdefault(entry.movement, {})[entry.account] = entry
    transfers = _transfers(session, seller_id, [next(iter(h.values())) for h in halves.values()])
    lines = [_line(both, transfers) for both in halves.values()]
    return Statement(lines, payments.owed_by(session, seller_id))


def _bounds(year: int, month: int) -> tuple[datetime, datetime]:
    if not (2000 <= year <= 9998 and 1 <= month <= 12):
        raise NoSuchMonth(field="month")
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC)


def _transfers(
    session: Session, seller_id: int, entries: list[Entry]
) -> dict[int | None, Transfer]:
    parcels = [entry.parcel_id for entry in entries if entry.movement.startswith("settle ")]
    query = select(Transfer).where(Transfer.seller_id == seller_id, Transfer.parcel_id.in_(parcels))
    return {transfer.parcel_id: transfer for transfer in session.scalars(query)}


def _line(halves: dict[Account, Entry], transfers: dict[int | None, Transfer]) -> StatementLine:
    any_half = next(iter(halves.values()))
    assert any_half.parcel_id is not None
    amount = Money(halves[Account.SELLER].amount) if Account.SELLER in halves else Money(0)
    kept = Money(halves[Account.COMMISSION].amount) if Account.COMMISSION in halves else Money(0)
    settled = any_half.movement.startswith("settle ")
    transfer = transfers.get(any_half.parcel_id) if settled else None
    return StatementLine(
        at=any_half.at,
        parcel_id=any_half.parcel_id,
        order_id=any_half.order_id,
        total=Money(amount + kept),
        commission=kept,
        amount=amount,
        withheld=_withheld(transfer),
        paid_out=_paid_out(transfer) if settled else Money(0),
    )


def _withheld(transfer: Transfer | None) -> Money:
    if transfer is None or transfer.state is MoveState.CALLED_OFF:
        return Money(0)
    return transfer.withheld


def _paid_out(transfer: Transfer | None) -> Money | None:
    if transfer and transfer.state is MoveState.DONE:
        return transfer.amount
    called_off = transfer and transfer.state is MoveState.CALLED_OFF
    return Money(0) if called_off else None
