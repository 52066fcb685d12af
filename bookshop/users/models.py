"""A person, and the shop of one who sells."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.database import Base, a_word, now


class Role(StrEnum):
    CUSTOMER = "customer"
    SELLER = "seller"
    OPERATOR = "operator"


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)  # lower case
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    password_hash: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="ru")
    role: Mapped[Role] = mapped_column(a_word(Role), default=Role.CUSTOMER)
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None]

    shop: Mapped["Shop | None"] = relationship(back_populates="owner")

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Shop(Base):
    """What a seller trades as. A seller's id names his shop everywhere."""

    __tablename__ = "shops"

    seller_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    payout_account: Mapped[str]

    owner: Mapped[User] = relationship(back_populates="shop")
