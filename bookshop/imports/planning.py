"""Compare incoming records with what is in the shop: what is new, what changes, what stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    and_,
    case,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased

from bookshop.books.models import Book, Offer
from bookshop.imports.facts import tells_better
from bookshop.imports.incoming import (
    changes,
    empty,
    incoming,
    is_new,
    loaded,
    on_hand,
    row,
    told,
    with_what_is_told,
)
from bookshop.imports.models import Import
from bookshop.stock.models import Reservation, ReservationState, Shelf

_known, _own = aliased(Book), aliased(Offer)
JUMP = 10  # times: a price that changes more is most likely a slip


@dataclass(frozen=True)
class Counts:
    """Of records; unchanged are the rest."""

    new: int
    changed: int
    unchanged: int


def match(session: Session, importing: Import, *, adding: bool = False) -> None:
    """Find the book, the offer and the shelf of each loaded record, as they are now.

    `adding` gives those that there are not yet the ids which they will be written with.
    """
    empty(session, incoming)
    dialect = session.get_bind().dialect.name
    session.execute(_matching(importing.seller_id, importing.uploaded_at, adding, dialect))


@lru_cache(maxsize=8)  # to put it together takes as long as to match some hundred records
def _matching(seller_id: int, uploaded_at: datetime, adding: bool, dialect: str) -> Insert:
    found = _in_the_shop(seller_id, uploaded_at).subquery()
    values: dict[str, ColumnElement[Any]] = dict(found.c)
    if adding:
        values["book_id"] = _or_the_next(dialect, Book, found.c.book_id, found.c.place)
        values["offer_id"] = _or_the_next(dialect, Offer, found.c.offer_id, found.c.place)
    return insert(incoming).from_select(list(values), select(*values.values()))


def _in_the_shop(seller_id: int, uploaded_at: datetime) -> Select[Any]:
    """Each is looked up by a key of its own.

    Joined by seller or title instead, a planner without fresh statistics, as after a first import,
    reads all that the seller has for every chunk.
    """
    offer_id = select(_own.id).where(_own.seller_id == seller_id, _own.book_id == Book.id)
    is_offered = Offer.id.is_not(None)
    return (
        select(
            *(told.place, told.record, told.line, told.sku, told.price, told.stock),
            Book.id.label("book_id"),
            Book.id.is_(None).label("adds_book"),
            func.coalesce(Book.facts_from != seller_id, false()).label("told_by_another"),
            Offer.id.label("offer_id"),
            # Without an ISBN it is the key that the offer was found by.
            case((told.isbn13.is_(None), told.sku), else_=Offer.sku).label("sku_before"),
            Offer.price.label("price_before"),
            Shelf.on_hand.label("on_hand_before"),
            Shelf.reserved,
            and_(is_offered, Offer.withdrawn_at.is_(None)).label("on_sale_before"),
            case((is_offered, _sent_since(uploaded_at)), else_=0).label("copies_sent"),
            and_(Book.id.is_not(None), func.coalesce(tells_better(seller_id), false())).label(
                "better_facts"
            ),
        )
        .select_from(loaded)
        .outerjoin(Book, Book.id == _known_book(seller_id))
        .outerjoin(Offer, Offer.id == offer_id.correlate(Book).scalar_subquery())
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
    )


def _or_the_next(
    dialect: str, table: type[Book | Offer], known: ColumnElement[int], place: ColumnElement[int]
) -> ColumnElement[int]:
    """The known id, or one that is free. On SQLite nobody else writes meanwhile."""
    if dialect != "sqlite":
        return func.coalesce(known, func.nextval(literal_column(f"'{table.__tablename__}_id_seq'")))
    last = select(func.coalesce(func.max(table.id), 0)).scalar_subquery()
    unknown_so_far = func.count(case((known.is_(None), 1))).over(order_by=place, rows=(None, 0))
    return func.coalesce(known, last + unknown_so_far)


def _known_book(seller_id: int) -> ColumnElement[int | None]:
    """The id of a loaded record's book. An own key may look like an ISBN and is still another's."""
    of_all = select(_known.id).where(_known.isbn13 == told.isbn13)
    own = select(_known.id).where(_known.own_seller_id == seller_id, _known.own_key == told.own_key)
    by_isbn, by_own_key = (one.correlate(loaded).scalar_subquery() for one in (of_all, own))
    return case((told.isbn13.is_not(None), by_isbn), else_=by_own_key)


def counts(session: Session) -> Counts:
    new, changed, every = session.execute(
        select(
            func.coalesce(func.sum(case((is_new, 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_new, 0), (changes, 1), else_=0)), 0),
            func.count(),
        ).select_from(incoming)
    ).one()
    return Counts(int(new), int(changed), int(every - new - changed))


def books_to_add(session: Session) -> int:
    return session.scalar(select(func.count()).where(row.adds_book)) or 0


def offers_named(session: Session) -> list[int]:
    """The ids of this seller's offers that the records are about."""
    return list(session.scalars(select(row.offer_id).where(row.offer_id.is_not(None))))


