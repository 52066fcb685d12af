"""What somebody means to buy: a user's basket, or that of a guest's cookie."""

from typing import Any

from flask import Response

from bookshop import money
from bookshop.basket import service as basket
from bookshop.basket.service import Contents, Line
from bookshop.money import CURRENCY
from webshop import context, visitor
from webshop.api.answers import BasketSchema
from webshop.api.asked import Quantity
from webshop.api.resource import Resource

resource = Resource("basket", "The basket")


@resource.route("/basket")
@resource.answers(200, BasketSchema)
def look() -> dict[str, Any]:
    """What is in your basket, seller by seller."""
    return _shown(basket.look(context.reading(), visitor.owner()))


@resource.route("/basket/items/<id:offer_id>", "PUT")
@resource.takes(Quantity)
@resource.answers(200, BasketSchema)
def put(form: dict[str, int], offer_id: int) -> dict[str, Any]:
    """So many copies of an offer, however many there were, and whatever is in stock."""
    owner = visitor.owner()
    with context.transaction() as session:
        basket.put(session, owner, offer_id, form["quantity"])
        session.flush()
        return _shown(basket.look(session, owner))


@resource.route("/basket/items/<id:offer_id>", "DELETE")
@resource.answers(204)
def remove(offer_id: int) -> Response:
    """Take it out. What is not there is no mistake."""
    owner = visitor.owner()
    with context.transaction() as session:
        basket.remove(session, owner, offer_id)
    return Response(status=204)


def _shown(contents: Contents) -> dict[str, Any]:
    return {
        "items": [_item(line) for line in contents.lines],
        "copies": contents.copies,
        "total": money.as_decimal(contents.total),
        "currency": CURRENCY,
    }


def _item(line: Line) -> dict[str, Any]:
    book = line.offer.book
    return {
        "offer_id": line.offer.id,
        "isbn13": book.isbn13,
        "title": book.title,
        "authors": book.author_names,
        "shop": line.offer.shop.name,
        "quantity": line.quantity,
        "price": money.as_decimal(line.offer.price),
        "price_seen": money.as_decimal(line.price_seen),
        "currency": line.offer.currency,
        "total": money.as_decimal(line.total),
        "sellable": line.sellable,
        "on_sale": line.on_sale,
    }
