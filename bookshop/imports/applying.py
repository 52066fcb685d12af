"""Read a catalogue, say what it would do, and do it: a few thousand records at a time.

Each chunk is one short transaction and says how far it came; after a death the rest follows.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bookshop.database import Database
from bookshop.imports import shelving
from bookshop.imports.models import Import, ImportState
from bookshop.imports.planning import Plan, Record, missing, plan, price_jumps
from bookshop.imports.problems import Fault, NotACatalogue, Problem
from bookshop.imports.reading import Reading, read
from bookshop.imports.service import Checked
from bookshop.imports.validation import Seen, validate
from bookshop.money import as_decimal
from bookshop.translations import N_

StillAtIt = Callable[[], None]
AT_ONCE = 2_000  # records a transaction: the till waits at most for one


def check(database: Database, uploads: Path, import_id: int, still_at_it: StillAtIt) -> Checked:
    """What the file holds and what applying it would change. Changes nothing but the state."""
    importing = _start_checking(database, import_id)
    if importing is None:
        return Checked()
    found = Checked()
    try:
        _check_file(database, uploads, importing, found, still_at_it)
    except NotACatalogue as refusal:
        return Checked(refused=_refusal(refusal))
    except FileNotFoundError:
        return Checked(refused=_refusal(UploadLost()))
    return found


class UploadLost(NotACatalogue):
    text = N_("The uploaded file is no longer on the disk: upload it again.")


def apply(database: Database, uploads: Path, import_id: int, still_at_it: StillAtIt) -> None:
    """Put the file's books on the shelf, from where an earlier try was cut off."""
    with database.reading() as session:
        importing = session.get_one(Import, import_id)
    if importing.state is not ImportState.APPLYING:
        return
    seen: set[int] = set()
    reading = read(uploads / importing.path)
    for records in _accepted(reading, Checked()):
        with database.transaction() as session:
            locked = session.get_one(Import, import_id, with_for_update=True)
            if locked.state is not ImportState.APPLYING:
                return
            made = plan(session, locked, records, to_apply=True)
            if records[-1].record > locked.applied_records:
                _count(locked, made)  # before the offers are as the plan wants them
                seen.update(shelving.shelve(session, locked, made))
                locked.applied_records = int(records[-1].record)
            seen.update(made.offer_ids)
        still_at_it()
    if importing.withdraw_missing and seen:
        _withdraw_missing(database, importing, seen, still_at_it)


def _start_checking(database: Database, import_id: int) -> Import | None:
    with database.transaction() as session:
        importing = session.get_one(Import, import_id, with_for_update=True)
        if importing.state not in (ImportState.RECEIVED, ImportState.CHECKING):
            return None
        importing.state = ImportState.CHECKING
        importing.rows = 0
    return importing


def _check_file(
    database: Database,
    uploads: Path,
    importing: Import,
    found: Checked,
    still_at_it: StillAtIt,
) -> None:
    seen: set[int] = set()
    reading = read(uploads / importing.path)
    found.format, found.encoding = reading.format, reading.encoding
    for records in _accepted(reading, found):
        with database.reading() as session:
            made = plan(session, importing, records)
        seen.update(made.offer_ids)
        found.new += made.new
        found.changed += made.changed
        found.unchanged += made.unchanged
        found.warnings += [_as_kept(_jump(*jump)) for jump in price_jumps(made)]
        still_at_it()
    with database.reading() as session:
        found.missing = len(missing(session, importing.seller_id, seen))


def _accepted(reading: Reading, found: Checked) -> Iterator[Sequence[Record]]:
    """The good records, some thousand at a time; what is wrong is added to `found`."""
    duplicates = Seen()
    for chunk in reading.chunks:
        result = validate(chunk, duplicates)
        found.problems += map(_as_kept, result.problems)
        found.warnings += map(_as_kept, result.warnings)
        records = list(result.accepted.itertuples(index=False))
        found.accepted += len(records)
        for start in range(0, len(records), AT_ONCE):
            yield records[start : start + AT_ONCE]
    found.problems = [*map(_as_kept, reading.problems), *found.problems]
    found.problems.sort(key=lambda problem: (problem["line"], problem["record"]))
    found.warnings = [*map(_as_kept, reading.warnings), *found.warnings]
    found.rejected = len({problem["record"] for problem in found.problems})
    found.rows = found.accepted + found.rejected


def _withdraw_missing(
    database: Database, importing: Import, seen: set[int], still_at_it: StillAtIt
) -> None:
    with database.reading() as session:
        gone = missing(session, importing.seller_id, seen)
    for start in range(0, len(gone), AT_ONCE):
        with database.transaction() as session:
            locked = session.get_one(Import, importing.id, with_for_update=True)
            locked.withdrawn += shelving.withdraw(session, locked, gone[start : start + AT_ONCE])
        still_at_it()


def _count(importing: Import, made: Plan) -> None:
    importing.new += made.new
    importing.changed += made.changed
    importing.unchanged += made.unchanged


_JUMP = Fault(
    "price_jump",
    N_("The price was %(before)s and becomes %(after)s: is a digit or the point in its place?"),
    rejects=False,
)


def _jump(record: Record, before: Any) -> Problem:
    params = {"before": as_decimal(before), "after": as_decimal(record.price)}
    fault = Fault(_JUMP.code, _JUMP.text, params, rejects=False)
    return Problem.of(
        fault, int(record.line), int(record.record), "price", as_decimal(record.price)
    )


def _as_kept(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "record": problem.record,
        "field": problem.field,
        "code": problem.code,
        "value": problem.value,
        "text": problem.text,
        "params": dict(problem.params),
    }


def _refusal(refusal: NotACatalogue) -> dict[str, Any]:
    return {"code": refusal.code, "text": refusal.text, "params": refusal.params}
