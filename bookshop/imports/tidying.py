"""What imports keep is let go in time; the history stays. No transaction waits for the disk."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, literal, select, tuple_, update

from bookshop.database import Database, now
from bookshop.imports.models import Import, ImportChange
from bookshop.imports.uploads import Upload

AT_ONCE = 5_000
NOBODYS_AFTER = timedelta(days=2)  # an upload takes hours at most


def forget_files(database: Database, uploads: Path, before: datetime) -> None:
    """Originals from before then; what a check kept, once its import has ended; nobody's files."""
    with database.reading() as session:
        kept = session.execute(
            select(
                *(Import.id, Import.path, Import.checked_as, Import.uploaded_at, Import.ended_at)
            ).where(Import.path != "")
        ).all()
    old = [one for one in kept if one.uploaded_at < before]
    for one in old:
        Upload(uploads / one.path).forget()
    for one in kept:
        if one.ended_at:
            Upload(uploads / one.path, one.checked_as).forget_records()
    with database.transaction() as session:
        ids = [one.id for one in old]
        session.execute(update(Import).where(Import.id.in_(ids)).values(path=""))
    _forget_nobodys(uploads, {one.path for one in kept})


def forget_changes(database: Database, before: datetime) -> None:
    """What was there before the imports from before then: they can no longer be undone."""
    of_old = (
        select(ImportChange.import_id, ImportChange.offer_id)
        .join(Import, Import.id == ImportChange.import_id)
        .where(Import.applied_at < before)
        .limit(AT_ONCE)
    )
    these = tuple_(ImportChange.import_id, ImportChange.offer_id).in_(of_old)
    forgotten = True
    while forgotten:
        with database.transaction() as session:
            gone = session.execute(delete(ImportChange).where(these).returning(literal(1)))
            forgotten = gone.first() is not None


def _forget_nobodys(uploads: Path, known: set[str]) -> None:
    """Of uploads that broke off, and of processes that died."""
    if not uploads.is_dir():
        return
    long_ago = (now() - NOBODYS_AFTER).timestamp()
    for entry in os.scandir(uploads):
        name, _, rest = entry.name.partition(".")
        is_half_done = rest.endswith(("part", "unpacked"))
        if (name not in known or is_half_done) and entry.stat().st_mtime < long_ago:
            os.unlink(entry)
