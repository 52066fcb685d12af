"""What a seller may take along: what he uploaded, what of it was refused, and what he sells."""

from flask import Response, send_file, stream_with_context

from bookshop.exports.formats import FORMATS
from bookshop.imports import downloads
from bookshop.imports import service as imports
from bookshop.imports.downloads import Download
from webshop import context
from webshop.api import asking
from webshop.api.asked import ExportOptions
from webshop.api.resource import Resource

resource = Resource("files", "A seller's files", only=asking.seller)


@resource.route("/seller/imports/<id:import_id>/original")
@resource.sends()
def original(import_id: int) -> Response:
    """The file as you uploaded it; it is kept for 90 days."""
    found = imports.get(context.reading(), import_id, asking.seller().id)
    return _sent(downloads.original(found, context.settings().uploads))


@resource.route("/seller/imports/<id:import_id>/refused")
@resource.sends()
def refused(import_id: int) -> Response:
    """The refused records in the file's own format, each with the reason: mend and upload it."""
    found = imports.get(context.reading(), import_id, asking.seller().id)
    return _sent(downloads.refused(found, context.settings().uploads))


@resource.route("/seller/offers/export")
@resource.takes(ExportOptions, "query")
@resource.sends()
def export(asked: dict[str, str]) -> Response:
    """All that you have on sale, written while it is sent. Uploaded again it changes nothing."""
    # What writes catalogues brings pandas along: only a process that exports has it in memory.
    from bookshop.exports import service as exports

    format = FORMATS[asked["format"]]
    content = exports.export(context.reading(), asking.seller().id, format.name)
    return Response(
        stream_with_context(content),
        content_type=format.kind,
        headers={"Content-Disposition": f"attachment; filename={format.filename}"},
    )


def _sent(download: Download) -> Response:
    return send_file(
        download.path,
        mimetype=download.kind,
        as_attachment=True,
        download_name=download.name,
        max_age=0,
    )
