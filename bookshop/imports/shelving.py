"""Write the incoming records into the shop: books, offers, copies, and what was there before.

Every step is one statement over all the records of a chunk; what nobody changes is not touched.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, insert, literal, select, update
from sqlalchemy import type_coerce as typed
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.imports import facts, planning
from bookshop.imports.incoming import (
    FACTS,
    changes_offer,
    is_new,
    on_hand,
    row,
    told,
    with_what_is_told,
)
from bookshop.imports.models import Import, ImportChange
from bookshop.imports.planning import Counts
from bookshop.messages import BooksChanged
from bookshop.money import CURRENCY
from bookshop.stock import service as stock
from bookshop.stock.models import Movement, Shelf
from bookshop.users.models import Shop

_ANNOUNCED_AT_ONCE = 500
_AS_IT_IS = {"synchronize_session": False}  # nothing of it has been read into the session
_copies_before = func.coalesce(row.on_hand_before, 0)


class BooksNotAdded(AssertionError):
    """Their ids were taken already: the database counts ids from below those that it has."""


def shelve(session: Session, importing: Import) -> Counts:
    """Books and sellers are taken one after the other, so that two imports never deadlock."""
    seller_id = importing.seller_id
    one_at_a_time(session, seller_id)
    planning.match(session, importing, adding=True)
    if _add_books(session, seller_id) < planning.books_to_add(session):
        planning.match(session, importing, adding=True)  # another seller has just added some
        if planning.books_to_add(session):
            raise BooksNotAdded
    if _hold_offers(session):
        planning.match(session, importing, adding=True)  # somebody may have bought meanwhile
    counted = planning.counts(session)
    told_of = _books_to_tell_of(session)
    facts.improve(session, seller_id)
    facts.note_differences(session, importing)
    if counted.new or counted.changed:
        _add_offers(session, seller_id)
        _change_offers(session)
        _keep_what_was(session, importing)
        _note_movements(session, importing)
        stock.tell_of_missing(session, session.scalars(_newly_missing()).all())
    announce(session, told_of)
    return counted


def withdraw(session: Session, importing: Import, offer_ids: Sequence[int]) -> int:
    """Take offers off sale; orders for them stay what they are."""
    one_at_a_time(session, importing.seller_id)
    own_change = select(ImportChange.offer_id).where(ImportChange.import_id == importing.id)
    query = (
        select(Offer.id, Offer.book_id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.id.in_(offer_ids), Offer.withdrawn_at.is_(None), Offer.id.not_in(own_change))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    )
    book_of = dict(session.execute(query).all())
    was = (
        select(
            literal(importing.id),
            Offer.id,
            *(Offer.price, Offer.price),
            *(Shelf.on_hand, Shelf.on_hand),
            *(literal(True), literal(False), typed(now(), ImportChange.at.type)),
        )
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.id.in_(book_of))
    )
    session.execute(insert(ImportChange).from_select(_CHANGE, was))
    session.execute(
        update(Offer).where(Offer.id.in_(book_of)).values(withdrawn_at=now(), changed_at=now()),
        execution_options=_AS_IT_IS,
    )
    announce(session, list(book_of.values()))
    return len(book_of)


def one_at_a_time(session: Session, seller_id: int) -> None:
    """Imports of one seller, and undoings, wait for each other; his orders do not wait for them."""
    shop = select(Shop.seller_id).where(Shop.seller_id == seller_id)
    session.execute(shop.with_for_update(key_share=True))


def announce(session: Session, book_ids: Sequence[int]) -> None:
    ids = sorted(set(book_ids))
    for start in range(0, len(ids), _ANNOUNCED_AT_ONCE):
        outbox.announce(session, BooksChanged(ids[start : start + _ANNOUNCED_AT_ONCE]))


def why(importing: Import) -> str:
    """What a movement of copies says of where it came from."""
    return f"import {importing.id}"


_CHANGE = (
    *("import_id", "offer_id", "price_before", "price_after", "on_hand_before", "on_hand_after"),
    *("on_sale_before", "on_sale_after", "at"),
)


def _add_books(session: Session, seller_id: int) -> int:
    """How many. Another seller may just be adding the same one: then it is his."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    without_isbn = told.isbn13.is_(None)
    own = ("isbn13", "own_seller_id", "own_key")
    columns = ("id", *own, *FACTS, "facts_from", "created_at", "revision")
    unknown = (
        select(
            row.book_id,
            told.isbn13,
            case((without_isbn, seller_id)),
            case((without_isbn, told.own_key)),
            *(told[fact] for fact in FACTS),
            *(literal(seller_id), typed(now(), Book.created_at.type), literal(1)),
        )
        .select_from(with_what_is_told)
        .where(row.adds_book)
        .order_by(told.isbn13, told.own_key)
    )
    added: Any = session.execute(
        dialect.insert(Book).from_select(columns, unknown).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return int(added.rowcount)


def _hold_offers(session: Session) -> bool:
    """Keep those that change from being sold or sent meanwhile. On SQLite nobody else writes."""
    if session.get_bind().dialect.name == "sqlite":
        return False
    changed = select(row.offer_id).where(changes_offer, ~is_new)
    query = (
        select(Offer.id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.id.in_(changed))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    )
    return bool(session.scalars(query).all())


def _books_to_tell_of(session: Session) -> Sequence[int]:
    """A change of price or copies is not told: the index does not keep them."""
    wanted = select(row.book_id).where(~row.on_sale_before | row.better_facts)
    return session.scalars(wanted).all()


def _add_offers(session: Session, seller_id: int) -> None:
    moment = typed(now(), Offer.changed_at.type)
    offers = select(
        row.offer_id,
        *(row.book_id, literal(seller_id), row.sku, row.price, literal(CURRENCY), moment),
    ).where(is_new)
    columns = ("id", "book_id", "seller_id", "sku", "price", "currency", "changed_at")
    session.execute(insert(Offer).from_select(columns, offers))
    shelves = select(row.offer_id, on_hand, literal(0), moment).where(is_new)
    counted = ("offer_id", "on_hand", "reserved", "changed_at")
    session.execute(insert(Shelf).from_select(counted, shelves))


def _change_offers(session: Session) -> None:
    """Reservations are not touched."""
    session.execute(
        update(Offer)
        .where(Offer.id == row.offer_id, changes_offer, ~is_new)
        .values(
            price=row.price,
            withdrawn_at=None,
            sku=case((row.sku != "", row.sku), else_=Offer.sku),
            changed_at=now(),
        ),
        execution_options=_AS_IT_IS,
    )
    session.execute(
        update(Shelf)
        .where(Shelf.offer_id == row.offer_id, ~is_new, on_hand != row.on_hand_before)
        .values(on_hand=on_hand, changed_at=now()),
        execution_options=_AS_IT_IS,
    )


def _keep_what_was(session: Session, importing: Import) -> None:
    was = select(
        literal(importing.id),
        row.offer_id,
        *(row.price_before, row.price),
        *(row.on_hand_before, on_hand),
        *(row.on_sale_before, literal(True), typed(now(), ImportChange.at.type)),
    ).where(changes_offer)
    session.execute(insert(ImportChange).from_select(_CHANGE, was))


def _note_movements(session: Session, importing: Import) -> None:
    moved = select(
        row.offer_id,
        literal(why(importing)),
        *(_copies_before, on_hand),
        typed(now(), Movement.at.type),
    ).where(_copies_before != on_hand)
    columns = ("offer_id", "why", "before", "after", "at")
    session.execute(insert(Movement).from_select(columns, moved))


def _newly_missing() -> Select[int]:
    """Offers of which the file says fewer copies than are promised."""
    return select(row.offer_id).where(on_hand < row.reserved, on_hand < row.on_hand_before)
