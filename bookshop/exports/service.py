"""A seller's offers on sale, written as they are read: the memory does not grow with them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.exports import csv, onix, yml
from bookshop.exports.formats import Name
from bookshop.exports.offered import on_sale
from bookshop.users.models import Shop


def export(session: Session, seller_id: int, format: Name) -> Iterator[bytes]:
    """Imported again it changes nothing. The session is read from until the end."""
    shop = session.get_one(Shop, seller_id).name
    offers = on_sale(session, seller_id)
    match format:
        case "csv":
            return csv.write(offers)
        case "yml":
            return yml.write(shop, now(), _categories(session, seller_id), offers)
        case "onix":
            return onix.write(shop, now(), offers)


def _categories(session: Session, seller_id: int) -> Sequence[str]:
    query = (
        select(Book.category)
        .join(Offer, Offer.book_id == Book.id)
        .where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None), Book.category != "")
        .distinct()
        .order_by(Book.category)
    )
    return session.scalars(query).all()
