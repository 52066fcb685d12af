"""An order told to programs: the shape of the REST API and of the command line."""

from typing import Any

from sqlalchemy.orm import Session

from bookshop.money import as_decimal
from bookshop.orders.models import Order, OrderEvent, OrderLine, Parcel
from bookshop.orders.parcels import NEED_THE_ADDRESS
from bookshop.payments import service as payments
from bookshop.payments.models import Payment, PaymentState


def as_json(session: Session, order: Order) -> dict[str, Any]:
    """{id, state, total, currency, payment, parcels, history}; `order` as from orders.get."""
    return {
        "id": order.id,
        "state": order.state.value,
        "total": as_decimal(order.total),
        "currency": order.currency,
        "payment": _payment(payments.of_order(session, order.id)),
        "parcels": [_parcel(parcel) for parcel in order.parcels],
        "history": [_event(event) for event in order.history],
    }


def parcel_as_json(parcel: Parcel) -> dict[str, Any]:
    """For its seller: with where to send it, and until when he may take his time."""
    order = parcel.order
    return {
        **_parcel(parcel),
        "order_id": order.id,
        "total": as_decimal(parcel.total),
        "currency": order.currency,
        "confirm_by": parcel.confirm_by and parcel.confirm_by.isoformat(),
        "to": _recipient(order) if parcel.state in NEED_THE_ADDRESS else None,
        "tracking": parcel.tracking,
        "problem": parcel.problem,
    }


def _recipient(order: Order) -> dict[str, str]:
    return {
        "name": order.name,
        "phone": order.phone,
        "email": order.email,
        "address": order.address,
    }


def _payment(attempts: list[Payment]) -> dict[str, Any] | None:
    """The last attempt; where to pay is told while it can be paid."""
    if not attempts:
        return None
    last = attempts[-1]
    is_open = last.state is PaymentState.OPEN
    return {"state": last.state.value, "pay_url": last.pay_url if is_open else None}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "seller": parcel.shop.owner.login,
        "state": parcel.state.value,
        "lines": [_line(line) for line in parcel.lines],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "isbn13": line.isbn13,
        "title": line.title,
        "quantity": line.quantity,
        "price": as_decimal(line.price),
        "left": line.left,
    }


def _event(event: OrderEvent) -> dict[str, Any]:
    told = {"at": event.at.isoformat(), "what": event.what, "who": event.who}
    return {**told, "parcel": event.parcel_id} if event.parcel_id else told
