"""Put checked records on the shelf, some thousand at a time.

Each chunk is one short transaction and says how far it came; after a death the rest follows.
"""

from collections.abc import Callable
from pathlib import Path

from bookshop.database import Database
from bookshop.imports import incoming, shelving
from bookshop.imports.findings import as_kept
from bookshop.imports.models import Import, ImportState
from bookshop.imports.problems import WHOLE_FILE, WHOLE_ROW, Fault, Problem
from bookshop.imports.service import CUT_OFF
from bookshop.imports.staged import LostRecords, Staged
from bookshop.imports.uploads import Upload
from bookshop.translations import N_

StillAtIt = Callable[[], None]
AT_ONCE = 4_000  # records a transaction: the till waits at most for one

_CUT_OFF = Fault(
    CUT_OFF,
    N_("What was read of the file is no longer on the disk, so it was not applied to its end."),
    rejects=False,
)


def apply(database: Database, uploads: Path, import_id: int, still_at_it: StillAtIt) -> None:
    """Do what the preview showed, from where an earlier try was cut off."""
    with database.reading() as session:
        importing = session.get_one(Import, import_id)
    if importing.state is not ImportState.APPLYING:
        return
    staged = Staged(Upload(uploads / importing.path, importing.checked_as))
    try:
        _put_on_the_shelf(database, importing, staged, still_at_it)
        if importing.withdraw_missing:
            _withdraw_missing(database, importing, staged, still_at_it)
    except LostRecords:
        with database.transaction() as session:
            locked = session.get_one(Import, import_id, with_for_update=True)
            if locked.state is not ImportState.APPLYING:
                return
            told = as_kept(Problem.of(_CUT_OFF, 0, WHOLE_FILE, WHOLE_ROW, ""))
            locked.warnings = [*locked.warnings, told]
            locked.warning_counts = {**locked.warning_counts, _CUT_OFF.code: 1}


def _put_on_the_shelf(
    database: Database, importing: Import, staged: Staged, still_at_it: StillAtIt
) -> None:
    """Until all of them are, whoever puts them there: another process may be at it as well."""
    applied = importing.applied_records
    while applied < importing.accepted:
        applied = _go_on_from(applied, database, importing, staged, still_at_it)


def _go_on_from(
    applied: int, database: Database, importing: Import, staged: Staged, still_at_it: StillAtIt
) -> int:
    """How many records are on the shelf then: all, or as many as another process has put there."""
    for records in staged.records(applied, AT_ONCE):
        with database.transaction() as session:
            locked = session.get_one(Import, importing.id, with_for_update=True)
            if locked.state is not ImportState.APPLYING:
                return locked.accepted
            if locked.applied_records != applied:
                return locked.applied_records
            incoming.load(session, records)
            done = shelving.shelve(session, locked)
            locked.new += done.new
            locked.changed += done.changed
            locked.unchanged += done.unchanged
            locked.applied_records = applied = applied + len(records)
            locked.progress = 1000 * applied // locked.accepted
        still_at_it()
    if applied < importing.accepted:
        raise LostRecords
    return applied


def _withdraw_missing(
    database: Database, importing: Import, staged: Staged, still_at_it: StillAtIt
) -> None:
    gone = staged.missing()
    for start in range(0, len(gone), AT_ONCE):
        with database.transaction() as session:
            locked = session.get_one(Import, importing.id, with_for_update=True)
            if locked.state is not ImportState.APPLYING:
                return
            locked.withdrawn += shelving.withdraw(session, locked, gone[start : start + AT_ONCE])
        still_at_it()
