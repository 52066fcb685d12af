"""Which language the reader is answered in: his choice, else his account's, else his browser's."""

from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from bookshop.settings import Settings
from bookshop.translations import FOLDER, LANGUAGES, SHOP_ZONE
from webshop.security import over_https

COOKIE = "bookshop_language"
A_YEAR = 365 * 24 * 60 * 60


def set_up(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    app.config["BABEL_DEFAULT_TIMEZONE"] = str(SHOP_ZONE)
    Babel(app, locale_selector=chosen)


def chosen() -> str:
    if request.cookies.get(COOKIE) not in LANGUAGES and current_user.is_authenticated:
        return str(current_user.language)
    return of_the_browser()


def of_the_browser() -> str:
    """What can be known without asking the database who is there."""
    cookie = request.cookies.get(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    return request.accept_languages.best_match(LANGUAGES) or "en"


def language() -> str:
    """The language of this answer, "ru" or "en"."""
    return str(get_locale() or "en")


def remember(response: Response, language: str, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        language,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=over_https(settings),
    )
