"""Puts the sandbox together as a Flask application."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from billing_sandbox import faults
from billing_sandbox.api import api, database
from billing_sandbox.database import Database
from billing_sandbox.openapi import DESCRIPTION
from billing_sandbox.pages import pages
from billing_sandbox.problems import Problem, tell
from billing_sandbox.reading import Fields

LARGEST_BODY = 64 * 1024


def create_app(database: Database, public_url: str) -> Flask:
    """`public_url` is where customers reach the pay pages."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PUBLIC_URL=public_url.rstrip("/"))
    app.extensions["database"] = database
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(api)
    app.register_blueprint(pages)
    app.add_url_rule("/health", view_func=health)
    app.add_url_rule("/openapi.json", view_func=description)
    app.add_url_rule("/faults", view_func=show_faults)
    app.add_url_rule("/faults", view_func=change_faults, methods=["POST"])
    app.register_error_handler(Problem, tell)
    app.register_error_handler(HTTPException, tell_of_http)
    app.after_request(protect)
    return app


def health() -> Response:
    database().reading().execute("SELECT 1")
    return jsonify({"status": "ok"})


def description() -> Response:
    return jsonify(DESCRIPTION)


def show_faults() -> Response:
    return jsonify(faults.current(database().reading()).as_json())


def change_faults() -> Response:
    wanted = Fields(request).all
    with database().writing() as connection:
        changed = faults.change(connection, wanted)
    return jsonify(changed.as_json())


def tell_of_http(error: HTTPException) -> Response:
    """Flask's own refusals (no such page, method not allowed, an unforeseen failure) look alike."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = tell(Problem(error.description or status.phrase, status=status))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
