"""The way of an upload: kept on disk, checked, looked at, applied, and perhaps undone.

Reading and writing catalogues (see checking, applying) needs pandas and a worker; nothing here
does.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.database import now
from bookshop.errors import Conflict, Invalid, NotFound
from bookshop.imports.columns import form_of
from bookshop.imports.findings import Checked
from bookshop.imports.mapping import check_mapping
from bookshop.imports.models import ColumnMapping, Door, Import, ImportState
from bookshop.imports.uploads import Kept
from bookshop.messages import CatalogueUploaded, ImportApproved, ImportUndoAsked
from bookshop.money import Money, as_decimal
from bookshop.stock.service import MOST_ON_HAND
from bookshop.translations import N_, say

_BEFORE_APPLYING = (ImportState.RECEIVED, ImportState.CHECKING, ImportState.PREVIEW)
WOULD_EMPTY = "would_empty"  # a question about withdrawing, until it is answered
CUT_OFF = "cut_off"  # the warning of an import that was not applied to its end
_COUNTS = ("rows", "accepted", "rejected", "new", "changed", "unchanged")
_FOUND = tuple(field.name for field in fields(Checked))


class NoSuchImport(NotFound):
    text = N_("There is no such import, or it is not yours.")


class NotKept(NotFound):
    text = N_("The files of this import are no longer kept.")


class NotToBeApplied(Conflict):
    text = N_("This import cannot be applied: it is “%(state)s”.")


class NotToBeCancelled(Conflict):
    text = N_("This import cannot be cancelled any more: it is “%(state)s”.")


class NotToBeUndone(Conflict):
    text = N_("Only an import that was applied can be undone; this one is “%(state)s”.")


class NotToBeMapped(Conflict):
    text = N_("The columns of this import cannot be named now: it is “%(state)s”.")


class NotWhole(Conflict):
    text = N_(
        "The file is not the whole catalogue: it is broken off, tells of changes alone, or sends "
        "refused records again. What it lacks cannot be withdrawn."
    )


class BadDefaultStock(Invalid):
    text = N_("The number of copies is a whole number from 0 to %(most)d.")


class Wishes(TypedDict, total=False):
    """What a seller may say of an upload in advance."""

    apply_at_once: bool
    withdraw_missing: bool
    mapping: dict[str, str] | None  # column -> field, "" for one not to be read
    default_stock: int | None  # copies of each book where the file does not say; None: 1, told


def receive(
    session: Session,
    seller_id: int,
    filename: str,
    kept: Kept,
    door: Door = Door.DASHBOARD,
    **wishes: Unpack[Wishes],
) -> Import:
    """A worker will check it, and apply it too if that was asked."""
    received = note(session, seller_id, filename, kept, door, **wishes)
    outbox.announce(session, CatalogueUploaded(received.id))
    return received


def note(
    session: Session,
    seller_id: int,
    filename: str,
    kept: Kept,
    door: Door = Door.DASHBOARD,
    **wishes: Unpack[Wishes],
) -> Import:
    """An import that somebody is about to check himself: the command line."""
    noted = Import(
        seller_id=seller_id,
        door=door,
        filename=Path(filename).name[:200] or "catalogue",
        path=kept.path.name,
        size=kept.size,
        **wishes | {"default_stock": checked_stock(wishes.get("default_stock"))},
    )
    session.add(noted)
    session.flush()
    return noted


def get(session: Session, import_id: int, seller_id: int) -> Import:
    found = session.get(Import, import_id)
    if found is None or found.seller_id != seller_id:
        raise NoSuchImport
    return found


def approve(
    session: Session, import_id: int, seller_id: int, *, withdraw_missing: bool = False
) -> Import:
    """Apply what the preview showed. Pressed twice, it is applied once."""
    found = locked(session, import_id, seller_id)
    if found.state in (ImportState.APPLYING, ImportState.APPLIED):
        return found
    if found.state is not ImportState.PREVIEW:
        raise NotToBeApplied(state=found.state.value)
    if not found.path:
        raise NotKept
    if withdraw_missing and not found.is_whole:
        raise NotWhole
    begin_applying(found, withdraw_missing=withdraw_missing)
    outbox.announce(session, ImportApproved(import_id))
    return found


def name_columns(
    session: Session,
    import_id: int,
    seller_id: int,
    mapping: Mapping[str, str],
    default_stock: int | None = None,
) -> Import:
    """Which column is which, in this file and in the next of its form. It is read once more."""
    found = locked(session, import_id, seller_id)
    if found.state not in (ImportState.PREVIEW, ImportState.REFUSED) or not found.columns:
        raise NotToBeMapped(state=found.state.value)
    if not found.path:
        raise NotKept
    header, copies = found.columns["header"], checked_stock(default_stock)
    check_mapping(mapping, header)
    session.merge(
        ColumnMapping(seller_id=seller_id, form=form_of(header), mapping=dict(mapping), at=now())
    )
    found.mapping, found.default_stock = dict(mapping), copies
    found.state, found.refused, found.ended_at = ImportState.RECEIVED, None, None
    outbox.announce(session, CatalogueUploaded(import_id))
    return found


def cancel(session: Session, import_id: int, seller_id: int) -> Import:
    found = locked(session, import_id, seller_id)
    if found.state in _BEFORE_APPLYING:
        found.state, found.ended_at = ImportState.CANCELLED, now()
    elif found.state is not ImportState.CANCELLED:
        raise NotToBeCancelled(state=found.state.value)
    return found


def stop_all(session: Session, seller_id: int) -> None:
    """Their seller leaves: what is under way ends where it is, and what waits is not begun."""
    query = select(Import).where(
        Import.seller_id == seller_id,
        Import.state.in_([*_BEFORE_APPLYING, ImportState.APPLYING]),
    )
    for found in session.scalars(query.order_by(Import.id).with_for_update()):
        found.state, found.ended_at = ImportState.CANCELLED, now()


def undo(session: Session, import_id: int, seller_id: int) -> Import:
    """Ask for everything it changed to be put back (see undoing)."""
    found = locked(session, import_id, seller_id)
    if found.state is ImportState.APPLIED:
        if not found.path:
            raise NotKept
        outbox.announce(session, ImportUndoAsked(import_id))
    elif found.state is not ImportState.UNDONE:
        raise NotToBeUndone(state=found.state.value)
    return found


def begin_applying(found: Import, *, withdraw_missing: bool) -> None:
    found.state = ImportState.APPLYING
    found.withdraw_missing = withdraw_missing and found.is_whole
    found.new = found.changed = found.unchanged = found.applied_records = found.progress = 0
    if not found.withdraw_missing:
        found.warnings = [told for told in found.warnings if told["code"] != WOULD_EMPTY]
        found.warning_counts = {
            code: n for code, n in found.warning_counts.items() if code != WOULD_EMPTY
        }


def checked(session: Session, import_id: int, found: Checked) -> None:
    """The file has been read: show what would happen, or go on at once if that was asked."""
    checking = session.get_one(Import, import_id, with_for_update=True)
    if (checking.state, checking.checked_as) != (ImportState.CHECKING, found.checked_as):
        return  # cancelled meanwhile, heard before, or begun anew
    for name in _FOUND:
        setattr(checking, name, getattr(found, name))
    if found.refused:
        checking.state, checking.ended_at = ImportState.REFUSED, now()
        return
    checking.state = ImportState.PREVIEW
    if checking.apply_at_once:
        begin_applying(checking, withdraw_missing=checking.withdraw_missing)
        outbox.announce(session, ImportApproved(import_id))


def applied(session: Session, import_id: int) -> None:
    found = session.get_one(Import, import_id, with_for_update=True)
    to_its_end = found.applied_records >= found.accepted or CUT_OFF in found.warning_counts
    if found.state is ImportState.APPLYING and to_its_end:
        found.state = ImportState.APPLIED
        found.applied_at = found.ended_at = now()


def undone(session: Session, import_id: int) -> None:
    found = session.get_one(Import, import_id, with_for_update=True)
    if found.state is ImportState.APPLIED:
        found.state, found.ended_at = ImportState.UNDONE, now()


def report(found: Import, language: str) -> dict[str, Any]:
    """What every door shows of an import; before it is applied the counts say what would be."""
    done = found.state in (ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE)
    vanishing = found.missing if found.withdraw_missing else 0
    return {
        "id": found.id,
        "state": found.state.value,
        "door": found.door.value,
        "filename": found.filename,
        "size": found.size,
        "is_kept": bool(found.path),
        "uploaded_at": found.uploaded_at.isoformat(),
        "applied_at": found.applied_at and found.applied_at.isoformat(),
        "ended_at": found.ended_at and found.ended_at.isoformat(),
        "default_stock": found.default_stock,
        "format": found.format,
        "encoding": found.encoding,
        **{name: getattr(found, name) for name in _COUNTS},
        "withdrawn": found.withdrawn if done else vanishing,
        "missing": found.missing,
        "is_whole": found.is_whole,
        "progress": found.progress / 1000,
        "columns": found.columns,
        "preview": {kind: list(map(_sample, some)) for kind, some in found.preview.items()},
        "problem_counts": found.problem_counts,
        "warning_counts": found.warning_counts,
        "problems": [_told(problem, language) for problem in found.problems],
        "warnings": [_told(warning, language) for warning in found.warnings],
        "refused": found.refused and _refusal(found.refused, language),
    }


def checked_stock(copies: int | None) -> int | None:
    if copies is not None and not 0 <= copies <= MOST_ON_HAND:
        raise BadDefaultStock(field="default_stock", most=MOST_ON_HAND)
    return copies


def locked(session: Session, import_id: int, seller_id: int) -> Import:
    found = session.get(Import, import_id, with_for_update=True)
    if found is None or found.seller_id != seller_id:
        raise NoSuchImport
    return found


def _told(problem: dict[str, Any], language: str) -> dict[str, Any]:
    """Kept with its text and parameters, so that every reader is told in his language."""
    shown = {name: problem[name] for name in ("line", "record", "field", "code", "value")}
    text, params = problem["text"], problem["params"]
    return {**shown, "message": say(language, text, **params)}


def _sample(sample: dict[str, Any]) -> dict[str, Any]:
    """Prices leave as the decimals they are everywhere outside."""
    prices = [name for name in ("price_before", "price") if sample.get(name) is not None]
    return {**sample, **{name: as_decimal(Money(sample[name])) for name in prices}}


def _refusal(refused: dict[str, Any], language: str) -> dict[str, str]:
    text, params = refused["text"], refused["params"]
    return {"code": refused["code"], "message": say(language, text, **params)}
