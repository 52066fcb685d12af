"""One's orders: the list, the page of one that keeps itself fresh, and what may be done there."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bookshop.auth import links
from bookshop.errors import Conflict
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.models import Order
from bookshop.orders.moving import NoSuchParcel, Who
from bookshop.payments import service as payments
from webshop import context
from webshop.language import language
from webshop.pages.progress import Progress
from webshop.visitor import may_see_from_now_on, orders_of_this_browser, signed_in, who

pages = Blueprint("orders", __name__, url_prefix="/orders")


@pages.get("")
def mine() -> str:
    """Those of the account, and those that this browser may open without one."""
    session, user = context.reading(), signed_in()
    found = {order.id: order for order in orders.of_customer(session, user.id)} if user else {}
    if here := set(orders_of_this_browser()) - found.keys():
        found |= {order.id: order for order in orders.numbered(session, here)}
    newest_first = sorted(found.values(), key=lambda order: -order.id)
    return render_template("orders/list.html", shown=[Progress(o, []) for o in newest_first])


@pages.get("/<id:order_id>")
def page(order_id: int) -> str:
    progress = _progress(order_id)
    return render_template("orders/page.html", progress=progress, order=progress.order)


@pages.get("/<id:order_id>/live")
def live(order_id: int) -> ResponseReturnValue:
    """The part of the page that changes; 204 while it is as it was seen."""
    progress = _progress(order_id)
    if "pay" in request.args and progress.pay_url:
        return "", 200, {"HX-Redirect": progress.pay_url}
    if request.args.get("seen") == progress.version:
        return "", 204
    return render_template("orders/_live.html", progress=progress, order=progress.order)


@pages.get("/link/<token>")
def by_link(token: str) -> Response:
    """From a guest's letter."""
    secret = context.settings().secret_key
    order_id = links.read(secret, links.ORDER_OF_A_GUEST, token)
    may_see_from_now_on(order_id)
    return redirect(url_for("orders.page", order_id=order_id))


@pages.get("/<id:order_id>/returned")
def returned(order_id: int) -> Response:
    """Billing sends the customer here; what came of the payment it is asked, not he."""
    with context.transaction() as session:
        orders.get(session, order_id, who(order_id))  # whose it is not, asks nothing
        payments.customer_came_back(session, order_id)
    return redirect(url_for("orders.page", order_id=order_id, asked=1))


@pages.post("/<id:order_id>/cancel")
def cancel(order_id: int) -> Response:
    said = _("The order is cancelled. If you have paid, the money goes back the way you paid.")
    return _do(order_id, orders.cancel, said)


@pages.post("/<id:order_id>/pay-again")
def pay_again(order_id: int) -> Response:
    return _do(order_id, orders.pay_again, "", pay=1)


@pages.post("/<id:order_id>/accept-short")
def accept_short(order_id: int) -> Response:
    return _do(order_id, orders.accept_short, _("We take what is left for you."), pay=1)


@pages.post("/<id:order_id>/parcels/<id:parcel_id>/received")
def received(order_id: int, parcel_id: int) -> Response:
    def receive(session: Session, order_id: int, visitor: Who) -> None:
        parcels.receive(session, _of(order_id, parcel_id, session, visitor), visitor)

    return _do(order_id, receive, _("Thank you. The seller gets his money now."))


@pages.post("/<id:order_id>/parcels/<id:parcel_id>/cancel")
def cancel_parcel(order_id: int, parcel_id: int) -> Response:
    def cancel(session: Session, order_id: int, visitor: Who) -> None:
        parcels.cancel(session, _of(order_id, parcel_id, session, visitor), visitor)

    return _do(
        order_id, cancel, _("The parcel is cancelled. The money goes back the way you paid.")
    )


@pages.post("/<id:order_id>/parcels/<id:parcel_id>/problem")
def report_problem(order_id: int, parcel_id: int) -> Response:
    def report(session: Session, order_id: int, visitor: Who) -> None:
        parcel = _of(order_id, parcel_id, session, visitor)
        parcels.report_problem(session, parcel, visitor, request.form.get("words", ""))

    return _do(order_id, report, _("We have told the seller, and stopped the clock."))


def _do(
    order_id: int, deed: Callable[[Session, int, Who], None], said: str, pay: int | None = None
) -> Response:
    """Do it and show the order. What is no longer possible the page of the order explains."""
    try:
        with context.transaction() as session:
            deed(session, order_id, who(order_id))
    except Conflict as error:
        flash(error.told_in(language()), "warn")
    else:
        if said:
            flash(said)
    return redirect(url_for("orders.page", order_id=order_id, pay=pay))


def _of(order_id: int, parcel_id: int, session: Session, visitor: Who) -> int:
    """A guest's right is to one order: the parcel named must be in it."""
    order: Order = orders.get(session, order_id, visitor)
    if parcel_id not in [parcel.id for parcel in order.parcels]:
        raise NoSuchParcel
    return parcel_id


def _progress(order_id: int) -> Progress:
    session = context.reading()
    order = orders.get(session, order_id, who(order_id))
    return Progress(order, payments.of_order(session, order.id))
