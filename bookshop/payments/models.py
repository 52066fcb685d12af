"""What we asked of billing and what came of it, and the ledger of all the money."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bookshop.database import Base, a_word, now
from bookshop.money import Money


class PaymentState(StrEnum):
    DUE = "due"  # billing is being asked to open it
    OPEN = "open"  # the customer can pay
    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"


OPEN_STATES = (PaymentState.DUE, PaymentState.OPEN)
_IS_OPEN = text("state IN ('due', 'open')")
_IS_PAID = text("state = 'paid'")


class Payment(Base):
    """One attempt to be paid for an order. At most one is open, at most one is paid."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index(
            "uq_payments_open",
            "order_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(
            "uq_payments_paid",
            "order_id",
            unique=True,
            sqlite_where=_IS_PAID,
            postgresql_where=_IS_PAID,
        ),
    )

    order_id: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Money]
    state: Mapped[PaymentState] = mapped_column(a_word(PaymentState), default=PaymentState.DUE)
    billing_id: Mapped[str | None] = mapped_column(unique=True)
    pay_url: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(default=now)
    asked_at: Mapped[datetime] = mapped_column(default=now)  # when billing was last asked
    ended_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        return f"payment-{self.order_id}-{self.attempt}"


def nothing_was_charged(attempts: Iterable[Payment]) -> bool:
    """None was paid, and none can be any more: while one is open it may yet be found paid."""
    return all(one.state in (PaymentState.DECLINED, PaymentState.CANCELLED) for one in attempts)


class MoveState(StrEnum):
    DUE = "due"
    CALLED_OFF = "called_off"  # a transfer that billing was never asked for
    DONE = "done"


class Refund(Base):
    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_is_positive"),)

    parcel_id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(index=True)
    amount: Mapped[Money]
    after_transfer: Mapped[bool] = mapped_column(default=False)  # the seller owes it
    state: Mapped[MoveState] = mapped_column(a_word(MoveState), default=MoveState.DUE)
    billing_id: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        return f"refund-{self.parcel_id}-{self.n}"


class Transfer(Base):
    """A seller's money for one parcel, less commission and less what he owes from before."""

    __tablename__ = "transfers"

    parcel_id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(index=True)
    seller_id: Mapped[int] = mapped_column(index=True)
    amount: Mapped[Money]  # what billing is asked to pay out
    withheld: Mapped[Money] = mapped_column(default=Money(0))  # for returns after earlier ones
    commission: Mapped[Money]
    state: Mapped[MoveState] = mapped_column(a_word(MoveState), default=MoveState.DUE)
    billing_id: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(default=now)
    asked_at: Mapped[datetime | None]  # from then on nobody knows but billing
    done_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        return f"transfer-{self.parcel_id}"


class BillingEvent(Base):
    """A webhook as it came. Each event id is kept once."""

    __tablename__ = "billing_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[str]  # raw, as it was signed
    came_at: Mapped[datetime] = mapped_column(default=now)


class Account(StrEnum):
    CUSTOMER = "customer"
    ESCROW = "escrow"
    SELLER = "seller"
    COMMISSION = "commission"
    REFUND = "refund"


class Entry(Base):
    """Half of a movement. Never changed, never deleted; a movement's halves sum to zero."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("movement", "account"),
        CheckConstraint("amount <> 0", name="amount_is_not_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    movement: Mapped[str]  # "capture payment-12-1", "refund refund-7-1"
    account: Mapped[Account] = mapped_column(a_word(Account))
    amount: Mapped[Money]  # + into the account, - out of it
    order_id: Mapped[int] = mapped_column(index=True)
    parcel_id: Mapped[int | None]
    seller_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)
