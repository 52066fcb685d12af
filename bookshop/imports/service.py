"""The way of an upload: kept on disk, checked, looked at, applied, and perhaps undone.

Reading and writing catalogues (see applying) needs pandas and a worker; nothing here does.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.database import now
from bookshop.errors import Conflict, NotFound
from bookshop.imports.models import Import, ImportState
from bookshop.messages import CatalogueUploaded, ImportApproved, ImportUndoAsked
from bookshop.translations import N_, say

_COUNTS = ("rows", "accepted", "rejected", "new", "changed", "unchanged")
_A_BLOCK = 1 << 20


class NoSuchImport(NotFound):
    text = N_("There is no such import, or it is not yours.")


class NotToBeApplied(Conflict):
    text = N_("This import cannot be applied: it is “%(state)s”.")


class NotToBeCancelled(Conflict):
    text = N_("This import cannot be cancelled any more: it is “%(state)s”.")


class NotToBeUndone(Conflict):
    text = N_("Only an import that was applied can be undone; this one is “%(state)s”.")


@dataclass(frozen=True)
class Kept:
    """A file on disk, whole."""

    path: Path
    size: int  # bytes
    sha256: str


@dataclass
class Checked:
    """What reading and validating a file found. `refused` is set when it is no catalogue."""

    format: str = ""
    encoding: str = ""
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, Any] | None = None


def keep(stream: IO[bytes], folder: Path) -> Kept:
    """Write an upload to disk, block by block; it is there under its name only when whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid4().hex
    part = path.with_suffix(".part")
    size, digest = 0, hashlib.sha256()
    try:
        with part.open("wb") as file:
            while block := stream.read(_A_BLOCK):
                file.write(block)
                digest.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return Kept(path, size, digest.hexdigest())


def receive(
    session: Session,
    seller_id: int,
    filename: str,
    kept: Kept,
    *,
    apply_at_once: bool = False,
    withdraw_missing: bool = False,
) -> Import:
    """A worker will check it, and apply it too if that was asked."""
    received = note(
        session,
        seller_id,
        filename,
        kept,
        apply_at_once=apply_at_once,
        withdraw_missing=withdraw_missing,
    )
    outbox.announce(session, CatalogueUploaded(received.id))
    return received


def note(
    session: Session,
    seller_id: int,
    filename: str,
    kept: Kept,
    *,
    apply_at_once: bool = False,
    withdraw_missing: bool = False,
) -> Import:
    """An import that somebody is about to check himself: the command line."""
    noted = Import(
        seller_id=seller_id,
        filename=Path(filename).name[:200] or "catalogue",
        path=kept.path.name,
        size=kept.size,
        apply_at_once=apply_at_once,
        withdraw_missing=withdraw_missing,
    )
    session.add(noted)
    session.flush()
    return noted


def get(session: Session, import_id: int, seller_id: int) -> Import:
    found = session.get(Import, import_id)
    if found is None or found.seller_id != seller_id:
        raise NoSuchImport
    return found


def history(session: Session, seller_id: int, limit: int = 50) -> Sequence[Import]:
    """Newest first."""
    query = select(Import).where(Import.seller_id == seller_id)
    return session.scalars(query.order_by(Import.id.desc()).limit(limit)).all()


def approve(
    session: Session, import_id: int, seller_id: int, *, withdraw_missing: bool = False
) -> Import:
    """Apply what the preview showed. Pressed twice, it is applied once."""
    found = locked(session, import_id, seller_id)
    if found.state in (ImportState.APPLYING, ImportState.APPLIED):
        return found
    if found.state is not ImportState.PREVIEW:
        raise NotToBeApplied(state=found.state.value)
    begin_applying(found, withdraw_missing=withdraw_missing)
    outbox.announce(session, ImportApproved(import_id))
    return found


def cancel(session: Session, import_id: int, seller_id: int) -> Import:
    found = locked(session, import_id, seller_id)
    if found.state in (ImportState.RECEIVED, ImportState.CHECKING, ImportState.PREVIEW):
        found.state, found.ended_at = ImportState.CANCELLED, now()
    elif found.state is not ImportState.CANCELLED:
        raise NotToBeCancelled(state=found.state.value)
    return found


def undo(session: Session, import_id: int, seller_id: int) -> Import:
    """Ask for everything it changed to be put back (see undoing)."""
    found = locked(session, import_id, seller_id)
    if found.state is ImportState.APPLIED:
        outbox.announce(session, ImportUndoAsked(import_id))
    elif found.state is not ImportState.UNDONE:
        raise NotToBeUndone(state=found.state.value)
    return found


def begin_applying(found: Import, *, withdraw_missing: bool) -> None:
    found.state = ImportState.APPLYING
    found.withdraw_missing = withdraw_missing
    found.new = found.changed = found.unchanged = found.applied_records = 0


def checked(session: Session, import_id: int, found: Checked) -> None:
    """The file has been read: show what would happen, or go on at once if that was asked."""
    checking = session.get_one(Import, import_id, with_for_update=True)
    if checking.state is not ImportState.CHECKING:
        return  # cancelled meanwhile, or heard before
    for name in (*_COUNTS, "missing", "format", "encoding", "problems", "warnings", "refused"):
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
    if found.state is ImportState.APPLYING:
        found.state, found.ended_at = ImportState.APPLIED, now()


def undone(session: Session, import_id: int) -> None:
    found = session.get_one(Import, import_id, with_for_update=True)
    if found.state is ImportState.APPLIED:
        found.state = ImportState.UNDONE


def report(found: Import, language: str) -> dict[str, Any]:
    """What every door shows of an import; before it is applied the counts say what would be."""
    done = found.state in (ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE)
    vanishing = found.missing if found.withdraw_missing else 0
    return {
        "id": found.id,
        "state": found.state.value,
        "filename": found.filename,
        "format": found.format,
        "encoding": found.encoding,
        **{name: getattr(found, name) for name in _COUNTS},
        "withdrawn": found.withdrawn if done else vanishing,
        "missing": found.missing,
        "problems": [_told(problem, language) for problem in found.problems],
        "warnings": [_told(warning, language) for warning in found.warnings],
        "refused": found.refused and _refusal(found.refused, language),
    }


def forget_files(session: Session, uploads: Path, before: datetime) -> None:
    """The originals are kept for a while, the history for good."""
    query = select(Import).where(Import.uploaded_at < before, Import.path != "")
    for old in session.scalars(query.limit(1000)):
        (uploads / old.path).unlink(missing_ok=True)
        old.path = ""


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


def _refusal(refused: dict[str, Any], language: str) -> dict[str, str]:
    text, params = refused["text"], refused["params"]
    return {"code": refused["code"], "message": say(language, text, **params)}
