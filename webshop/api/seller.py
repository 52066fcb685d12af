"""A seller's own: his offers, the parcels he is to send, his money."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bookshop import money
from bookshop.database import now
from bookshop.money import CURRENCY
from bookshop.orders import parcels
from bookshop.orders.moving import Who
from bookshop.orders.parcels import Because
from bookshop.orders.states import ParcelState
from bookshop.orders.story import parcel_as_json
from bookshop.payments import statement
from bookshop.payments.statement import Statement, StatementLine
from bookshop.stock import offers
from bookshop.stock.offers import SellerOffer
from webshop import context
from webshop.api import asking
from webshop.api.answers import SellerOfferSchema, SellerParcel, StatementSchema
from webshop.api.asked import Month, OfferChange, OfferSearch, ParcelSearch, Rejection, Sending
from webshop.api.resource import Resource

resource = Resource("seller", "A seller's offers, parcels and money", only=asking.seller)


@resource.route("/seller/offers")
@resource.takes(OfferSearch, "query")
@resource.answers(200, SellerOfferSchema(many=True))
def my_offers(asked: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Your offers, a page at a time; the header X-Total-Count says how many there are."""
    page = offers.of_seller(
        context.reading(), asking.seller().id, asked["q"], asked["page"], asked["per_page"]
    )
    return [_offer(offer) for offer in page.offers], {"X-Total-Count": str(page.total)}


@resource.route("/seller/offers/<id:offer_id>", "PATCH")
@resource.takes(OfferChange)
@resource.answers(200, SellerOfferSchema)
def change(wanted: dict[str, Any], offer_id: int) -> dict[str, Any]:
    """Set price, copies, or whether it is on sale."""
    seller = asking.seller()
    with context.transaction() as session:
        return _offer(
            offers.change(
                session,
                seller.id,
                offer_id,
                wanted.get("price"),
                wanted.get("on_hand"),
                wanted.get("on_sale"),
            )
        )


@resource.route("/seller/parcels")
@resource.takes(ParcelSearch, "query")
@resource.answers(200, SellerParcel(many=True))
def my_parcels(asked: dict[str, str]) -> list[dict[str, Any]]:
    """Your part of every order that was paid, newest first."""
    state = ParcelState(asked["state"]) if "state" in asked else None
    session = context.reading()
    found = parcels.of_seller(session, asking.seller().id, state)
    return [parcel_as_json(parcel) for parcel in found]


@resource.route("/seller/parcels/<id:parcel_id>")
@resource.answers(200, SellerParcel)
def look(parcel_id: int) -> dict[str, Any]:
    """One of them."""
    return _shown(context.reading(), parcel_id, _me())


@resource.route("/seller/parcels/<id:parcel_id>/confirm", "POST")
@resource.answers(200, SellerParcel)
def confirm(parcel_id: int) -> dict[str, Any]:
    """You have the books and will send them."""
    who = _me()
    with context.transaction() as session:
        parcels.confirm(session, parcel_id, who)
        return _shown(session, parcel_id, who)


@resource.route("/seller/parcels/<id:parcel_id>/reject", "POST")
@resource.takes(Rejection)
@resource.answers(200, SellerParcel)
def reject(form: dict[str, str], parcel_id: int) -> dict[str, Any]:
    """You cannot send them: the customer gets his money back."""
    who = _me()
    with context.transaction() as session:
        parcels.reject(session, parcel_id, who, Because(form["because"]), form["note"])
        return _shown(session, parcel_id, who)


@resource.route("/seller/parcels/<id:parcel_id>/sent", "POST")
@resource.takes(Sending)
@resource.answers(200, SellerParcel)
def send(form: dict[str, str], parcel_id: int) -> dict[str, Any]:
    """The parcel is on its way."""
    who = _me()
    with context.transaction() as session:
        parcels.send(session, parcel_id, who, form["tracking"])
        return _shown(session, parcel_id, who)


@resource.route("/seller/statement")
@resource.takes(Month, "query")
@resource.answers(200, StatementSchema)
def money_of_month(asked: dict[str, date]) -> dict[str, Any]:
    """What was sold, kept and paid out in a month; without one, this month so far."""
    month = asked.get("month", now())
    found = statement.of_month(context.reading(), asking.seller().id, month.year, month.month)
    return _statement(f"{month:%Y-%m}", found)


def _me() -> Who:
    return Who("seller", asking.seller().id)


def _shown(session: Session, parcel_id: int, who: Who) -> dict[str, Any]:
    session.flush()
    return parcel_as_json(parcels.get(session, parcel_id, who))


def _offer(offer: SellerOffer) -> dict[str, Any]:
    return {
        **asdict(offer),
        "price": money.as_decimal(offer.price),
        "currency": CURRENCY,
        "sellable": offer.sellable,
    }


def _statement(month: str, found: Statement) -> dict[str, Any]:
    return {
        "month": month,
        "currency": CURRENCY,
        "total": money.as_decimal(found.total),
        "commission": money.as_decimal(found.commission),
        "amount": money.as_decimal(found.amount),
        "paid_out": money.as_decimal(found.paid_out),
        "owed": money.as_decimal(found.owed),
        "lines": [_statement_line(line) for line in found.lines],
    }


def _statement_line(line: StatementLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "order_id": line.order_id,
        "parcel_id": line.parcel_id,
        "total": money.as_decimal(line.total),
        "commission": money.as_decimal(line.commission),
        "amount": money.as_decimal(line.amount),
        "paid_out": None if line.paid_out is None else money.as_decimal(line.paid_out),
    }
