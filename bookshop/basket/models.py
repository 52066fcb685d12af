"""A basket belongs to a user, or to a guest's browser."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.books.models import Offer
from bookshop.database import Base, now
from bookshop.money import Money


class Basket(Base):
    __tablename__ = "baskets"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (guest_token IS NULL)", name="has_one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    guest_token: Mapped[str | None] = mapped_column(unique=True)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)

    items: Mapped[list["BasketItem"]] = relationship(
        order_by="BasketItem.id", cascade="all, delete-orphan"
    )


class BasketItem(Base):
    __tablename__ = "basket_items"
    __table_args__ = (
        UniqueConstraint("basket_id", "offer_id"),
        CheckConstraint("quantity BETWEEN 1 AND 99", name="quantity_is_sensible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
    quantity: Mapped[int]
    price_seen: Mapped[Money]  # when it was put in: a change is told

    offer: Mapped[Offer] = relationship()
