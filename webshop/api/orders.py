"""Order what is in the basket, and follow an order until it has arrived."""

from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy.orm import Session

from bookshop import money
from bookshop.orders import parcels, story
from bookshop.orders import service as orders
from bookshop.orders.models import Order
from bookshop.orders.moving import NoSuchParcel, Who
from bookshop.orders.service import Buyer
from bookshop.orders.states import OrderState
from webshop import context, visitor
from webshop.api import asking
from webshop.api.answers import OrderInList, OrderSchema, Placed
from webshop.api.asked import OrderForm, ProblemReport
from webshop.api.once import Repeatable, once
from webshop.api.problems import readers_language
from webshop.api.resource import Resource
from webshop.security import ORDERS, limiter

resource = Resource("orders", "Orders, yours or your browser's")


@resource.route("/orders", "POST")
@limiter.limit(ORDERS)
@resource.takes(OrderForm)
@resource.takes(Repeatable, "headers")
@resource.answers(202, Placed)
def place(form: dict[str, Any], headers: dict[str, str]) -> Response:
    """Order what is in the basket; the copies are reserved in the background."""
    user, owner = visitor.signed_in(), visitor.owner()
    total = form.pop("total", None)
    buyer = Buyer(**form, language=readers_language(), user_id=user.id if user else None)

    def place_order(session: Session) -> dict[str, Any]:
        percent = context.settings().commission_percent
        placed = orders.place(session, owner, buyer, percent, total)
        return {"id": placed.order_id, "state": OrderState.PLACED.value}

    answer = once(headers, owner.name, [form, total], place_order)
    if user is None:
        visitor.may_see_from_now_on(answer["id"])
    response = jsonify(answer)
    response.status_code = 202
    response.location = url_for("api-orders.look", order_id=answer["id"], _external=True)
    return response


@resource.route("/orders")
@resource.answers(200, OrderInList(many=True))
def mine() -> list[dict[str, Any]]:
    """Your orders, newest first."""
    return [_in_list(o) for o in orders.of_customer(context.reading(), asking.user().id)]


@resource.route("/orders/<id:order_id>")
@resource.answers(200, OrderSchema)
def look(order_id: int) -> dict[str, Any]:
    """How far it is. Once its payment is open, `payment.pay_url` is where to pay."""
    return _shown(context.reading(), order_id, visitor.who(order_id))


@resource.route("/orders/<id:order_id>/cancel", "POST")
@resource.answers(200, OrderSchema)
def cancel(order_id: int) -> dict[str, Any]:
    """Before it is paid: all of it. After: what is not on its way yet, and the money comes back."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        orders.cancel(session, order_id, who)
        return _shown(session, order_id, who)


@resource.route("/orders/<id:order_id>/accept-short", "POST")
@resource.answers(202, OrderSchema)
def accept_short(order_id: int) -> dict[str, Any]:
    """Some copies are gone: take what is left."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        orders.accept_short(session, order_id, who)
        return _shown(session, order_id, who)


@resource.route("/orders/<id:order_id>/pay-again", "POST")
@resource.answers(202, OrderSchema)
def pay_again(order_id: int) -> dict[str, Any]:
    """The payment was declined: try another."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        orders.pay_again(session, order_id, who)
        return _shown(session, order_id, who)


@resource.route("/orders/<id:order_id>/parcels/<id:parcel_id>/received", "POST")
@resource.answers(200, OrderSchema)
def received(order_id: int, parcel_id: int) -> dict[str, Any]:
    """You have the books: the seller gets his money."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        _must_hold(session, order_id, parcel_id, who)
        parcels.receive(session, parcel_id, who)
        return _shown(session, order_id, who)


@resource.route("/orders/<id:order_id>/parcels/<id:parcel_id>/cancel", "POST")
@resource.answers(200, OrderSchema)
def cancel_parcel(order_id: int, parcel_id: int) -> dict[str, Any]:
    """You no longer want this seller's part; its money comes back."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        _must_hold(session, order_id, parcel_id, who)
        parcels.cancel(session, parcel_id, who)
        return _shown(session, order_id, who)


@resource.route("/orders/<id:order_id>/parcels/<id:parcel_id>/problem", "POST")
@resource.takes(ProblemReport)
@resource.answers(200, OrderSchema)
def report_problem(form: dict[str, str], order_id: int, parcel_id: int) -> dict[str, Any]:
    """Something is missing or wrong: the seller is asked, and his money waits."""
    who = visitor.who(order_id)
    with context.transaction() as session:
        _must_hold(session, order_id, parcel_id, who)
        parcels.report_problem(session, parcel_id, who, form["words"])
        return _shown(session, order_id, who)


def _must_hold(session: Session, order_id: int, parcel_id: int, who: Who) -> None:
    """The order named in the address is the one that may be seen; the parcel must be its own."""
    if parcel_id not in [parcel.id for parcel in orders.get(session, order_id, who).parcels]:
        raise NoSuchParcel


def _shown(session: Session, order_id: int, who: Who) -> dict[str, Any]:
    session.flush()
    session.expire_all()  # what was just done to it is part of the story
    return story.as_json(session, orders.get(session, order_id, who))


def _in_list(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "state": order.state.value,
        "total": money.as_decimal(order.total),
        "currency": order.currency,
        "placed_at": order.placed_at,
    }
