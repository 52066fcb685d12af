"""Find books, and look at one."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from bookshop import money
from bookshop.stock import catalogue
from bookshop.stock.catalogue import BookPage, Card
from search_index import Found, Question
from search_index.answer import with_cards
from webshop import context
from webshop.finding import find
from webshop.marking import marking
from webshop.pages import results
from webshop.pages.asking import LONGEST_WORDS, PER_PAGE, Asked, asked, near, without_blanks

ON_A_SHELF = 8

pages = Blueprint("books", __name__)


@pages.get("/books")
def search() -> str | Response:
    if clean := without_blanks(request.args):
        return redirect(clean)
    wish = asked(request.args)
    found = find(wish.question)
    last = max(1, -(-found.total // PER_PAGE))
    if wish.question.page > last:
        flash(_("There is no page %(number)s: this is the last one.", number=wish.question.page))
        return redirect(wish.link(page=last if last > 1 else ""))
    session = context.reading()
    shops, cards = catalogue.sellers(session), catalogue.cards(session, found.book_ids)
    chosen = results.conditions(wish, shops)
    looked_for = found.did_you_mean or wish.words
    return render_template(
        "search.html",
        asked=wish,
        found=found,
        works=results.by_work(wish, cards),
        mark=marking(looked_for, (text for card in cards for text in (card.title, *card.authors))),
        heading=results.heading(wish, found, shops),
        chips=[(text, wish.link(**{name: ""})) for name, text in chosen.items()],
        shops=shops,
        prices=results.prices(wish, found.facets.price),
        years=results.years(wish, found.facets.year),
        sorts=results.sorts(wish),
        pages=last,
        near=near(wish.question.page, last),
        **({} if cards else _ways_on(wish, found, chosen)),
    )


@pages.get("/books/suggest")
def suggest() -> Response:
    """Books and authors for what is typed so far, as the list below it shows them."""
    typed = " ".join(request.args.get("q", "").split())[:LONGEST_WORDS]
    found = with_cards(context.reading(), context.index().suggest(typed))
    said = ngettext("%(num)d suggestion", "%(num)d suggestions", len(found))
    return jsonify(said=said, suggestions=[results.suggested(*one) for one in found])


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


def _ways_on(wish: Asked, found: Found, chosen: dict[str, str]) -> dict[str, object]:
    """For a page without books: fewer conditions, what is new, and the sections if time allows."""
    session = context.reading()
    everything = None if found.cut_short else context.index().find(Question(per_page=1))
    return {
        "with_less": results.with_less(wish, found, chosen),
        "all_sections": everything and everything.facets.category,
        "newest": catalogue.cards(session, catalogue.newest(session, ON_A_SHELF)),
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
