"""A seller's own offers with their copies: look, and change by hand."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.errors import Invalid
from bookshop.messages import BooksChanged
from bookshop.money import Money
from bookshop.stock import service as stock
from bookshop.stock.models import Shelf
from bookshop.translations import N_

HIGHEST_PRICE = Money(1_000_000_000)  # ten million roubles


class BadPrice(Invalid):
    text = N_("A price is more than 0 and at most 10 000 000.")


@dataclass(frozen=True)
class SellerOffer:
    id: int
    book_id: int
    isbn13: str | None
    title: str
    authors: str
    sku: str
    price: Money
    on_hand: int
    reserved: int
    on_sale: bool

    @property
    def sellable(self) -> int:
        return max(0, self.on_hand - self.reserved)

    @property
    def short(self) -> int:
        """Promised to orders, and not there."""
        return max(0, self.reserved - self.on_hand)


@dataclass(frozen=True)
class OfferPage:
    offers: list[SellerOffer]
    total: int


def of_seller(
    session: Session,
    seller_id: int,
    words: str = "",
    page: int = 1,
    per_page: int = 50,
    *,
    running_out: bool = False,
) -> OfferPage:
    """By title, or the fewest copies first. `words` is part of a title, an author, ISBN or sku."""
    wanted = [Offer.seller_id == seller_id, *_matching(words)]
    total = session.scalar(select(func.count()).select_from(Offer).join(Book).where(*wanted)) or 0
    order = (Shelf.on_hand - Shelf.reserved, Book.title) if running_out else (Book.title,)
    rows = session.execute(
        _query()
        .where(*wanted)
        .order_by(*order, Offer.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return OfferPage([_shown(row) for row in rows], total)


def get(session: Session, seller_id: int, offer_id: int) -> SellerOffer:
    query = _query().where(Offer.id == offer_id, Offer.seller_id == seller_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise stock.NoSuchShelf
    return _shown(row)


def change(
    session: Session,
    seller_id: int,
    offer_id: int,
    price: Money | None = None,
    on_hand: int | None = None,
    on_sale: bool | None = None,
) -> SellerOffer:
    """What is None stays. Reservations stay, whatever the seller says he has."""
    # Not a lock on its key: an order that holds the shelf may just be writing it down.
    offer = session.get(Offer, offer_id, with_for_update={"key_share": True})
    if offer is None or offer.seller_id != seller_id:
        raise stock.NoSuchShelf
    if price is not None:
        if not 0 < price <= HIGHEST_PRICE:
            raise BadPrice(field="price")
        offer.price = price
    if on_sale is not None and on_sale != (offer.withdrawn_at is None):
        offer.withdrawn_at = None if on_sale else now()
        outbox.announce(session, BooksChanged([offer.book_id]))
    if on_hand is not None:
        stock.set_on_hand(session, offer_id, on_hand, "by hand", seller_id)
    offer.changed_at = now()
    session.flush()
    return get(session, seller_id, offer_id)


def _query() -> Select[Offer, Shelf, Book]:
    return (
        select(Offer, Shelf, Book)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .join(Book, Book.id == Offer.book_id)
    )


def _matching(words: str) -> list[ColumnElement[bool]]:
    part = words.strip()[:200]
    if not part:
        return []
    columns = (Book.title, Book.authors, Book.isbn13, Offer.sku)
    return [or_(*(column.icontains(part, autoescape=True) for column in columns))]


def _shown(row: Row[Offer, Shelf, Book]) -> SellerOffer:
    offer, shelf, book = row
    return SellerOffer(
        id=offer.id,
        book_id=book.id,
        isbn13=book.isbn13,
        title=book.title,
        authors=book.authors,
        sku=offer.sku,
        price=offer.price,
        on_hand=shelf.on_hand,
        reserved=shelf.reserved,
        on_sale=offer.withdrawn_at is None,
    )
