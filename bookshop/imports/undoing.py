"""Put back what an import changed, but for what was sold since or touched by a later import."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bookshop.books.models import Offer
from bookshop.database import Database, now
from bookshop.imports import shelving
from bookshop.imports.models import Import, ImportChange, ImportState
from bookshop.imports.problems import WHOLE_FILE
from bookshop.stock import service as stock
from bookshop.stock.models import Shelf
from bookshop.translations import N_

AT_ONCE = 1_000
_LATER = N_("%(n)d offers were changed by a later import and stay as they are.")


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
        later = aliased(ImportChange)
        touched_later = select(later.offer_id).where(
            later.offer_id == ImportChange.offer_id, later.import_id > import_id
        )
        query = (
            select(ImportChange, Offer, Shelf)
            .join(Offer, Offer.id == ImportChange.offer_id)
            .join(Shelf, Shelf.offer_id == Offer.id)
            .where(ImportChange.import_id == import_id, ~touched_later.exists())
            .order_by(ImportChange.offer_id)
            .limit(AT_ONCE)
            .with_for_update(of=(Offer, Shelf), key_share=True)
        )
        rows = session.execute(query).all()
        for change, offer, shelf in rows:
            _put_back(session, undoing, change, offer, shelf)
            session.delete(change)
        shelving.announce(session, {offer.book_id for _, offer, _ in rows})
    return len(rows)


def _put_back(
    session: Session, undoing: Import, change: ImportChange, offer: Offer, shelf: Shelf
) -> None:
    """The import's difference in copies is taken back, so what was sold since stays sold."""
    difference = change.on_hand_after - (change.on_hand_before or 0)
    left = max(0, shelf.on_hand - difference)
    stock.set_on_hand(session, offer.id, left, f"import {undoing.id} undone", None)
    if change.price_before is not None and offer.price == change.price_after:
        offer.price = change.price_before
    if (offer.withdrawn_at is None) == change.on_sale_after:
        offer.withdrawn_at = None if change.on_sale_before else now()
    offer.changed_at = now()


def _tell_what_stays(session: Session, import_id: int) -> None:
    undoing = session.get_one(Import, import_id, with_for_update=True)
    query = select(ImportChange.offer_id).where(ImportChange.import_id == import_id)
    stays = len(session.scalars(query).all())
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
