"""Sign in, sign out, and who is signed in."""

from typing import Any

from flask import Response, jsonify

from bookshop.auth import service as auth
from bookshop.users import service as users
from webshop import context, visitor
from webshop.api import asking
from webshop.api.answers import Token, UserSchema
from webshop.api.asked import SignInForm
from webshop.api.resource import Resource
from webshop.security import SIGN_INS, limiter

resource = Resource("auth", "Signing in and out")


@resource.route("/auth/login", "POST")
@limiter.shared_limit(SIGN_INS, "sign-in")
@resource.takes(SignInForm)
@resource.answers(200, Token)
def sign_in(form: dict[str, str]) -> Response:
    """Get a token for `Authorization: Bearer`; the same comes as a cookie."""
    _, token = visitor.sign_in(form["login"], form["password"])
    response = jsonify(token=token)
    visitor.keep_signed_in(response, token)
    return response


@resource.route("/auth/logout", "POST")
@resource.answers(204)
def sign_out() -> Response:
    """End the sign-in this request was made with."""
    if token := visitor.token():
        with context.transaction() as session:
            auth.sign_out(session, token)
    response = Response(status=204)
    visitor.forget(response)
    return response


@resource.route("/auth/session")
@resource.answers(200, UserSchema)
def who() -> dict[str, Any]:
    """Who is signed in."""
    return users.as_json(users.get(context.reading(), asking.user().id))
