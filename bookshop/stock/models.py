"""Copies on the shelf, copies promised to orders, and every change of either count."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bookshop.database import Base, a_word, now


class Shelf(Base):
    """`on_hand` is what the seller says he has, `reserved` is promised and not yet sent."""

    __tablename__ = "shelves"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand_is_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_is_not_negative"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @property
    def sellable(self) -> int:
        return max(0, self.on_hand - self.reserved)

    @property
    def short(self) -> int:
        """Promised copies that the seller no longer has."""
        return max(0, self.reserved - self.on_hand)


class ReservationState(StrEnum):
    LIVE = "live"
    SENT = "sent"  # used up
    RELEASED = "released"


_NOT_RELEASED = text("state <> 'released'")


class Reservation(Base):
    """Copies of one offer promised to one line of an order."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index(
            "uq_reservations_live_line",
            "line_id",
            unique=True,
            sqlite_where=_NOT_RELEASED,
            postgresql_where=_NOT_RELEASED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(index=True)
    parcel_id: Mapped[int] = mapped_column(index=True)
    line_id: Mapped[int]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    quantity: Mapped[int]
    state: Mapped[ReservationState] = mapped_column(
        a_word(ReservationState), default=ReservationState.LIVE
    )
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Movement(Base):
    """Why on_hand changed: an upload, a hand, a sending, a book that was not there.

    Its offer is not declared as a reference: see ImportChange.
    """

    __tablename__ = "stock_movements"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(index=True)
    why: Mapped[str]  # "import 12", "by hand", "parcel 7 sent", "parcel 7: not there"
    who_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    before: Mapped[int]
    after: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
