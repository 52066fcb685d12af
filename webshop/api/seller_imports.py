"""A seller's catalogues: upload one, see what it would change, apply it, take it back."""

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from bookshop.imports import history
from bookshop.imports import service as imports
from bookshop.imports.history import PastImport
from bookshop.imports.models import Door
from bookshop.imports.uploads import keep
from webshop import context
from webshop.api import asking
from webshop.api.answers import ImportInList, ImportSchema, Received
from webshop.api.asked import ApplyOptions, Catalogue, ColumnNames, Paging, UploadOptions
from webshop.api.once import Repeatable, once
from webshop.api.problems import readers_language
from webshop.api.resource import Resource

LARGEST_CATALOGUE = 2 * 1024 * 1024 * 1024  # goes to the disk in pieces, never into memory

resource = Resource(
    "imports", "A seller's catalogues", only=asking.seller, largest_body=LARGEST_CATALOGUE
)


@resource.route("/seller/imports", "POST")
@resource.takes(UploadOptions, "query")
@resource.takes(Catalogue, "files")
@resource.takes(Repeatable, "headers")
@resource.answers(202, Received)
def upload(
    options: dict[str, Any], parts: dict[str, FileStorage], headers: dict[str, str]
) -> Response:
    """Upload a catalogue: CSV, Yandex YML, YAML or ONIX 3, also as zip or gz, up to 2 GB.

    It is read in the background.
    """
    seller, file = asking.seller(), parts["file"]
    kept = keep(file.stream, context.settings().uploads)
    name = (file.filename or "").replace("\0", "")
    is_new = False

    def receive(session: Session) -> dict[str, Any]:
        nonlocal is_new
        is_new = True
        received = imports.receive(
            session,
            seller.id,
            name,
            kept,
            apply_at_once=options["apply"],
            withdraw_missing=options["withdraw_missing"],
            default_stock=options["default_stock"],
            door=Door.API,
        )
        return {"id": received.id, "state": received.state.value}

    try:
        answer = once(headers, f"user {seller.id}", [name, kept.sha256, options], receive)
    finally:
        if not is_new:  # a repeat: the first one's file is there
            kept.path.unlink()
    response = jsonify(answer)
    response.status_code = 202
    response.location = url_for("api-imports.look", import_id=answer["id"], _external=True)
    return response


@resource.route("/seller/imports")
@resource.takes(Paging, "query")
@resource.answers(200, ImportInList(many=True))
def mine(asked: dict[str, int]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Your catalogues, newest first; the header X-Total-Count says how many there are."""
    page = history.of_seller(context.reading(), asking.seller().id, **asked)
    return [_in_list(past) for past in page.imports], {"X-Total-Count": str(page.total)}


@resource.route("/seller/imports/<id:import_id>")
@resource.answers(200, ImportSchema)
def look(import_id: int) -> dict[str, Any]:
    """How far it has come, what it would change or has changed, and what was wrong with it."""
    return _report(context.reading(), import_id)


@resource.route("/seller/imports/<id:import_id>/columns", "POST")
@resource.takes(ColumnNames)
@resource.answers(202, ImportSchema)
def name_columns(named: dict[str, Any], import_id: int) -> dict[str, Any]:
    """Say which column is which; the file is read once more, and so are the next of its form."""
    seller = asking.seller()
    with context.transaction() as session:
        imports.name_columns(session, import_id, seller.id, **named)
        return _report(session, import_id)


@resource.route("/seller/imports/<id:import_id>/apply", "POST")
@resource.takes(ApplyOptions)
@resource.answers(202, ImportSchema)
def apply(options: dict[str, bool], import_id: int) -> dict[str, Any]:
    """The preview is right: change the shop. The answer leaves the preview and problems out."""
    seller = asking.seller()
    with context.transaction() as session:
        chosen = {"withdraw_missing": imports.get(session, import_id, seller.id).withdraw_missing}
        imports.approve(session, import_id, seller.id, **chosen | options)
        return _in_short(session, import_id)


@resource.route("/seller/imports/<id:import_id>/cancel", "POST")
@resource.answers(200, ImportSchema)
def cancel(import_id: int) -> dict[str, Any]:
    """The preview is wrong: change nothing. The answer leaves the preview and problems out."""
    seller = asking.seller()
    with context.transaction() as session:
        imports.cancel(session, import_id, seller.id)
        return _in_short(session, import_id)


@resource.route("/seller/imports/<id:import_id>/undo", "POST")
@resource.answers(202, ImportSchema)
def undo(import_id: int) -> dict[str, Any]:
    """Give every offer it changed its earlier price and copies again.

    The answer leaves the preview and problems out.
    """
    seller = asking.seller()
    with context.transaction() as session:
        imports.undo(session, import_id, seller.id)
        return _in_short(session, import_id)


def _in_list(past: PastImport) -> dict[str, Any]:
    return {
        **asdict(past),
        "is_kept": bool(past.path),
        "uploaded_at": past.uploaded_at.isoformat(),
        "applied_at": past.applied_at and past.applied_at.isoformat(),
        "ended_at": past.ended_at and past.ended_at.isoformat(),
    }


def _report(session: Session, import_id: int) -> dict[str, Any]:
    found = imports.get(session, import_id, asking.seller().id)
    return imports.report(found, readers_language())


def _in_short(session: Session, import_id: int) -> dict[str, Any]:
    """Without what may be long and who asks has seen."""
    report = _report(session, import_id)
    return {name: told for name, told in report.items() if name not in ("preview", "problems")}
