"""How the shop shows what went wrong: a calm page to people, a problem (RFC 9457) to programs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from bookshop.errors import Conflict, Invalid, NotAllowed, NotFound, ShopError
from bookshop.translations import N_, say
from webshop import context
from webshop.language import language, of_the_browser

STATUS: dict[type[ShopError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}

AWAY = (OperationalError, InterfaceError, NoConnectionFree)
ONE_MOMENT = N_("One moment, please")
TRY_AGAIN = N_("The shop is not itself for a moment. Please try again.")
AGAIN = N_("Try again")

log = logging.getLogger(__name__)


@dataclass
class ForPrograms:
    """How the API tells what went wrong; it puts its own ways here."""

    shop_error: Callable[[ShopError], Response]
    http_error: Callable[[HTTPException], Response]


def explain_to_programs(
    app: Flask,
    shop_error: Callable[[ShopError], Response],
    http_error: Callable[[HTTPException], Response],
) -> None:
    """For everything under /api/, also where no such address is."""
    app.extensions["problems"] = ForPrograms(shop_error, http_error)


def set_up(app: Flask) -> None:
    app.register_error_handler(ShopError, _show_shop_error)
    app.register_error_handler(HTTPException, _show_http_error)
    for error in AWAY:
        app.register_error_handler(error, _show_that_the_database_is_away)
    app.register_error_handler(Exception, _show_our_fault)


def status_of(error: ShopError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def problem(status: int, detail: str, code: str, **more: object) -> Response:
    """An answer to a program. `code` is the error's name for it, stable over languages."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id"),
        **more,
    }
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def wants_a_problem() -> bool:
    return request.path.startswith("/api/")


def _for_programs() -> ForPrograms:
    found: ForPrograms = current_app.extensions.get("problems") or ForPrograms(
        lambda error: problem(status_of(error), error.told_in(language()), error.code),
        lambda error: problem(error.code or 500, error.description or "", error.name),
    )
    return found


def _show_shop_error(error: ShopError) -> Response:
    if wants_a_problem():
        return _for_programs().shop_error(error)
    return page(status_of(error), error.told_in(language()))


def _show_http_error(error: HTTPException) -> Response:
    """Also what the framework refuses: no such page, a body too large, too many tries."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if wants_a_problem():
        return _for_programs().http_error(error)
    answer = page(status, _explanation(status) or error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers.set(name, value)
    return answer


def _show_that_the_database_is_away(error: Exception) -> Response:
    """Gone, or too busy: it will be back. Nothing is asked of it here but the frame of the page."""
    if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == "SQLITE_ERROR":
        return _show_our_fault(error)  # a wrong question, as PostgreSQL calls ProgrammingError
    log.warning("%s: the database is away: %s", g.get("request_id"), error)
    context.let_go()
    response = _calm(of_the_browser())
    response.headers["Retry-After"] = "1"
    return response


def _calm(spoken: str) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if wants_a_problem():
        return problem(status, say(spoken, TRY_AGAIN), "try_again")
    try:
        return page(status, say(language(), TRY_AGAIN))
    except AWAY:  # still away: a page without who is signed in, and what is in the basket
        away = current_app.jinja_env.get_template("away.html")
        told = [say(spoken, text) for text in (ONE_MOMENT, TRY_AGAIN, AGAIN)]
        return make_response(away.render(language=spoken, told=told), status)


def _show_our_fault(error: Exception) -> Response:
    log.exception("%s failed: %s", g.get("request_id"), request.path)
    said = _explanation(500) or ""
    if wants_a_problem():
        return problem(500, said, "internal_server_error")
    return page(500, said)


def page(status: int, said: str) -> Response:
    title = {
        404: _("There is no page at this address"),
        403: _("This is not open to you"),
        409: _("Something has changed meanwhile"),
        422: _("Something needs to be put right"),
        429: _("A little slower, please"),
        500: _("Something broke"),
        503: _("One moment, please"),
    }.get(status, _("This did not work"))
    body = render_template("error.html", status=status, title=title, said=said)
    return make_response(body, status)


def _explanation(status: int) -> str | None:
    explanations = {
        400: _("The form could not be read, or it lay open too long. Go back and send it again."),
        403: _("This page is not for you. Perhaps another account opens it."),
        404: _("The link may be old, or a letter short. The book itself may well be here:"),
        405: _("This address does not do that."),
        413: _("This is more than the shop takes at once."),
        429: _("Too many tries in a short time. Wait a minute, and go on."),
        500: _("Something broke on our side. Your order and your money are safe; try again soon."),
    }
    return explanations.get(status)
