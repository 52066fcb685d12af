"""What an exported record says: every field that an import reads, as the text it would be."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.imports.columns import FIELDS
from bookshop.imports.identity import keys_without_isbn
from bookshop.money import as_decimal
from bookshop.stock.models import Shelf

AT_ONCE = 1_000
_NAMED_BY = ("isbn13", "title", "authors", "publisher", "year")
_ALWAYS_GIVEN = ("sku", "price", "currency", "stock")


class Offered(NamedTuple):
    id: int
    said: dict[str, str]  # by field


def on_sale(session: Session, seller_id: int) -> Iterator[Offered]:
    """A page of them at a time, however many there are."""
    last = 0
    while page := session.execute(_page(seller_id, last)).all():
        yield from offered(page)
        last = page[-1].id


def offered(rows: Sequence[Any]) -> Iterator[Offered]:
    for row, named in zip(rows, _keys_by_name(rows), strict=True):
        given = {
            "sku": _sku(row, named),
            "price": as_decimal(row.price),
            "currency": row.currency,
            "stock": str(row.stock),
        }
        told = {name: given[name] if name in given else _text(row, name) for name in FIELDS}
        yield Offered(row.id, told)


def _page(seller_id: int, after: int) -> Select[Any]:
    facts = [getattr(Book, name) for name in FIELDS if name not in _ALWAYS_GIVEN]
    return (
        select(Offer.id, Offer.sku, Offer.price, Offer.currency, Shelf.on_hand.label("stock"))
        .add_columns(Book.own_key, *facts)
        .join(Book, Book.id == Offer.book_id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None), Offer.id > after)
        .order_by(Offer.id)
        .limit(AT_ONCE)
    )


def _keys_by_name(rows: Sequence[Any]) -> Sequence[str | None]:
    """By what an import would know each if it had no article number."""
    facts = {name: [getattr(row, name) for row in rows] for name in _NAMED_BY}
    keys: Sequence[str | None] = keys_without_isbn(facts | {"sku": [""] * len(rows)})
    return keys


def _sku(row: Any, named: str | None) -> str:
    """A book without an ISBN goes by its own key; one that follows from its name is not told."""
    if row.isbn13:
        return str(row.sku)
    return "" if row.own_key == named else str(row.own_key)


def _text(row: Any, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else str(value)
