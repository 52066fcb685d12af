"""What every part of the API has in common: how bodies are read, and who may ask."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, Protocol, TypeVar, cast

from flask import Request, request
from flask_smorest import Blueprint
from marshmallow import Schema, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webshop.api import asking
from webshop.api.problems import Misshapen
from webshop.security import csrf

View = TypeVar("View", bound=Callable[..., Any])
SomeSchema = Schema | type[Schema] | dict[str, Any] | None


class Same(Protocol):
    """A decorator that leaves the function's type as it is."""

    def __call__(self, view: View) -> View: ...


PREFIX = "/api/v1"
LARGEST_BODY = 64 * 1024


class Parser(FlaskParser):
    """Stricter than its parent: a body that is not JSON is told so, and so is a broken one."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        req.max_content_length = (
            LARGEST_BODY  # JSON is read whole, whatever else this address takes
        )
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not req.is_json:
            raise UnsupportedMediaType
        return _parsed(body)

    def handle_error(self, error: Any, req: Request, schema: Schema, **more: Any) -> NoReturn:
        """The outermost key says where it stood: json, query, files."""
        raise Misshapen(next(iter(error.messages.values())))


class Resource(Blueprint):  # type: ignore[misc]
    """A part of the API. No form of the shop's pages leads here, so no form token is asked for."""

    ARGUMENTS_PARSER = Parser()

    def __init__(
        self,
        name: str,
        description: str,
        *,
        only: Callable[[], object] | None = None,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        """`only` raises for those who may not ask here, before anything is read."""
        super().__init__(f"api-{name}", __name__, url_prefix=PREFIX, description=description)
        self.largest_body = largest_body
        self.before_request(self._limit_body)
        self.before_request(asking.refuse_other_sites)
        self.before_request(asking.refuse_unknown_token)
        if only:
            self.before_request(partial(_ask, only))
        csrf.exempt(self)

    def route(self, rule: str, method: str = "GET") -> Same:
        return cast(Same, super().route(rule, methods=[method]))

    def takes(self, schema: type[Schema], location: str = "json") -> Same:
        """What is sent, read and shaped, is the view's first argument; of several, in order."""
        return cast(Same, super().arguments(schema, location=location))

    def answers(self, status: int, schema: SomeSchema = None) -> Same:
        return cast(Same, super().response(status, schema))

    def sends(self, kind: str = "application/octet-stream") -> Same:
        """A file."""
        file = {"type": "string", "format": "binary"}
        return cast(Same, super().response(200, file, content_type=kind))

    def _limit_body(self) -> None:
        request.max_content_length = self.largest_body


def _ask(only: Callable[[], object]) -> None:
    """What a before_request function returns would be the answer."""
    only()


def _parsed(body: bytes) -> Any:
    """Python would also take NaN, and break on what is nested too deep or has too many digits."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
