"""What was found, as the JSON that the command line and the REST API answer alike."""

from typing import Any

from sqlalchemy.orm import Session

from bookshop import money
from bookshop.money import CURRENCY, Money
from bookshop.stock import catalogue
from bookshop.stock.catalogue import Card, OfferShown
from search_index.questions import Facets, Found, PriceBand, Question


def as_json(session: Session, found: Found, question: Question) -> dict[str, Any]:
    """One query, however many books are on the page."""
    return {
        "total": found.total,
        "took_ms": round(found.took_ms, 2),
        "did_you_mean": found.did_you_mean,
        "nearest": found.nearest,
        "degraded": found.degraded,
        "page": question.page,
        "per_page": question.per_page,
        "results": [book_as_json(card) for card in catalogue.cards(session, found.book_ids)],
        "facets": _facets(found.facets),
    }


def book_as_json(card: Card) -> dict[str, Any]:
    """A book with its offers, best first."""
    return {
        "id": card.id,
        "isbn13": card.isbn13,
        "title": card.title,
        "authors": list(card.authors),
        "price": _decimal(card.price),
        "currency": CURRENCY,
        "in_stock": card.copies > 0,
        "offers": [_offer(offer) for offer in card.offers],
    }


def _offer(offer: OfferShown) -> dict[str, Any]:
    return {
        "id": offer.id,
        "seller": offer.seller,
        "shop": offer.shop,
        "price": money.as_decimal(offer.price),
        "currency": offer.currency,
        "sellable": offer.sellable,
    }


def _facets(facets: Facets) -> dict[str, Any]:
    return {
        "category": facets.category,
        "language": facets.language,
        "seller": facets.seller,
        "price": [_band(band) for band in facets.price],
    }


def _band(band: PriceBand) -> dict[str, Any]:
    return {
        "min_price": money.as_decimal(band.min_price),
        "max_price": _decimal(band.max_price),
        "count": band.count,
    }


def _decimal(amount: Money | None) -> str | None:
    return None if amount is None else money.as_decimal(amount)
