"""The REST API: the same shop for programs, under /api/v1."""

from flask import Flask

from webshop import monitoring
from webshop.api import (
    basket,
    billing,
    books,
    docs,
    orders,
    seller,
    seller_files,
    seller_imports,
    sessions,
    users,
)
from webshop.api.description import Description
from webshop.api.problems import show_http_error, show_shop_error
from webshop.api.resource import PREFIX
from webshop.errors import explain_to_programs

RESOURCES = (
    users.resource,
    users.own,
    sessions.resource,
    books.resource,
    basket.resource,
    orders.resource,
    seller_imports.resource,
    seller_files.resource,
    seller.resource,
    billing.resource,
)


def set_up(app: Flask) -> None:
    app.config.update(
        API_TITLE="Bookshop",
        API_VERSION="1.0.0",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # facets come most first
    explain_to_programs(app, show_shop_error, show_http_error)
    description = Description(app)
    for resource in RESOURCES:
        description.register_blueprint(resource)
    docs.set_up(app, description)
    app.register_blueprint(monitoring.pages, name="api-monitoring", url_prefix=PREFIX)
