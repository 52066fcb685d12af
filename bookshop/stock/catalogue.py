"""What the shop shows of its books: facts, offers and copies together, one query to a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from bookshop.books.models import BETWEEN_AUTHORS, Book, Offer
from bookshop.errors import NotFound
from bookshop.money import Money
from bookshop.stock.models import Shelf
from bookshop.translations import N_
from bookshop.users.models import Shop, User

ISBN13 = 13  # digits; the ids of this shop have fewer
LARGEST_ID = 2**31 - 1


class NoSuchBook(NotFound):
    text = N_("There is no such book here.")


@dataclass(frozen=True)
class OfferShown:
    """One seller's copies, as a customer sees them."""

    id: int
    seller: str  # the login, which names him in addresses and in the API
    shop: str
    price: Money
    currency: str
    sellable: int


@dataclass(frozen=True)
class Card:
    """A book in a list: its facts, and what it can be had for."""

    id: int
    isbn13: str | None
    title: str
    authors: tuple[str, ...]
    language: str  # ISO 639-1, or blank
    year: int | None
    volume: str
    offers: tuple[OfferShown, ...]  # best first

    @property
    def key(self) -> str:
        """What names the book in an address."""
        return self.isbn13 or str(self.id)

    @property
    def price(self) -> Money | None:
        """The best one; None when nobody sells the book any more."""
        return self.offers[0].price if self.offers else None

    @property
    def copies(self) -> int:
        return sum(offer.sellable for offer in self.offers)

    @property
    def sellers(self) -> int:
        """How many have copies now."""
        return sum(offer.sellable > 0 for offer in self.offers)


@dataclass(frozen=True)
class BookPage(Card):
    publisher: str
    series: str
    category: str
    pages: int | None
    binding: str
    age: str
    description: str

    @property
    def in_stock(self) -> bool:
        return self.copies > 0


def cards(session: Session, book_ids: Sequence[int]) -> list[Card]:
    """In the order asked for. Books that nobody sells any more are left out."""
    if not book_ids:
        return []
    query = (
        _offers_on_sale()
        .join(Book, Book.id == Offer.book_id)
        .add_columns(Book.isbn13, Book.title, Book.authors, Book.language, Book.year, Book.volume)
        .where(Offer.book_id.in_(book_ids))
        .order_by(Offer.book_id)
    )
    found = {
        book_id: _card(book_id, list(rows))
        for book_id, rows in groupby(session.execute(query), lambda row: row.book_id)
    }
    return [found[book_id] for book_id in book_ids if book_id in found]


def book(session: Session, key: str) -> BookPage:
    """`key` is an ISBN-13 or the book's id here."""
    found = session.scalars(select(Book).where(_known_by(key))).one_or_none()
    if found is None:
        raise NoSuchBook
    offers = session.execute(_offers_on_sale().where(Offer.book_id == found.id)).all()
    return BookPage(
        found.id,
        found.isbn13,
        found.title,
        tuple(found.author_names),
        found.language,
        found.year,
        found.volume,
        _best_first(offers),
        found.publisher,
        found.series,
        found.category,
        found.pages,
        found.binding,
        found.age,
        found.description,
    )


def newest(session: Session, limit: int) -> list[int]:
    """The ids of the books that came last and can be bought now."""
    to_be_had = (
        select(Offer.id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.book_id == Book.id, Offer.withdrawn_at.is_(None))
        .where(Shelf.on_hand > Shelf.reserved)
    )
    query = select(Book.id).where(to_be_had.exists()).order_by(Book.id.desc()).limit(limit)
    return list(session.scalars(query))


def sellers(session: Session) -> dict[str, str]:
    """Every shop's name, by its owner's login."""
    query = (
        select(User.login, Shop.name)
        .join(Shop, Shop.seller_id == User.id)
        .where(User.deleted_at.is_(None))
    )
    return dict(session.execute(query).all())


def _offers_on_sale() -> Select[int, int, Money, str, str, str, int, int]:
    return (
        select(
            Offer.id,
            Offer.book_id,
            Offer.price,
            Offer.currency,
            User.login,
            Shop.name.label("shop"),
            Shelf.on_hand,
            Shelf.reserved,
        )
        .join(Shop, Shop.seller_id == Offer.seller_id)
        .join(User, User.id == Offer.seller_id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.withdrawn_at.is_(None))
    )


def _card(book_id: int, rows: Sequence[Row[*tuple[Any, ...]]]) -> Card:
    first = rows[0]
    authors = tuple(name for name in first.authors.split(BETWEEN_AUTHORS) if name)
    return Card(
        book_id,
        first.isbn13,
        first.title,
        authors,
        first.language,
        first.year,
        first.volume,
        _best_first(rows),
    )


def _best_first(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[OfferShown, ...]:
    """Those that can be bought, then the others; the cheaper before the dearer."""
    shown = [
        OfferShown(
            row.id,
            row.login,
            row.shop,
            row.price,
            row.currency,
            max(0, row.on_hand - row.reserved),
        )
        for row in rows
    ]
    return tuple(sorted(shown, key=lambda offer: (offer.sellable == 0, offer.price, offer.id)))


def _known_by(key: str) -> ColumnElement[bool]:
    if not (key.isascii() and key.isdigit()):
        raise NoSuchBook
    if len(key) == ISBN13:
        return Book.isbn13 == key
    return Book.id == min(int(key), LARGEST_ID)
