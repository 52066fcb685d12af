"""The basket: put in, change, take out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from bookshop.basket import service as basket
from bookshop.errors import NotFound, ShopError
from webshop import context
from webshop.errors import status_of
from webshop.language import language
from webshop.visitor import owner
from webshop.where import is_local

pages = Blueprint("basket", __name__, url_prefix="/basket")


@pages.get("")
def page() -> ResponseReturnValue:
    """What changed since it was put in is told once."""
    contents = basket.look(context.reading(), owner())
    shown = render_template("basket/page.html", contents=contents)
    if any(line.price_changed for line in contents.lines):
        with context.transaction() as session:
            basket.accept_prices(session, owner())
    return shown


@pages.post("/add")
def add() -> ResponseReturnValue:
    with context.transaction() as session:
        basket.add(session, owner(), _offer_id(), basket.checked_quantity(_quantity("1")))
    link = Markup('<a href="{}">{}</a>').format(url_for("basket.page"), _("Open the basket"))
    flash(Markup("{} {}").format(_("The book is in the basket."), link))
    return redirect(_where_from())


@pages.post("/change")
def change() -> ResponseReturnValue:
    """A line's own button, or with htmx the line's part of the page."""
    wrong = None
    try:
        with context.transaction() as session:
            if "remove" in request.form:
                basket.remove(session, owner(), _offer_id())
            else:
                quantity = basket.checked_quantity(_quantity())
                basket.put(session, owner(), _offer_id(), quantity)
    except ShopError as error:
        wrong = (_offer_id(), error.told_in(language()), status_of(error))
    if "HX-Request" not in request.headers and not wrong:
        return redirect(url_for("basket.page"))
    contents = basket.look(context.reading(), owner())
    name = "basket/_contents.html" if "HX-Request" in request.headers else "basket/page.html"
    shown = render_template(name, contents=contents, wrong=wrong, oob=True)
    return shown, 200 if "HX-Request" in request.headers or not wrong else wrong[2]


def _offer_id() -> int:
    text = request.form.get("offer", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound
    return int(text)


def _quantity(default: str = "") -> str:
    return request.form.get("quantity", default)


def _where_from() -> str:
    """Back to the book; the referrer is the address bar's, so only a path of ours is taken."""
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    return came_from if is_local(came_from) else url_for("basket.page")
