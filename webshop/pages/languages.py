"""The switch in the footer."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from bookshop.translations import LANGUAGES
from bookshop.users import service as users
from webshop import context, language
from webshop.visitor import signed_in
from webshop.where import own_page

pages = Blueprint("languages", __name__)


@pages.get("/language/<code>")
def choose(code: str) -> Response:
    """Letters follow: they are written in the language of the account."""
    if code not in LANGUAGES:
        abort(404)
    user = signed_in()
    if user and user.language != code:
        with context.transaction() as session:
            users.change(session, user.id, language=code)
    answer = redirect(own_page(request.args.get("next")))
    language.remember(answer, code, context.settings())
    return answer
