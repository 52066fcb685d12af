"""An import from the command line: the same steps as an upload, one after the other, here."""

from pathlib import Path
from typing import Any

from bookshop.database import Database
from bookshop.errors import NotFound
from bookshop.imports import applying, service
from bookshop.imports.models import Import, ImportState
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
    withdraw_missing: bool,
    language: str,
) -> dict[str, Any]:
    """The report of the import. A dry run leaves nothing behind."""
    seller_id = _seller(database, login)
    if not file.is_file():
        raise NoSuchFile(path=file)
    with file.open("rb") as stream:
        kept = service.keep(stream, settings.uploads)
    with database.transaction() as session:
        noted = service.note(session, seller_id, file.name, kept, withdraw_missing=withdraw_missing)
    found = applying.check(database, settings.uploads, noted.id, _go_on)
    with database.transaction() as session:
        service.checked(session, noted.id, found)
        checked = service.locked(session, noted.id, seller_id)
        if checked.state is ImportState.PREVIEW and dry_run:
            service.cancel(session, noted.id, seller_id)
        elif checked.state is ImportState.PREVIEW:
            # Announced as well: if this process dies, a worker goes on.
            service.approve(session, noted.id, seller_id, withdraw_missing=withdraw_missing)
    if not dry_run:
        applying.apply(database, settings.uploads, noted.id, _go_on)
    with database.transaction() as session:
        service.applied(session, noted.id)
        done = session.get_one(Import, noted.id)
        report = service.report(done, language)
        if dry_run:
            session.delete(done)
    if dry_run:
        kept.path.unlink(missing_ok=True)
    return report


def _seller(database: Database, login: str) -> int:
    with database.reading() as session:
        user = users.find(session, login)
        if user is None or user.shop is None:
            raise NoSuchSeller(login=login)
        return user.id


def _go_on() -> None:
    """Nobody waits for a command line."""
