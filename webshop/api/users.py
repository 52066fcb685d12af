"""Accounts: open one, look at one's own, change it, take it along, delete it."""

from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy.orm import Session

from bookshop.accounts import service as accounts
from bookshop.auth import service as auth
from bookshop.users import service as users
from webshop import context, visitor
from webshop.api import asking
from webshop.api.answers import UserSchema
from webshop.api.asked import AccountChange, Registration
from webshop.api.once import Repeatable, once
from webshop.api.problems import readers_language
from webshop.api.resource import Resource
from webshop.security import REGISTRATIONS, limiter

resource = Resource("users", "Accounts")
own = Resource("account", "Your own account", only=asking.user)


@resource.route("/users", "POST")
@limiter.limit(REGISTRATIONS)
@resource.takes(Registration)
@resource.takes(Repeatable, "headers")
@resource.answers(201, UserSchema)
def register(form: dict[str, str], headers: dict[str, str]) -> Response:
    """Open an account; its owner is signed in at once, by cookie."""
    wanted: dict[str, Any] = {"language": readers_language()} | form
    password = wanted.pop("password")

    def open_account(session: Session) -> dict[str, Any]:
        return users.as_json(auth.register(session, users.NewUser(**wanted), password))

    account = once(headers, "anonymous", form, open_account)
    response = jsonify(account)
    response.status_code = 201
    response.location = url_for("api-account.me", _external=True)
    with context.transaction() as session:
        token = auth.sign_in_at_once(session, users.get(session, account["id"]))
        visitor.bring_basket(session, account["id"])
    visitor.keep_signed_in(response, token)
    return response


@own.route("/users/me")
@own.answers(200, UserSchema)
def me() -> dict[str, Any]:
    """Your own account."""
    return users.as_json(users.get(context.reading(), asking.user().id))


@own.route("/users/me", "PATCH")
@own.takes(AccountChange)
@own.answers(200, UserSchema)
def change(changes: dict[str, str]) -> dict[str, Any]:
    """Change some of it."""
    user = asking.user()
    with context.transaction() as session:
        return users.as_json(users.change(session, user.id, **changes))


@own.route("/users/me", "DELETE")
@own.answers(204)
def delete() -> Response:
    """Delete your account. Orders stay in the books, without your name."""
    user = asking.user()
    with context.transaction() as session:
        accounts.delete_user(session, user.id)
    response = Response(status=204)
    visitor.forget(response)
    return response


@own.route("/users/me/export")
@own.answers(200, {"type": "object"})
def export() -> Response:
    """Everything the shop knows of you."""
    response = jsonify(accounts.export(context.reading(), asking.user().id))
    response.headers.set("Content-Disposition", "attachment", filename="bookshop.json")
    return response
