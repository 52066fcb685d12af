"""What a letter tells and who reads it, gathered from the shop for the templates."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bookshop.books.models import Offer
from bookshop.messages import (
    Message,
    OrderCancelled,
    OrderPaid,
    ParcelReturned,
    ProblemReported,
    ProblemSettled,
    PromisedCopiesMissing,
    TransferMade,
    UserRegistered,
)
from bookshop.notifications.letters import To, events, unpaid_end
from bookshop.notifications.links import Links
from bookshop.orders import service as orders
from bookshop.orders.models import Order, OrderEvent, Parcel
from bookshop.orders.moving import SHOP
from bookshop.payments import service as payments
from bookshop.payments.models import nothing_was_charged
from bookshop.stock.models import Movement, Shelf
from bookshop.users.models import User


@dataclass(frozen=True)
class Reader:
    email: str
    language: str
    name: str
    user_id: int | None


def reader(session: Session, to: To, message: Any) -> Reader | None:
    """None when the account or the address has been deleted."""
    match to:
        case "customer":
            return _customer(session, session.get_one(Order, message.order_id))
        case "seller" if isinstance(message, PromisedCopiesMissing):
            return _user(session.get_one(Offer, message.offer_id).shop.owner)
        case "seller":
            return _user(session.get_one(Parcel, message.parcel_id).shop.owner)
        case "user":
            return _user(session.get_one(User, message.user_id))


def facts(session: Session, message: Any, links: Links) -> dict[str, Any]:
    """What the templates may speak of, by name."""
    match message:
        case UserRegistered():
            about = {"user": session.get_one(User, message.user_id)}
        case PromisedCopiesMissing():
            about = _missing(session, message)
        case _:
            about = _order(session, message, links)
    return {"links": links, **about, **_particulars(session, message)}


def _customer(session: Session, order: Order) -> Reader | None:
    user = session.get(User, order.customer_id) if order.customer_id is not None else None
    if not order.email or (user and user.deleted_at):
        return None
    # A name as typed into the form may begin with either name; an account knows which is which.
    name = (user and user.first_name) or order.name
    return Reader(order.email, order.language, name, order.customer_id)


def _user(user: User) -> Reader | None:
    if user.deleted_at:
        return None
    return Reader(user.email, user.language, user.first_name or user.login, user.id)


def _order(session: Session, message: Any, links: Links) -> dict[str, Any]:
    order = orders.get(session, message.order_id, SHOP)
    about: dict[str, Any] = {"order": order, "order_url": links.order(order)}
    parcel_id = getattr(message, "parcel_id", None)
    for parcel in order.parcels:
        if parcel.id == parcel_id:
            about["parcel"] = parcel
            about["parcel_number"] = parcel.number
            about["parcel_url"] = links.parcel(parcel)
            about["shop"] = parcel.shop
    return about


def _missing(session: Session, message: PromisedCopiesMissing) -> dict[str, Any]:
    offer = session.get_one(Offer, message.offer_id)
    on_hand = session.get_one(Movement, message.movement_id).after
    promised = session.get_one(Shelf, message.offer_id).reserved
    return {
        "book": offer.book,
        "shop": offer.shop,
        "on_hand": on_hand,
        "promised": promised,
        "missing": max(0, promised - on_hand),
    }


def _particulars(session: Session, message: Message) -> dict[str, Any]:
    """What only one kind of news has. Others' words come from the history: they may be settled
    and cleared by now.
    """
    match message:
        case OrderCancelled():
            attempts = payments.of_order(session, message.order_id)
            why = unpaid_end(session, message.order_id)
            return {"why": why, "nothing_was_charged": nothing_was_charged(attempts)}
        case ProblemReported():
            return {"words": _report(session, message).why}
        case ProblemSettled():
            return {"words": _report(session, message).why, "answer": _answer(session, message)}
        case OrderPaid():
            return {"payment": payments.captured(session, message.order_id)}
        case TransferMade():
            return {"transfer": payments.transfer_of(session, message.parcel_id)}
        case ParcelReturned():
            return {"to_make_good": payments.to_make_good(session, message.parcel_id)}
    return {}


def _report(session: Session, message: ProblemReported | ProblemSettled) -> OrderEvent:
    """The parcel's n-th."""
    reports = [
        event
        for event in events(session, message.order_id, ProblemReported)
        if event.parcel_id == message.parcel_id
    ]
    return reports[message.n - 1]


def _answer(session: Session, message: ProblemSettled) -> str:
    """In the words of whoever settled it. A report may also end by the customer's own word, so
    the n-th answer need not be the n-th report's: it is the first after it.
    """
    report = _report(session, message)
    answers = events(session, message.order_id, ProblemSettled)
    return next(
        event.why
        for event in answers
        if event.parcel_id == message.parcel_id and event.id > report.id
    )
