"""An order, its parcels (one per seller), their lines, and everything that happened to them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.books.models import Book, Offer
from bookshop.database import Base, a_word, now
from bookshop.money import CURRENCY, Money, percent_of
from bookshop.orders.states import GIVEN_BACK, OrderState, ParcelState
from bookshop.users.models import Shop


class Order(Base):
    """One customer, one payment. Prices are those he saw; the lines keep them."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_state_expires_at", "state", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[OrderState] = mapped_column(a_word(OrderState), default=OrderState.PLACED)
    round: Mapped[int] = mapped_column(default=1)  # how often it was placed
    name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    address: Mapped[str]
    language: Mapped[str]
    currency: Mapped[str] = mapped_column(default=CURRENCY)
    delivery_price: Mapped[Money] = mapped_column(default=Money(0))
    placed_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]  # of the reservation, or of the choice when short
    cancelled_because: Mapped[str] = mapped_column(default="")  # customer, expired, gone, refunded

    parcels: Mapped[list["Parcel"]] = relationship(back_populates="order", order_by="Parcel.id")
    history: Mapped[list["OrderEvent"]] = relationship(order_by="OrderEvent.id")

    @property
    def total(self) -> Money:
        return Money(sum(parcel.total for parcel in self.parcels) + self.delivery_price)

    @property
    def lines(self) -> list["OrderLine"]:
        return [line for parcel in self.parcels for line in parcel.lines]

    @property
    def all_given_back(self) -> bool:
        """Nobody is to get money for it: what was taken is with the customer, or on the way."""
        return all(parcel.state in GIVEN_BACK for parcel in self.parcels if parcel.total)


class Parcel(Base):
    """One seller's part of an order."""

    __tablename__ = "parcels"
    __table_args__ = (Index("ix_parcels_seller_id_state", "seller_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("shops.seller_id"))
    state: Mapped[ParcelState] = mapped_column(a_word(ParcelState), default=ParcelState.PLANNED)
    commission_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))  # when it was placed
    confirm_by: Mapped[datetime | None]
    send_by: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]  # of what it waits for now
    sent_at: Mapped[datetime | None]
    receive_by: Mapped[datetime | None]  # None while a problem stops the clock
    tracking: Mapped[str] = mapped_column(default="")
    ended_because: Mapped[str] = mapped_column(default="")  # not there, other, customer, late ...
    ended_note: Mapped[str] = mapped_column(default="")  # in the seller's own words
    problem: Mapped[str] = mapped_column(default="")  # the customer's words, while it is open
    problems: Mapped[int] = mapped_column(default=0)

    order: Mapped[Order] = relationship(back_populates="parcels")
    shop: Mapped[Shop] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="parcel", order_by="OrderLine.id"
    )

    @property
    def number(self) -> str:
        """As people know it, on pages and in letters: 12-1 is the first parcel of order 12."""
        return f"{self.order_id}-{self.order.parcels.index(self) + 1}"

    @property
    def total(self) -> Money:
        return Money(sum(line.price * line.quantity for line in self.lines))

    @property
    def ended(self) -> bool:
        """Nothing is owed to anybody any more."""
        gave_up = self.state is ParcelState.CANCELLED and self.total == 0
        return gave_up or self.state in (ParcelState.SETTLED, ParcelState.REFUNDED)

    @property
    def commission(self) -> Money:
        return percent_of(self.total, self.commission_percent)

    @property
    def due_to_seller(self) -> Money:
        return Money(self.total - self.commission)


class OrderLine(Base):
    """What was ordered, as it was then; the book and the offer may change afterwards."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 0 AND 99", name="quantity_is_sensible"),
        CheckConstraint("price > 0", name="price_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    isbn13: Mapped[str | None]
    title: Mapped[str]
    authors: Mapped[str]
    ordered: Mapped[int]  # what was asked for at first
    quantity: Mapped[int]  # what is still wanted
    left: Mapped[int | None]  # copies there were when the order came out short
    price: Mapped[Money]  # of one copy

    parcel: Mapped[Parcel] = relationship(back_populates="lines")
    book: Mapped[Book] = relationship()
    offer: Mapped[Offer] = relationship()


class OrderEvent(Base):
    """Who did what when and why: the story of an order and its parcels."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"))
    what: Mapped[str]  # the message's name
    before: Mapped[str]
    after: Mapped[str]
    who: Mapped[str]  # customer, seller, operator, shop, billing
    who_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    why: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)
