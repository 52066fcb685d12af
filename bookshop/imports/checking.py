"""Read a catalogue to its end and say what it would do. The shop is not changed."""

import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa

from bookshop.database import Database
from bookshop.imports import incoming, mistaken, planning, withdrawals
from bookshop.imports.columns import form_of, is_reason
from bookshop.imports.downloads import REFUSED
from bookshop.imports.findings import Checked, Told
from bookshop.imports.models import ColumnMapping, Import, ImportState
from bookshop.imports.problems import (
    WHOLE_FILE,
    WHOLE_ROW,
    Fault,
    MissingColumns,
    NotACatalogue,
    Problem,
)
from bookshop.imports.reading import Reading, read
from bookshop.imports.reading.detect import Format
from bookshop.imports.refusing import write_refused
from bookshop.imports.service import WOULD_EMPTY
from bookshop.imports.staged import Staged, Writing
from bookshop.imports.uploads import Upload
from bookshop.imports.validation import Result, Seen, validate
from bookshop.money import Money, as_decimal
from bookshop.translations import N_

StillAtIt = Callable[[], None]
NEW_SHOWN, CHANGED_SHOWN, MISSING_SHOWN = 20, 200, 100
_A_MOMENT = 0.5  # seconds between two notes of how far it has come
_FEW_LEFT = 0.5  # of the offers on sale: a file that names fewer may not be the whole catalogue
_SOME_ON_SALE = 5  # with fewer, that is how anybody begins


class UploadLost(NotACatalogue):
    text = N_("The uploaded file is no longer on the disk: upload it again.")


class Stopped(Exception):
    """The import was cancelled while it was read, or another check of it has begun."""


def check(database: Database, uploads: Path, import_id: int, still_at_it: StillAtIt) -> Checked:
    """What the file holds and what applying it would change, which is kept beside it."""
    importing = _start(database, import_id)
    if importing is None:
        return Checked()
    found = _found(database, uploads, importing, still_at_it)
    found.checked_as = importing.checked_as
    return found


def _found(database: Database, uploads: Path, importing: Import, still_at_it: StillAtIt) -> Checked:
    upload = Upload(uploads / importing.path, importing.checked_as)
    try:
        return _Checking(database, upload, importing, still_at_it).check()
    except MissingColumns as refusal:
        columns = {"header": refusal.header, "samples": refusal.samples, "read_as": refusal.known}
        return Checked(refused=_as_kept(refusal), columns=columns)
    except NotACatalogue as refusal:
        return Checked(refused=_as_kept(refusal))
    except FileNotFoundError:
        if importing.path and (uploads / importing.path).exists():
            raise
        return Checked(refused=_as_kept(UploadLost()))
    except Stopped:
        return Checked()


def _start(database: Database, import_id: int) -> Import | None:
    with database.transaction() as session:
        importing = session.get_one(Import, import_id, with_for_update=True)
        if importing.state not in (ImportState.RECEIVED, ImportState.CHECKING):
            return None
        importing.state = ImportState.CHECKING
        importing.checked_as = uuid4().hex  # a check that was begun before counts no more
        importing.rows = importing.progress = 0
    return importing


