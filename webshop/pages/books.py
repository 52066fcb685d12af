"""Find books, and look at one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bookshop import money
from bookshop.stock import catalogue
from bookshop.stock.catalogue import BookPage, Card
from search_index import Found, Question, Sort
from webshop import context
from webshop.pages.asking import PER_PAGE, Asked, asked, near
from webshop.shown import language_name, shown_money

ON_A_SHELF = 8

pages = Blueprint("books", __name__)


@pages.get("/books")
def search() -> str:
    wish = asked(request.args)
    found = context.index().find(wish.question)
    session = context.reading()
    shops = catalogue.sellers(session)
    last = max(1, -(-found.total // PER_PAGE))
    return render_template(
        "search.html",
        asked=wish,
        found=found,
        cards=catalogue.cards(session, found.book_ids),
        heading=_heading(wish, found, shops),
        chips=_chips(wish, shops),
        shops=shops,
        languages={code: language_name(code) for code in found.facets.language},
        sorts=_sorts(wish),
        pages=last,
        near=near(wish.question.page, last),
    )


@pages.get("/books/suggest")
def suggest() -> str:
    """The rest of what is being typed, as the options of a list."""
    words = request.args.get("q", "")[:100]
    found = context.index().suggest(words) if words.strip() else []
    return render_template("_suggestions.html", suggestions=found)


@pages.get("/books/<key>")
def book(key: str) -> str | Response:
    session = context.reading()
    shown = catalogue.book(session, key)
    if key != shown.key:
        return redirect(url_for("books.book", key=shown.key), 301)
    canonical = context.settings().public_url + url_for("books.book", key=shown.key)
    return render_template(
        "book.html",
        book=shown,
        canonical=canonical,
        facts=_facts(shown, canonical),
        more=_more_by_author(shown),
    )


def _heading(wish: Asked, found: Found, shops: dict[str, str]) -> str:
    if wish.words:
        return found.did_you_mean or wish.words
    seller = shops.get(wish.given["seller"])
    return wish.given["category"] or seller or _("All books")


def _chips(wish: Asked, shops: dict[str, str]) -> list[tuple[str, str]]:
    """Each chosen condition in words, with the address of the list without it."""
    question, given = wish.question, wish.given
    said = {
        "category": given["category"],
        "language": given["language"] and language_name(given["language"]),
        "seller": given["seller"] and shops.get(given["seller"], given["seller"]),
        "min_price": question.min_price is not None
        and _("from %(price)s", price=shown_money(question.min_price)),
        "max_price": question.max_price is not None
        and _("up to %(price)s", price=shown_money(question.max_price)),
        "in_stock": question.in_stock and _("In stock only"),
    }
    return [(text, wish.link(**{name: ""})) for name, text in said.items() if text]


def _sorts(wish: Asked) -> dict[Sort, str]:
    first = {Sort.RELEVANCE: _("by relevance")} if wish.words else {}
    return first | {
        Sort.NEWEST: _("new here first"),
        Sort.CHEAPEST: _("cheapest first"),
        Sort.DEAREST: _("dearest first"),
        Sort.NEWEST_EDITION: _("latest edition first"),
        Sort.OLDEST_EDITION: _("oldest edition first"),
        Sort.TITLE: _("by title"),
    }


def _more_by_author(shown: BookPage) -> list[Card]:
    if not shown.authors:
        return []
    same_author = Question(words=shown.authors[0], in_stock=True, per_page=ON_A_SHELF + 1)
    found = context.index().find(same_author)
    if found.did_you_mean or found.nearest:
        return []
    others = [id for id in found.book_ids if id != shown.id][:ON_A_SHELF]
    cards = catalogue.cards(context.reading(), others)
    return [card for card in cards if shown.authors[0] in card.authors]


def _facts(shown: BookPage, canonical: str) -> dict[str, object]:
    """The book for search engines (schema.org)."""
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": ["Book", "Product"],
        "name": shown.title,
        "url": canonical,
        "author": [{"@type": "Person", "name": name} for name in shown.authors],
        "isbn": shown.isbn13,
        "inLanguage": shown.language,
        "numberOfPages": shown.pages,
        "description": shown.description,
        "offers": [
            {
                "@type": "Offer",
                "price": money.as_decimal(offer.price),
                "priceCurrency": offer.currency,
                "availability": f"https://schema.org/{'In' if offer.sellable else 'OutOf'}Stock",
                "seller": {"@type": "Organization", "name": offer.shop},
            }
            for offer in shown.offers
        ],
    }
    return {name: value for name, value in facts.items() if value}