def offers_meant(
    session: Session, importing: Import, refused: Sequence[tuple[str | None, str | None, str]]
) -> list[int]:
    """Offers that refused records were about: the file has them, they are not missing.

    Each kind of name is looked up by an index of its own: one query for all would read whatever
    the seller has.
    """
    if not refused:
        return []
    isbns, keys, skus = ([key for key in kind if key] for kind in zip(*refused, strict=True))
    of_seller = select(Offer.id).where(Offer.seller_id == importing.seller_id)
    by_book = of_seller.join(Book, Book.id == Offer.book_id)
    own = and_(Book.own_seller_id == importing.seller_id, Book.own_key.in_(keys))
    called = union(
        by_book.where(Book.isbn13.in_(isbns)),
        by_book.where(own),
        of_seller.where(Offer.sku.in_(skus), Offer.sku != literal_column("''")),
    )
    return list(session.scalars(called))


def samples(session: Session, at_most: int, *, new: bool) -> list[dict[str, Any]]:
    """Some of what is new or changes, for the seller to look at; prices in minor units."""
    wanted = is_new if new else (changes & ~is_new)
    query = select(
        row.line,
        told.title,
        told.authors,
        told.isbn13,
        row.price_before,
        row.price,
        row.on_hand_before,
        on_hand.label("on_hand"),
        row.on_sale_before,
        case((row.better_facts & (Book.title != told.title), Book.title)).label("title_before"),
    )
    query = query.select_from(with_what_is_told.outerjoin(Book, Book.id == row.book_id))
    found = session.execute(query.where(wanted).order_by(row.record).limit(at_most)).mappings()
    return [dict(sample) for sample in found]


def shown(session: Session, offer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The same of offers that the file does not name."""
    query = (
        select(Book.title, Book.authors, Book.isbn13, Offer.price, Shelf.on_hand)
        .join_from(Offer, Book, Book.id == Offer.book_id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.id.in_(offer_ids))
    )
    return [dict(one) for one in session.execute(query.order_by(Offer.id)).mappings()]


def price_jumps(session: Session) -> list[Any]:
    """Line, record, price before and price now, where it changes more than tenfold."""
    jumps = or_(row.price > row.price_before * JUMP, row.price_before > row.price * JUMP)
    query = select(row.line, row.record, row.price_before, row.price).where(jumps)
    return list(session.execute(query.order_by(row.record)).all())


def sells_anything(session: Session, seller_id: int) -> bool:
    """Or has sold; else all that he uploads is new."""
    return session.scalar(select(Offer.id).where(Offer.seller_id == seller_id).limit(1)) is not None


def on_sale(session: Session, seller_id: int) -> list[int]:
    query = select(Offer.id).where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
    return list(session.scalars(query))


def _sent_since(uploaded_at: datetime) -> ColumnElement[int]:
    """Copies that left after the seller counted them for this file."""
    sent = (
        select(func.coalesce(func.sum(Reservation.quantity), 0))
        .where(Reservation.offer_id == Offer.id, Reservation.state == ReservationState.SENT)
        .where(Reservation.ended_at > uploaded_at)
        .correlate(Offer)
    )
    return sent.scalar_subquery()
