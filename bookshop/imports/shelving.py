"""Write a plan into the shop: books, offers, copies, and what was there before."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.imports.models import Import, ImportChange
from bookshop.imports.planning import Change, Key, Plan, key_of
from bookshop.messages import BooksChanged
from bookshop.money import Money
from bookshop.stock import service as stock
from bookshop.stock.models import Movement, Shelf

FACTS = (
    "authors",
    "publisher",
    "series",
    "year",
    "language",
    "category",
    "pages",
    "description",
    "cover_url",
)
_ANNOUNCED_AT_ONCE = 500


def shelve(session: Session, importing: Import, made: Plan) -> list[int]:
    """Write whatever the plan changes. Answers the ids of the offers that are new."""
    changes = [change for change in made.changes if change.changes]
    books = _add_books(session, importing, changes)
    touched = _fill_blank_facts(session, made)
    touched |= {change.book.id for change in changes if change.book and _comes_on_sale(change)}
    touched |= set(books.values())
    new_offers = _add_offers(session, importing, [c for c in changes if c.is_new], books)
    _change_offers(session, importing, [c for c in changes if not c.is_new])
    announce(session, touched)
    return new_offers


def withdraw(session: Session, importing: Import, offer_ids: Sequence[int]) -> int:
    """Take offers off sale; orders for them stay what they are."""
    query = (
        select(Offer, Shelf)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.id.in_(offer_ids), Offer.withdrawn_at.is_(None))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    )
    withdrawn = [(offer, shelf) for offer, shelf in session.execute(query)]
    for offer, shelf in withdrawn:
        session.add(_what_was(importing, offer, shelf, on_sale_after=False))
        offer.withdrawn_at = offer.changed_at = now()
    announce(session, {offer.book_id for offer, _ in withdrawn})
    return len(withdrawn)


def announce(session: Session, book_ids: set[int]) -> None:
    ids = sorted(book_ids)
    for start in range(0, len(ids), _ANNOUNCED_AT_ONCE):
        outbox.announce(session, BooksChanged(ids[start : start + _ANNOUNCED_AT_ONCE]))


def _add_books(session: Session, importing: Import, changes: Sequence[Change]) -> dict[Key, int]:
    """The ids of the books that were not known, by key. Another seller may just be adding one."""
    unknown = [change.record for change in changes if change.book is None]
    if not unknown:
        return {}
    rows = [
        {
            "isbn13": record.isbn13,
            "own_seller_id": None if record.isbn13 else importing.seller_id,
            "own_key": None if record.isbn13 else record.own_key,
            "title": record.title,
            "created_at": now(),
            "revision": 1,
            **{fact: _plain(getattr(record, fact)) for fact in FACTS},
        }
        for record in sorted(unknown, key=key_of)
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(Book).on_conflict_do_nothing(), rows)
    isbns = [row["isbn13"] for row in rows if row["isbn13"]]
    keys = [row["own_key"] for row in rows if row["own_key"]]
    found = select(Book.id, Book.isbn13, Book.own_key)
    by_isbn = session.execute(found.where(Book.isbn13.in_(isbns)))
    own = found.where(Book.own_seller_id == importing.seller_id, Book.own_key.in_(keys))
    return {key_of(row): row.id for result in (by_isbn, session.execute(own)) for row in result}


def _fill_blank_facts(session: Session, made: Plan) -> set[int]:
    """A book's facts are its first seller's; later ones fill what is blank. Whose changed?"""
    changed = []
    for change in made.changes:
        if change.book is None:
            continue
        book = change.book
        better = {
            fact: value
            for fact in FACTS
            if getattr(book, fact) in ("", None)
            and (value := _plain(getattr(change.record, fact))) not in ("", None)
        }
        if better:
            kept = {fact: getattr(book, fact) for fact in FACTS}
            changed.append({"id": book.id, "revision": book.revision + 1, **kept, **better})
    if changed:
        session.execute(update(Book), changed)
    return {row["id"] for row in changed}


def _add_offers(
    session: Session, importing: Import, changes: Sequence[Change], books: dict[Key, int]
) -> list[int]:
    if not changes:
        return []
    moment = now()
    copies = {}
    rows = []
    for change in changes:
        book_id = change.book.id if change.book else books[key_of(change.record)]
        copies[book_id] = change.on_hand
        rows.append(
            {
                "book_id": book_id,
                "seller_id": importing.seller_id,
                "sku": change.record.sku,
                "price": int(change.record.price),
                "changed_at": moment,
            }
        )
    returned = session.execute(insert(Offer).returning(Offer.id, Offer.book_id), rows)
    made: dict[int, int] = dict(returned.all())
    price = {row["book_id"]: row["price"] for row in rows}
    session.execute(
        insert(Shelf),
        [
            {"offer_id": offer_id, "on_hand": copies[book_id], "reserved": 0, "changed_at": moment}
            for offer_id, book_id in made.items()
        ],
    )
    session.execute(
        insert(ImportChange),
        [
            {
                "import_id": importing.id,
                "offer_id": offer_id,
                "price_after": price[book_id],
                "on_hand_after": copies[book_id],
                "on_sale_before": False,
                "on_sale_after": True,
            }
            for offer_id, book_id in made.items()
        ],
    )
    _note_movements(session, importing, [(id, 0, copies[book]) for id, book in made.items()])
    return list(made)


def _change_offers(session: Session, importing: Import, changes: Sequence[Change]) -> None:
    moment = now()
    moved = []
    for change in changes:
        offer, shelf = change.offer, change.shelf
        assert offer is not None
        assert shelf is not None
        was = _what_was(importing, offer, shelf, on_sale_after=True)
        was.price_after, was.on_hand_after = Money(int(change.record.price)), change.on_hand
        session.add(was)
        offer.price, offer.withdrawn_at = was.price_after, None
        offer.sku, offer.changed_at = change.record.sku or offer.sku, moment
        if change.on_hand < shelf.reserved:  # rare: the seller must be told
            stock.set_on_hand(session, offer.id, change.on_hand, why(importing), None)
        elif change.on_hand != shelf.on_hand:
            moved.append((offer.id, shelf.on_hand, change.on_hand))
    session.flush()
    _set_on_hand(session, importing, moved)


def _set_on_hand(
    session: Session, importing: Import, moved: Sequence[tuple[int, int, int]]
) -> None:
    """Of each: the offer, copies before, copies now. Reservations are not touched."""
    if not moved:
        return
    moment = now()
    session.execute(
        update(Shelf),
        [{"offer_id": id, "on_hand": after, "changed_at": moment} for id, _, after in moved],
    )
    _note_movements(session, importing, moved)


def _note_movements(
    session: Session, importing: Import, moved: Sequence[tuple[int, int, int]]
) -> None:
    rows = [
        {"offer_id": id, "why": why(importing), "before": before, "after": after, "at": now()}
        for id, before, after in moved
        if before != after
    ]
    if rows:
        session.execute(insert(Movement), rows)


def _what_was(
    importing: Import, offer: Offer, shelf: Shelf, *, on_sale_after: bool
) -> ImportChange:
    return ImportChange(
        import_id=importing.id,
        offer_id=offer.id,
        price_before=offer.price,
        price_after=offer.price,
        on_hand_before=shelf.on_hand,
        on_hand_after=shelf.on_hand,
        on_sale_before=offer.withdrawn_at is None,
        on_sale_after=on_sale_after,
    )


def why(importing: Import) -> str:
    """What a movement of copies says of where it came from."""
    return f"import {importing.id}"


def _plain(value: Any) -> Any:
    """pandas has its own kind of nothing and of numbers."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else int(value)


def _comes_on_sale(change: Change) -> bool:
    return change.offer is None or change.offer.withdrawn_at is not None
