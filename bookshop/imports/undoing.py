"""Put back what an import changed, but for what was sold since or touched by a later import."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, select, update
from sqlalchemy import type_coerce as typed
from sqlalchemy.orm import Session, aliased

from bookshop.books.models import Offer
from bookshop.database import Database, now
from bookshop.imports import shelving
from bookshop.imports.models import Import, ImportChange, ImportState
from bookshop.imports.problems import WHOLE_FILE
from bookshop.stock import service as stock
from bookshop.stock.models import Movement, Shelf
from bookshop.translations import N_
from bookshop.users.models import User

AT_ONCE = 2_000
_LATER = N_("%(n)d offers were changed by a later import and stay as they are.")
_AS_IT_IS = {"synchronize_session": False}

# The import's difference in copies is taken back, so what was sold since stays sold.
_difference = ImportChange.on_hand_after - func.coalesce(ImportChange.on_hand_before, 0)
_left: ColumnElement[int] = case(
    (Shelf.on_hand > _difference, Shelf.on_hand - _difference), else_=0
)


def take_back(database: Database, import_id: int, still_at_it: Callable[[], None]) -> None:
    """In chunks; each change is put back once, its row is deleted with it."""
    while _take_back_some(database, import_id):
        still_at_it()
    with database.transaction() as session:
        _tell_what_stays(session, import_id)


def _take_back_some(database: Database, import_id: int) -> int:
    with database.transaction() as session:
        undoing = session.get_one(Import, import_id, with_for_update=True)
        if undoing.state is not ImportState.APPLIED:
            return 0
        if not _seller_is_here(session, undoing.seller_id):
            return 0
        shelving.one_at_a_time(session, undoing.seller_id)
        book_of = _changed_last_by(session, import_id)
        of_these = and_(ImportChange.import_id == import_id, ImportChange.offer_id.in_(book_of))
        _put_back_copies(session, of_these, f"import {import_id} undone")
        _put_back_offers(session, of_these)
        session.execute(delete(ImportChange).where(of_these), execution_options=_AS_IT_IS)
        shelving.announce(session, list(book_of.values()))
    return len(book_of)


def _changed_last_by(session: Session, import_id: int) -> dict[int, int]:
    """Some offers that no later import changed, each with its book; nobody sells them meanwhile."""
    later = aliased(ImportChange)
    touched_later = select(later.offer_id).where(
        later.offer_id == ImportChange.offer_id, later.at > ImportChange.at
    )
    query = (
        select(Offer.id, Offer.book_id)
        .join(ImportChange, ImportChange.offer_id == Offer.id)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(ImportChange.import_id == import_id, ~touched_later.exists())
        .order_by(Offer.id)
        .limit(AT_ONCE)
        .with_for_update(of=(Offer, Shelf), key_share=True)
    )
    return dict(session.execute(query).all())


def _seller_is_here(session: Session, seller_id: int) -> bool:
    """Of one who has left nothing comes on sale again."""
    return session.get_one(User, seller_id).deleted_at is None


def _put_back_copies(session: Session, of_these: ColumnElement[bool], why: str) -> None:
    own = and_(ImportChange.offer_id == Shelf.offer_id, of_these)
    missing = select(Shelf.offer_id).where(own, _left < Shelf.reserved, _left < Shelf.on_hand)
    newly_missing: Sequence[int] = session.scalars(missing).all()
    moved = select(
        Shelf.offer_id, literal(why), Shelf.on_hand, _left, typed(now(), Movement.at.type)
    ).where(own, _left != Shelf.on_hand)
    columns = ("offer_id", "why", "before", "after", "at")
    session.execute(insert(Movement).from_select(columns, moved.order_by(Shelf.offer_id)))
    session.execute(
        update(Shelf).where(own).values(on_hand=_left, changed_at=now()),
        execution_options=_AS_IT_IS,
    )
    stock.tell_of_missing(session, newly_missing)


def _put_back_offers(session: Session, of_these: ColumnElement[bool]) -> None:
    """A price or a withdrawal that was changed by hand since stays."""
    is_as_left = Offer.withdrawn_at.is_(None) == ImportChange.on_sale_after
    withdrawn = case((ImportChange.on_sale_before, None), else_=typed(now(), Offer.changed_at.type))
    session.execute(
        update(Offer)
        .where(Offer.id == ImportChange.offer_id, of_these)
        .values(
            price=case(
                (
                    Offer.price == ImportChange.price_after,
                    func.coalesce(ImportChange.price_before, Offer.price),
                ),
                else_=Offer.price,
            ),
            withdrawn_at=case((is_as_left, withdrawn), else_=Offer.withdrawn_at),
            changed_at=now(),
        ),
        execution_options=_AS_IT_IS,
    )


def _tell_what_stays(session: Session, import_id: int) -> None:
    undoing = session.get_one(Import, import_id, with_for_update=True)
    of_this = select(func.count()).where(ImportChange.import_id == import_id)
    stays = session.scalar(of_this.select_from(ImportChange)) or 0
    if stays and undoing.state is ImportState.APPLIED:
        told = {
            "line": 0,
            "record": WHOLE_FILE,
            "field": "(row)",
            "code": "changed_later",
            "value": "",
            "text": _LATER,
            "params": {"n": stays},
        }
        undoing.warnings = [*(w for w in undoing.warnings if w["code"] != told["code"]), told]
        undoing.warning_counts = {**undoing.warning_counts, "changed_later": 1}
