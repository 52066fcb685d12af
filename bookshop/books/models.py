"""A book is the title as such; an offer is one seller's copies of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.database import Base, now
from bookshop.money import CURRENCY, Money
from bookshop.users.models import Shop

BETWEEN_AUTHORS = "; "
_HAS_OWN_KEY = text("own_key IS NOT NULL")


class Book(Base):
    """With an ISBN it is everybody's; without one it is known by its seller's own key."""

    __tablename__ = "books"
    __table_args__ = (
        Index(
            "uq_books_own_seller_id_own_key",
            "own_seller_id",
            "own_key",
            unique=True,
            sqlite_where=_HAS_OWN_KEY,
            postgresql_where=_HAS_OWN_KEY,
        ),
        CheckConstraint("isbn13 IS NOT NULL OR own_key IS NOT NULL", name="is_known_by_a_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    isbn13: Mapped[str | None] = mapped_column(unique=True)
    own_seller_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    own_key: Mapped[str | None]
    title: Mapped[str]
    authors: Mapped[str] = mapped_column(default="")  # "Ilf; Petrov"
    publisher: Mapped[str] = mapped_column(default="")
    series: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None]
    language: Mapped[str] = mapped_column(default="")  # ISO 639-1
    category: Mapped[str] = mapped_column(default="")
    pages: Mapped[int | None]
    description: Mapped[str] = mapped_column(default="")
    cover_url: Mapped[str] = mapped_column(default="")
    binding: Mapped[str] = mapped_column(default="")
    age: Mapped[str] = mapped_column(default="")  # "12+"
    volume: Mapped[str] = mapped_column(default="")  # "2", "том 2 из 3"
    # The seller whose facts these are: he may change them, others fill what is blank.
    facts_from: Mapped[int | None]  # no foreign key: see ImportChange
    created_at: Mapped[datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)  # one more whenever the facts change

    offers: Mapped[list["Offer"]] = relationship(back_populates="book")

    @property
    def author_names(self) -> list[str]:
        return [name for name in self.authors.split(BETWEEN_AUTHORS) if name]


_HAS_SKU = text("sku <> ''")


class Offer(Base):
    """On sale until it is withdrawn; how many copies there are is the shelf's to say."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("seller_id", "book_id"),
        CheckConstraint("price > 0", name="price_is_positive"),
        Index("ix_offers_book_id_withdrawn_at", "book_id", "withdrawn_at"),
        Index(
            "ix_offers_seller_id_sku",
            "seller_id",
            "sku",
            sqlite_where=_HAS_SKU,
            postgresql_where=_HAS_SKU,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("shops.seller_id"))
    sku: Mapped[str] = mapped_column(default="")
    price: Mapped[Money]
    currency: Mapped[str] = mapped_column(default=CURRENCY)
    withdrawn_at: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)

    book: Mapped[Book] = relationship(back_populates="offers")
    shop: Mapped[Shop] = relationship()
