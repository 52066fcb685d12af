"""How the API tells what went wrong: RFC 9457, in the reader's language, field by field."""

from collections.abc import Iterator
from typing import Any

import marshmallow as ma
from flask import Response, make_response, request
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from bookshop.errors import Invalid, ShopError
from bookshop.translations import LANGUAGES, N_, say
from webshop.api.fields import SAID
from webshop.errors import problem, status_of
from webshop.language import language

EXPLAINED = {
    400: N_("The request cannot be read: its body must be valid JSON in UTF-8."),
    401: N_("Sign in first: send the session cookie, or Authorization: Bearer with your token."),
    403: N_("This request comes from another site’s page, so it is not carried out."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not do that."),
    413: N_("The body is too large for this address."),
    415: N_("Send the body as application/json (a catalogue as multipart/form-data)."),
    429: N_("Too many tries in a short time. Wait a minute, and go on."),
}


class Misshapen(Invalid):
    """The request does not have the shape that the documentation shows."""

    text = N_("Some of what you sent cannot be used: see “errors”.")

    def __init__(self, messages: Any) -> None:
        super().__init__()
        self.faults = list(_flattened(messages))


class FaultSchema(ma.Schema):
    field = fields.String()
    code = fields.String()
    message = fields.String()


class ProblemSchema(ma.Schema):
    """Only for the documentation: `webshop.errors.problem` writes it."""

    type = fields.String(metadata={"example": "about:blank"})
    title = fields.String(metadata={"example": "Conflict"})
    status = fields.Integer(metadata={"example": 409})
    detail = fields.String(metadata={"description": "In the reader's language"})
    code = fields.String(metadata={"description": "The same in every language"})
    request_id = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
    params = fields.Dict(metadata={"description": "What the detail speaks of"})


def readers_language() -> str:
    """A program says in each request which language it wants; what a person chose comes after."""
    return request.accept_languages.best_match(LANGUAGES) or language()


def show_shop_error(error: ShopError) -> Response:
    said = error.told_in(readers_language())
    return problem(
        status_of(error),
        said,
        error.code,
        errors=_faults_of(error, said),
        params={name: str(value) for name, value in error.params.items()},
    )


def show_http_error(error: HTTPException) -> Response:
    """What the framework refuses: a body too large, a broken one, too many tries."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    said = say(readers_language(), EXPLAINED.get(status) or error.description or error.name)
    response = problem(status, said, error.name.lower().replace(" ", "_"), errors=[])
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers.set(name, value)
    return response


def _faults_of(error: ShopError, said: str) -> list[dict[str, str]]:
    if isinstance(error, Misshapen):
        return [
            {"field": field, "code": code, "message": say(readers_language(), SAID[code])}
            for field, code in error.faults
        ]
    return [{"field": error.field, "code": error.code, "message": said}] if error.field else []


def _flattened(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """marshmallow's nested messages as pairs of a field and a code."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            own = name != "_schema"
            yield from _flattened(inner, f"{path}.{name}".lstrip(".") if own else path)
        return
    for code in messages:
        yield path, code if code in SAID else "not_allowed"
