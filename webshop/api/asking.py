"""Who asks, and whether the request is his own wish or a foreign page's."""

from urllib.parse import urlsplit

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized, UnsupportedMediaType

from bookshop.errors import NotAllowed
from bookshop.translations import N_
from webshop import context, visitor
from webshop.visitor import SignedIn

READS_ONLY = ("GET", "HEAD", "OPTIONS")
FORMS = ("application/x-www-form-urlencoded", "text/plain")  # what any page can make a browser send


class SellersOnly(NotAllowed):
    text = N_("Only a seller may do this.")


def user() -> SignedIn:
    """Whoever is signed in, else 401."""
    signed_in = visitor.signed_in()
    if signed_in is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
    return signed_in


def seller() -> SignedIn:
    signed_in = user()
    if not signed_in.is_seller:
        raise SellersOnly
    return signed_in


def refuse_other_sites() -> None:
    """A cookie comes along by itself; a token does not, so whoever sends one means it."""
    if request.method in READS_ONLY or _sends_a_token():
        return
    if request.mimetype in FORMS:
        raise UnsupportedMediaType
    origin = request.headers.get("Origin")
    if origin and origin not in (_origin(request.host_url), _origin(context.settings().public_url)):
        raise Forbidden


def refuse_unknown_token() -> None:
    """An expired token must not turn its owner into a guest unawares."""
    if _sends_a_token():
        user()


def _sends_a_token() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
