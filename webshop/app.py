"""The Flask shop."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from bookshop.settings import Settings, from_environment
from webshop import api, context, errors, language, monitoring, security, shown, visitor, where
from webshop.pages import (
    about,
    account,
    basket,
    books,
    checkout,
    front,
    languages,
    operator,
    orders,
    robots,
    seller,
)

A_YEAR = 365 * 24 * 60 * 60
LARGEST_FORM = 1024 * 1024
PAGES = (
    front,
    books,
    basket,
    checkout,
    orders,
    account,
    seller,
    operator,
    about,
    languages,
    robots,
    monitoring,
)


class Id(BaseConverter):
    """A number that any database can hold; a longer one names nothing."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value)


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or from_environment()
    app = Flask(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR  # a new version has a new address
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.url_map.converters["id"] = Id
    if settings.production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    for part in (security, context):
        part.set_up(app, settings)
    for part in (visitor, language, shown, where, errors, monitoring):
        part.set_up(app)
    for page in PAGES:
        app.register_blueprint(page.pages)
    operator.mount_queues(app, settings)
    api.set_up(app)
    app.url_defaults(_name_the_version)
    return app


def _name_the_version(endpoint: str, values: dict[str, Any]) -> None:
    """Fonts are named by the stylesheet, which knows no versions: they never change."""
    if endpoint == "static" and not values["filename"].startswith("fonts/"):
        values["v"] = _version(values["filename"])


@cache
def _version(filename: str) -> str | None:
    file = Path(__file__).parent / "static" / filename
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.exists() else None
