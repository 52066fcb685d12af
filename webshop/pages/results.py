"""What stands around the books that were found: what was chosen, and what else can be."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from bookshop import money
from bookshop.money import MINOR_UNITS, Money
from bookshop.stock.catalogue import Card
from search_index import Found, PriceBand, Sort, Suggestion, YearBand
from search_index.language import stems, title_key
from webshop.pages.asking import Asked
from webshop.shown import cover, language_name, shown_money


@dataclass(frozen=True)
class Way:
    """Another list of books: in words, its address, and how many there are."""

    text: str
    link: str
    count: int
    chosen: bool = False


def heading(wish: Asked, found: Found, shops: dict[str, str]) -> str:
    if wish.words:
        return found.did_you_mean or wish.words
    seller = shops.get(wish.given["seller"])
    return wish.given["category"] or seller or _("All books")


def conditions(wish: Asked, shops: dict[str, str]) -> dict[str, str]:
    """Each that is chosen, in words."""
    question, given = wish.question, wish.given
    said = {
        "category": given["category"],
        "language": given["language"] and language_name(given["language"]),
        "seller": given["seller"] and shops.get(given["seller"], given["seller"]),
        "min_price": question.min_price is not None
        and _("from %(price)s", price=shown_money(question.min_price)),
        "max_price": question.max_price is not None
        and _("up to %(price)s", price=shown_money(question.max_price)),
        "min_year": question.min_year is not None
        and _("published since %(year)s", year=question.min_year),
        "max_year": question.max_year is not None
        and _("published until %(year)s", year=question.max_year),
        "in_stock": question.in_stock and _("In stock only"),
    }
    return {name: text for name, text in said.items() if text}


def sorts(wish: Asked) -> dict[Sort, str]:
    first = {Sort.RELEVANCE: _("by relevance")} if wish.words else {}
    return first | {
        Sort.NEWEST: _("new here first"),
        Sort.CHEAPEST: _("cheapest first"),
        Sort.DEAREST: _("dearest first"),
        Sort.NEWEST_EDITION: _("latest edition first"),
        Sort.OLDEST_EDITION: _("oldest edition first"),
        Sort.TITLE: _("by title"),
    }


def prices(wish: Asked, bands: Iterable[PriceBand]) -> list[Way]:
    question = wish.question
    return [
        Way(
            _price_band(band),
            wish.link(min_price=_decimal(band.min_price), max_price=_decimal(band.max_price)),
            band.count,
            (question.min_price or 0, question.max_price) == (band.min_price, band.max_price),
        )
        for band in bands
    ]


def years(wish: Asked, bands: Iterable[YearBand]) -> list[Way]:
    question = wish.question
    return [
        Way(
            _year_band(band),
            wish.link(min_year=band.min_year, max_year=band.max_year),
            band.count,
            (question.min_year, question.max_year) == (band.min_year, band.max_year),
        )
        for band in bands
    ]


def with_less(wish: Asked, found: Found, chosen: dict[str, str]) -> list[Way]:
    """Where nothing was found: without each of the conditions, and without all of them."""
    ways = [
        Way(_("without “%(condition)s”", condition=text), wish.link(**{name: ""}), count)
        for name, text in chosen.items()
        if (count := found.without.get(name))
    ]
    if len(chosen) > 1 and found.matching:
        everywhere = wish.link(**dict.fromkeys(chosen))
        ways.append(Way(_("without all these conditions"), everywhere, found.matching))
    return ways


def by_work(wish: Asked, cards: Iterable[Card]) -> list[tuple[Card, list[Card]]]:
    """Each book with the other editions on this page, in the place of the best of them."""
    works: dict[object, list[Card]] = {}
    stand_together = wish.question.sort is Sort.RELEVANCE and wish.words
    for card in cards:
        work = _work(card) if stand_together else card.id
        works.setdefault(work, []).append(card)
    return [(best, others) for best, *others in works.values()]


def suggested(suggestion: Suggestion, card: Card | None) -> dict[str, str]:
    if card is None:
        return {"text": suggestion.text, "href": url_for("books.search", q=suggestion.text)}
    price = shown_money(card.price) if card.price and card.copies else _("Out of stock")
    return {
        "text": card.title,
        "href": url_for("books.book", key=card.key),
        "by": ", ".join(card.authors),
        "price": price,
        "cover": cover(card.title, card.authors, card.key),
    }


def _work(card: Card) -> object:
    """Whose author is not told is nobody's other edition."""
    if not card.authors:
        return card.id
    return title_key(card.title), card.volume, frozenset(stems(card.authors[0]))


def _price_band(band: PriceBand) -> str:
    least = format_decimal(band.min_price // MINOR_UNITS)
    if band.max_price is None:
        return str(_("%(price)s ₽ and more", price=least))
    most = format_decimal((band.max_price + 1) // MINOR_UNITS)
    return f"{least}–{most} ₽" if band.min_price else str(_("up to %(price)s ₽", price=most))


def _year_band(band: YearBand) -> str:
    if band.max_year is None:
        return str(_("since %(year)s", year=band.min_year))
    if band.min_year is None:
        return str(_("until %(year)s", year=band.max_year))
    return f"{band.min_year}–{band.max_year}"


def _decimal(amount: Money | None) -> str | None:
    return money.as_decimal(amount) if amount else None
