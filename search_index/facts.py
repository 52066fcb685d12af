"""Reads from SQL what filters, facets and sorts need to know of each book."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.stock.models import Reservation, ReservationState, Shelf
from bookshop.users.models import User

_AT_ONCE = 500


@dataclass(frozen=True)
class Facts:
    book_id: int
    revision: int
    title: str
    category: str
    language: str
    year: int | None
    created_at: datetime
    price: int  # the least; of those offers that have copies, if any has
    copies: int
    sold: int
    sellers: tuple[str, ...]  # none: it is not on sale


@dataclass(frozen=True)
class _Offer:
    book_id: int
    price: int
    sellable: int
    login: str


def facts_of(session: Session, book_ids: Collection[int]) -> Iterator[Facts]:
    for some in in_batches(sorted(book_ids), _AT_ONCE):
        offers, sold = _offers(session, some), _sold(session, some)
        for book in session.execute(_BOOKS.where(Book.id.in_(some))):
            price, copies, sellers = _summed_up(offers[book.id])
            yield Facts(*book, price, copies, sold.get(book.id, 0), sellers)


def in_batches(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


_BOOKS = select(
    Book.id, Book.revision, Book.title, Book.category, Book.language, Book.year, Book.created_at
)


def _offers(session: Session, book_ids: Sequence[int]) -> dict[int, list[_Offer]]:
    sellable = func.coalesce(Shelf.on_hand - Shelf.reserved, 0)
    query = (
        select(Offer.book_id, Offer.price, sellable, User.login)
        .join(User, User.id == Offer.seller_id)
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.book_id.in_(book_ids), Offer.withdrawn_at.is_(None))
        .order_by(User.login)
    )
    offers: dict[int, list[_Offer]] = defaultdict(list)
    for offer in session.execute(query):
        offers[offer.book_id].append(_Offer(*offer))
    return offers


def _sold(session: Session, book_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Offer.book_id, func.sum(Reservation.quantity))
        .join(Reservation, Reservation.offer_id == Offer.id)
        .where(Offer.book_id.in_(book_ids), Reservation.state == ReservationState.SENT)
        .group_by(Offer.book_id)
    )
    return {book_id: int(copies) for book_id, copies in session.execute(query)}


def _summed_up(offers: list[_Offer]) -> tuple[int, int, tuple[str, ...]]:
    with_copies = [offer for offer in offers if offer.sellable > 0]
    price = min((offer.price for offer in with_copies or offers), default=0)
    copies = sum(offer.sellable for offer in with_copies)
    return price, copies, tuple(offer.login for offer in offers)
