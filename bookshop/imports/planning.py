"""Compare checked records with what is in the shop: what is new, what changes, what stays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.imports.models import Import
from bookshop.money import Money
from bookshop.stock.models import Movement, Shelf

Key = tuple[str, str]
Record = Any  # a row of accepted records (see validation), by itertuples


@dataclass(frozen=True)
class Change:
    """One record and the offer it is about."""

    record: Record
    book: Book | None  # None: the shop does not know it yet
    offer: Offer | None  # None: this seller did not sell it
    shelf: Shelf | None
    on_hand: int  # the file's count, less copies that were sent since the upload

    @property
    def is_new(self) -> bool:
        return self.offer is None

    @property
    def changes(self) -> bool:
        if self.offer is None or self.shelf is None:
            return True
        is_now = (self.offer.price, self.shelf.on_hand, self.offer.withdrawn_at is None)
        return is_now != (self.record.price, self.on_hand, True)


@dataclass
class Plan:
    changes: list[Change] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        return sum(change.changes and not change.is_new for change in self.changes)

    @property
    def unchanged(self) -> int:
        return len(self.changes) - self.new - self.changed

    @property
    def offer_ids(self) -> list[int]:
        return [change.offer.id for change in self.changes if change.offer]


def plan(
    session: Session, importing: Import, records: Sequence[Record], *, to_apply: bool = False
) -> Plan:
    """A fixed number of queries, however many records.

    What is to be applied is locked, in a fixed order, so that nobody sends or sells meanwhile.
    """
    books = _books(session, importing.seller_id, records, to_apply)
    book_ids = [book.id for book in books.values()]
    offers = _offers(session, importing.seller_id, book_ids, to_apply)
    sent = _sent_since(session, importing, [offer.id for offer, _ in offers.values()])
    made = Plan()
    for record in records:
        book = books.get(key_of(record))
        offer, shelf = offers.get(book.id, (None, None)) if book else (None, None)
        left = max(0, int(record.stock) - (sent.get(offer.id, 0) if offer else 0))
        made.changes.append(Change(record, book, offer, shelf, left))
    return made


def key_of(thing: Record | Book) -> Key:
    """An ISBN is everybody's; an own key may look like one and is still another."""
    return ("isbn", str(thing.isbn13)) if thing.isbn13 else ("own", str(thing.own_key))


def _books(
    session: Session, seller_id: int, records: Sequence[Record], locked: bool
) -> dict[Key, Book]:
    isbns = [record.isbn13 for record in records if record.isbn13]
    keys = [record.own_key for record in records if not record.isbn13]
    books = select(Book).order_by(Book.id)
    if locked:
        books = books.with_for_update(key_share=True)
    found = list(session.scalars(books.where(Book.isbn13.in_(isbns)))) if isbns else []
    if keys:
        found += session.scalars(
            books.where(Book.own_seller_id == seller_id, Book.own_key.in_(keys))
        )
    return {key_of(book): book for book in found}


def _offers(
    session: Session, seller_id: int, book_ids: Sequence[int], locked: bool
) -> dict[int, tuple[Offer, Shelf]]:
    """By book."""
    query = (
        select(Offer, Shelf)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.seller_id == seller_id, Offer.book_id.in_(book_ids))
        .order_by(Offer.id)
    )
    if locked:
        query = query.with_for_update(key_share=True)
    return {offer.book_id: (offer, shelf) for offer, shelf in session.execute(query)}


def _sent_since(session: Session, importing: Import, offer_ids: Sequence[int]) -> dict[int, int]:
    """Copies that left after the seller counted them for this file."""
    query = (
        select(Movement.offer_id, func.sum(Movement.before - Movement.after))
        .where(Movement.offer_id.in_(offer_ids), Movement.at > importing.uploaded_at)
        .where(Movement.why.like("parcel % sent"))
        .group_by(Movement.offer_id)
    )
    return {offer_id: int(copies) for offer_id, copies in session.execute(query)}


def missing(session: Session, seller_id: int, seen: set[int]) -> list[int]:
    """Offers of this seller that are on sale and were not in the file."""
    query = select(Offer.id).where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
    return [offer_id for offer_id in session.scalars(query) if offer_id not in seen]


def price_jumps(made: Plan, times: int = 10) -> list[tuple[Record, Money]]:
    """Prices that change more than tenfold, with the old one: most likely a slip."""
    return [
        (change.record, change.offer.price)
        for change in made.changes
        if change.offer
        and not (
            change.offer.price <= change.record.price * times
            and change.record.price <= change.offer.price * times
        )
    ]
