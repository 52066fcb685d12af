"""The OpenAPI description, made by flask-smorest out of the views and their schemas."""

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from werkzeug.routing import BaseConverter

from webshop.api.fields import Amount
from webshop.api.problems import ProblemSchema

ABOUT = """\
The bookshop for programs. Money is a decimal string beside a currency: "1234.50", "RUB".

Sign in with POST /auth/login and send the token as Authorization: Bearer TOKEN, or let your
client keep the cookie. Errors are problems (RFC 9457): code is the same in every language,
detail speaks that of Accept-Language (ru, en). A POST that creates something takes an
Idempotency-Key: repeat it with the same key after a lost answer, and it is done once.
"""
WAYS_TO_SIGN_IN = {
    "token": {"type": "http", "scheme": "bearer"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "bookshop_session"},
}
ANY_OF_THEM: list[dict[str, list[str]]] = [{"token": []}, {"cookie": []}, {}]


class Description(Api):  # type: ignore[misc]
    """Describes errors too, but leaves showing them to webshop.api.problems."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"info": {"description": ABOUT}, "security": ANY_OF_THEM})
        self.register_converter(app.url_map.converters["id"], _as_schema)
        self.register_field(Amount, "string", None)
        for name, way in WAYS_TO_SIGN_IN.items():
            self.spec.components.security_scheme(name, way)

    def _register_error_handlers(self) -> None:
        """Its own would answer the pages' errors too."""

    def _register_responses(self) -> None:
        """Every error is described by the one schema of a problem."""
        names = {status.name: status.phrase for status in HTTPStatus if status >= 400}
        for name, phrase in (names | {"DEFAULT_ERROR": "Something else went wrong"}).items():
            response: dict[str, Any] = {"description": phrase, "schema": self.ERROR_SCHEMA}
            prepare_response(response, self.spec, "application/problem+json")
            self.spec.components.response(name, response, lazy=True)


def _as_schema(_converter: BaseConverter) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1}
