"""What was found, as the JSON that the command line and the REST API answer alike."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bookshop import money
from bookshop.money import CURRENCY, Money
from bookshop.stock import catalogue
from bookshop.stock.catalogue import Card, OfferShown
from search_index.questions import Facets, Found, PriceBand, Question, Suggestion, YearBand


def as_json(session: Session, found: Found, question: Question) -> dict[str, Any]:
    """One query, however many books are on the page."""
    return {
        "total": found.total,
        "took_ms": round(found.took_ms, 2),
        "did_you_mean": found.did_you_mean,
        "nearest": found.nearest,
        "degraded": found.degraded,
        "cut_short": found.cut_short,
        "left_out": found.left_out,
        "wrong_isbn": found.wrong_isbn.code if found.wrong_isbn else None,
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


def with_cards(
    session: Session, suggestions: Sequence[Suggestion]
) -> list[tuple[Suggestion, Card | None]]:
    """Authors have no card; books that are not on sale any more are left out. One query."""
    ids = [one.book_id for one in suggestions if one.book_id is not None]
    cards = {card.id: card for card in catalogue.cards(session, ids)}
    return [
        (one, cards.get(one.book_id) if one.book_id is not None else None)
        for one in suggestions
        if one.book_id is None or one.book_id in cards
    ]


def suggestion_as_json(suggestion: Suggestion, card: Card | None) -> dict[str, Any]:
    told = {"kind": suggestion.kind, "text": suggestion.text, "book_id": suggestion.book_id}
    if card is None:
        return told
    facts = book_as_json(card)
    names = ("isbn13", "authors", "price", "currency", "in_stock")
    return told | {name: facts[name] for name in names}


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
        "year": [_years(band) for band in facets.year],
        "in_stock": facets.in_stock,
    }


def _band(band: PriceBand) -> dict[str, Any]:
    return {
        "min_price": money.as_decimal(band.min_price),
        "max_price": _decimal(band.max_price),
        "count": band.count,
    }


def _years(band: YearBand) -> dict[str, Any]:
    return {"min_year": band.min_year, "max_year": band.max_year, "count": band.count}


def _decimal(amount: Money | None) -> str | None:
    return None if amount is None else money.as_decimal(amount)
