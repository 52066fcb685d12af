"""What programs look for at known addresses: robots.txt, the search description, the icon."""

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from webshop import context

PRIVATE = ("/basket", "/checkout", "/orders", "/account", "/language/", "/operator", "/seller")

pages = Blueprint("robots", __name__)


@pages.get("/robots.txt")
def robots() -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), ""]
    return Response("\n".join(lines), mimetype="text/plain")


@pages.get("/opensearch.xml")
def opensearch() -> Response:
    body = render_template("opensearch.xml", public_url=context.settings().public_url)
    return Response(body, mimetype="application/opensearchdescription+xml")


@pages.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    return current_app.send_static_file("favicon.svg")
