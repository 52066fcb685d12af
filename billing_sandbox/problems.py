"""What can go wrong, told as RFC 9457 problem+json."""

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify


class Problem(Exception):
    """Its words may be shown to whoever asked."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, detail: str, *, status: HTTPStatus | None = None, **members: object) -> None:
        """`members` stand in the answer beside the detail."""
        super().__init__(detail)
        self.detail = detail
        self.members = members
        self.status = status or self.status

    @property
    def body(self) -> dict[str, Any]:
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            **self.members,
        }


class Unreadable(Problem):
    """The request itself is malformed."""

    status = HTTPStatus.BAD_REQUEST


class Unusable(Problem):
    """The request can be read, and one of its fields cannot be used."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, field=field)


class Unknown(Problem):
    status = HTTPStatus.NOT_FOUND


class Refused(Problem):
    """Understood, and not possible as things stand."""

    status = HTTPStatus.CONFLICT


class OutOfOrder(Problem):
    """The sandbox was told to misbehave; nothing has been done."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def tell(problem: Problem) -> Response:
    response = jsonify(problem.body)
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    return response
