"""An import from the command line: the same steps as an upload, one after the other, here."""

from pathlib import Path
from typing import Any, Unpack

from bookshop.database import Database
from bookshop.errors import NotFound
from bookshop.imports import applying, checking, service
from bookshop.imports.mapping import check_mapping
from bookshop.imports.models import Door, Import, ImportState
from bookshop.imports.problems import MissingColumns
from bookshop.imports.reading import read
from bookshop.imports.service import Wishes
from bookshop.imports.uploads import Upload, keep
from bookshop.settings import Settings
from bookshop.translations import N_
from bookshop.users import service as users


class NoSuchFile(NotFound):
    text = N_("There is no file %(path)s.")


class NoSuchSeller(NotFound):
    text = N_("There is no seller with the login %(login)s.")


def run(
    settings: Settings,
    database: Database,
    file: Path,
    login: str,
    *,
    dry_run: bool,
    language: str,
    **wishes: Unpack[Wishes],
) -> dict[str, Any]:
    """The report of the import. A dry run leaves nothing behind."""
    seller_id = seller_called(database, login)
    if not file.is_file():
        raise NoSuchFile(path=file)
    if mapping := wishes.get("mapping"):
        check_mapping(mapping, _header(file))
    with file.open("rb") as stream:
        kept = keep(stream, settings.uploads)
    with database.transaction() as session:
        noted = service.note(session, seller_id, file.name, kept, Door.COMMAND_LINE, **wishes)
    found = checking.check(database, settings.uploads, noted.id, _go_on)
    with database.transaction() as session:
        service.checked(session, noted.id, found)
        checked = service.locked(session, noted.id, seller_id)
        if checked.state is ImportState.PREVIEW and dry_run:
            service.cancel(session, noted.id, seller_id)
        elif checked.state is ImportState.PREVIEW:
            # Announced as well: if this process dies, a worker goes on.
            withdraw = checked.withdraw_missing and checked.is_whole
            service.approve(session, noted.id, seller_id, withdraw_missing=withdraw)
    if not dry_run:
        applying.apply(database, settings.uploads, noted.id, _go_on)
    with database.transaction() as session:
        service.applied(session, noted.id)
        done = session.get_one(Import, noted.id)
        report = service.report(done, language)
        if dry_run:
            session.delete(done)
    if dry_run:
        Upload(kept.path).forget()
    return report


def seller_called(database: Database, login: str) -> int:
    with database.reading() as session:
        user = users.find(session, login)
        if user is None or user.shop is None:
            raise NoSuchSeller(login=login)
        return user.id


def _header(file: Path) -> list[str]:
    try:
        reading = read(file)
    except MissingColumns as missing:
        return missing.header
    reading.close()
    return reading.header


def _go_on() -> None:
    """Nobody waits for a command line."""
