"""Who is visiting: signed in by a cookie or a bearer token, or a guest with a basket of his own."""

import secrets
from dataclasses import dataclass

from flask import Flask, Request, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bookshop.auth import service as auth
from bookshop.basket import service as basket
from bookshop.orders.moving import Who
from bookshop.settings import Settings
from bookshop.users.models import Role, User
from webshop import context
from webshop.security import over_https

SIGN_IN_COOKIE = "bookshop_session"
BASKET_COOKIE = "bookshop_basket"
MOST_ORDERS_OF_A_GUEST = 30
A_MONTH = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The user as he was when the request began; it outlives the session it was read in."""

    id: int
    login: str
    email: str
    first_name: str
    last_name: str
    phone: str
    language: str
    role: Role
    shop: str | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_operator(self) -> bool:
        return self.role is Role.OPERATOR

    @property
    def is_seller(self) -> bool:
        return self.role is Role.SELLER


def set_up(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the token alone says who it is
    manager.login_view, manager.login_message = "account.sign_in", None
    manager.request_loader(_load)
    app.after_request(_hand_out_basket)
    app.jinja_env.globals["copies_in_basket"] = copies_in_basket


def signed_in() -> SignedIn | None:
    return current_user._get_current_object() if current_user.is_authenticated else None


def token() -> str | None:
    """From the cookie, or from a program's Authorization header."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else request.cookies.get(SIGN_IN_COOKIE)


def sign_in(login_or_email: str, password: str) -> tuple[User, str]:
    """The user and his token; what he had in the basket as a guest comes with him."""
    user = auth.proven(context.reading(), login_or_email, password)
    with context.transaction() as session:
        token = auth.sign_in_proven(session, user, password)
        bring_basket(session, user.id)
    return user, token


def bring_basket(session: Session, user_id: int) -> None:
    if guest := guest_token():
        basket.merge(session, guest, user_id)


def keep_signed_in(response: Response, token: str) -> None:
    """The guest's basket has been merged, so its cookie goes."""
    _set_cookie(response, SIGN_IN_COOKIE, token, context.settings())
    response.delete_cookie(BASKET_COOKIE)


def forget(response: Response) -> None:
    """Whoever sits here next finds no orders: those of a guest open by their letters."""
    cookie.pop("orders", None)
    response.delete_cookie(SIGN_IN_COOKIE)


def who(order_id: int) -> Who:
    """Who asks about this order. A guest sees those that his browser ordered or was linked to."""
    user = signed_in()
    if user and user.is_operator:
        return Who("operator", user.id)
    linked = order_id if order_id in orders_of_this_browser() else None
    return Who("customer", user.id if user else None, linked)


def orders_of_this_browser() -> list[int]:
    """What it ordered, or opened by the link in the letter, without an account."""
    return list(cookie.get("orders", []))


def may_see_from_now_on(order_id: int) -> None:
    others = [id for id in orders_of_this_browser() if id != order_id]
    cookie["orders"] = [order_id, *others][:MOST_ORDERS_OF_A_GUEST]
    cookie.permanent = True


def owner() -> basket.Owner:
    """Whose basket it is; a guest gets a token when he first puts something in."""
    if user := signed_in():
        return basket.Owner(user_id=user.id)
    if "basket_token" not in g:
        g.basket_token = secrets.token_urlsafe(24)
    return basket.Owner(guest_token=guest_token() or g.basket_token)


def guest_token() -> str | None:
    return request.cookies.get(BASKET_COOKIE)


def copies_in_basket() -> int:
    """For the header of every page; a visitor who has put nothing in costs no query."""
    if signed_in() is None and guest_token() is None:
        return 0
    return basket.copies(context.reading(), owner())


def _load(request: Request) -> SignedIn | None:
    presented = token()
    user = auth.who_is(context.reading(), presented) if presented else None
    return _as_signed_in(user) if user else None


def _as_signed_in(user: User) -> SignedIn:
    return SignedIn(
        user.id,
        user.login,
        user.email,
        user.first_name,
        user.last_name,
        user.phone,
        user.language,
        user.role,
        user.shop and user.shop.name,
    )


def _hand_out_basket(response: Response) -> Response:
    if "basket_token" in g and guest_token() is None and request.method != "GET":
        _set_cookie(response, BASKET_COOKIE, g.basket_token, context.settings())
    return response


def _set_cookie(response: Response, name: str, value: str, settings: Settings) -> None:
    response.set_cookie(
        name,
        value,
        max_age=A_MONTH,
        httponly=True,
        samesite="Lax",
        secure=over_https(settings),
    )