class _Checking:
    def __init__(
        self, database: Database, upload: Upload, importing: Import, still_at_it: StillAtIt
    ) -> None:
        self._database, self._importing, self._upload = database, importing, upload
        self._still_at_it = still_at_it
        self._problems, self._warnings = Told(), Told()
        self._found = Checked(preview={"new": [], "changed": [], "missing": []})
        self._named = array("q")  # ids of the seller's offers that the file is about
        self._gone_alone = 0  # records that only say of an offer that it is gone
        self._noted_at = time.monotonic()
        with database.reading() as session:
            self._is_seller = planning.sells_anything(session, importing.seller_id)
            # As it is now: what another import adds meanwhile is not missing from this file.
            on_sale = planning.on_sale(session, importing.seller_id)
            self._may_mistake = mistaken.others_tell_of_books(session, importing.seller_id)
            self._on_sale = np.array(on_sale, dtype=np.int64)

    def check(self) -> Checked:
        found, staged = self._found, Staged(self._upload)
        reading, mapping = self._open()
        found.format, found.encoding = reading.format, reading.encoding
        if reading.header:
            found.columns = {
                "header": reading.header,
                "samples": reading.samples,
                "read_as": reading.read_as,
            }
        seen = Seen()
        with staged.writing() as writing:
            for chunk in reading.chunks:
                result = validate(self._completed(chunk, reading.format), seen)
                self._tell(writing, reading, result)
                found.accepted += len(result.accepted)
                self._look_for_mistaken(result.accepted)
                self._compare(writing.add_records(result.accepted), result)
                self._note_progress(reading.progress())
            self._tell(writing, reading, None)
        found.is_whole = self._is_meant_as_all(reading)
        staged.keep_missing(self._look_for_missing())
        self._keep_what_was_told()
        if found.rejected:
            write_refused(self._database, self._importing, self._upload, mapping)
        return found

    def _open(self) -> tuple[Reading, dict[str, str] | None]:
        """With the columns as this seller called them for a file of this form before."""
        importing = self._importing
        if importing.mapping is not None:
            return self._read(importing.mapping), importing.mapping
        reading, refusal = None, None
        try:
            reading = self._read(None)
            header = reading.header
        except MissingColumns as missing:
            refusal, header = missing, missing.header
        with self._database.reading() as session:
            known = session.get(ColumnMapping, (importing.seller_id, form_of(header)))
        if known:
            if reading:
                reading.close()
            return self._read(known.mapping), known.mapping
        if reading is None:
            raise refusal or UploadLost()
        return reading, None

    def _read(self, mapping: dict[str, str] | None) -> Reading:
        return read(self._upload.original, mapping, self._importing.default_stock)

    def _completed(self, chunk: pd.DataFrame, format: Format) -> pd.DataFrame:
        if format not in withdrawals.FORMATS:
            return chunk
        gone = withdrawals.told_alone(chunk)
        if not gone.any():
            return chunk
        self._gone_alone += int(gone.sum())
        with self._database.reading() as session:
            chunk, warnings = withdrawals.completed(session, self._importing, chunk, gone)
        for warning in warnings:
            self._warnings.add(warning)
        return chunk

    def _tell(self, writing: Writing, reading: Reading, result: Result | None) -> None:
        """In the order of the file, whoever found it: the reader or the rules."""
        problems = [*reading.take_problems(), *(result.problems if result else ())]
        for problem in sorted(problems, key=lambda problem: problem.record):
            writing.add_problem(self._problems.add(problem))
        warnings = [*reading.take_warnings(), *(result.warnings if result else ())]
        for warning in sorted(warnings, key=lambda warning: warning.record):
            self._warnings.add(warning)
        self._found.rejected += len({problem.record for problem in problems})
        self._found.rows = self._found.accepted + self._found.rejected

    def _compare(self, records: pa.RecordBatch, result: Result) -> None:
        found, preview = self._found, self._found.preview
        if not self._is_seller:
            found.new += len(records)
            room = NEW_SHOWN - len(preview["new"])
            preview["new"] += map(_as_new, records[:room].to_pylist())
            return
        with self._database.reading() as session:
            incoming.load(session, records)
            planning.match(session, self._importing)
            counts = planning.counts(session)
            self._named.extend(planning.offers_named(session))
            self._named.extend(planning.offers_meant(session, self._importing, result.refused))
            if counts.new and len(preview["new"]) < NEW_SHOWN:
                room = NEW_SHOWN - len(preview["new"])
                preview["new"] += planning.samples(session, room, new=True)
            if counts.changed:
                room = CHANGED_SHOWN - len(preview["changed"])
                preview["changed"] += planning.samples(session, room, new=False)
                for line, record, before, after in planning.price_jumps(session):
                    self._warnings.add(_jump(line, record, Money(before), Money(after)))
        found.new += counts.new
        found.changed += counts.changed
        found.unchanged += counts.unchanged

    def _look_for_mistaken(self, accepted: pd.DataFrame) -> None:
        if not self._may_mistake:
            return
        with self._database.reading() as session:
            for warning in mistaken.warnings(session, self._importing.seller_id, accepted):
                self._warnings.add(warning)

    def _note_progress(self, progress: float) -> None:
        self._still_at_it()
        if time.monotonic() - self._noted_at < _A_MOMENT:
            return
        with self._database.transaction() as session:
            checking = session.get_one(Import, self._importing.id, with_for_update=True)
            if (checking.state, checking.checked_as) != (
                ImportState.CHECKING,
                self._importing.checked_as,
            ):
                raise Stopped
            checking.rows, checking.progress = self._found.rows, int(1000 * progress)
        self._noted_at = time.monotonic()

    def _look_for_missing(self) -> Any:
        """What of the seller's is on sale and not in the file."""
        on_sale = self._on_sale
        with self._database.reading() as session:
            missing = np.setdiff1d(on_sale, np.frombuffer(self._named, dtype=np.int64))
            some = planning.shown(session, missing[:MISSING_SHOWN].tolist())
        self._found.missing, self._found.preview["missing"] = len(missing), some
        few = len(on_sale) - len(missing) < _FEW_LEFT * len(on_sale)
        if few and len(on_sale) >= _SOME_ON_SALE and self._found.is_whole:
            self._warnings.add(_about_the_file(_would_empty(len(missing), len(on_sale))))
        return missing

    def _is_meant_as_all(self, reading: Reading) -> bool:
        """Not so what is broken off, tells of changes alone, or sends refused records again."""
        is_sent_again = any(map(is_reason, reading.header)) or self._importing.filename.startswith(
            REFUSED
        )
        tells_changes = 2 * self._gone_alone > self._found.rows  # a few are what is sold out
        return not (reading.cut_short or tells_changes or is_sent_again)

    def _keep_what_was_told(self) -> None:
        found = self._found
        found.rows = found.accepted + found.rejected
        found.problems, found.problem_counts = self._problems.first, dict(self._problems.counts)
        found.warnings, found.warning_counts = self._warnings.first, dict(self._warnings.counts)


def _would_empty(missing: int, on_sale: int) -> Fault:
    text = N_(
        "Of your %(on_sale)d offers on sale %(missing)d are not in this file. "
        "Is it the whole catalogue?"
    )
    return Fault(WOULD_EMPTY, text, {"on_sale": on_sale, "missing": missing}, rejects=False)


def _about_the_file(fault: Fault) -> Problem:
    return Problem.of(fault, 0, WHOLE_FILE, WHOLE_ROW, "")


def _as_new(told: dict[str, Any]) -> dict[str, Any]:
    """As planning.samples has it."""
    shown = {name: told[name] for name in ("line", "title", "authors", "isbn13", "price")}
    before = {
        "price_before": None,
        "on_hand_before": None,
        "on_sale_before": None,
        "title_before": None,
    }
    return {**shown, **before, "on_hand": told["stock"]}


def _jump(line: int, record: int, before: Money, after: Money) -> Problem:
    text = N_(
        "The price was %(before)s and becomes %(after)s: is a digit or the point in its place?"
    )
    params = {"before": as_decimal(before), "after": as_decimal(after)}
    fault = Fault("price_jump", text, params, rejects=False)
    return Problem.of(fault, line, record, "price", as_decimal(after))


def _as_kept(refusal: NotACatalogue) -> dict[str, Any]:
    return {"code": refusal.code, "text": refusal.text, "params": refusal.params}
