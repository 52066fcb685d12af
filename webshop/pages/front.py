"""The front page: the search, what is new, the sections."""

from flask import Blueprint, render_template

from bookshop.stock import catalogue
from search_index import Question, Sort
from webshop import context
from webshop.language import language

ON_A_SHELF = 8

pages = Blueprint("front", __name__)


@pages.get("/")
def page() -> str:
    session = context.reading()
    everything = context.index().find(Question(per_page=1))
    cheap = context.index().find(Question(sort=Sort.CHEAPEST, in_stock=True, per_page=ON_A_SHELF))
    new = catalogue.newest(session, ON_A_SHELF)
    shown = {card.id: card for card in catalogue.cards(session, [*new, *cheap.book_ids])}
    newest = [shown[id] for id in new if id in shown]
    return render_template(
        "front.html",
        total=everything.total,
        sellers=len(everything.facets.seller),
        categories=everything.facets.category,
        newest=newest,
        cheapest=[shown[id] for id in cheap.book_ids if id in shown],
        examples=_examples(list(shown.values()), language()),
    )


def _examples(books: list[catalogue.Card], language: str) -> list[str]:
    """An author, a title and an ISBN that are really here, in the reader's language if they are."""
    books = [book for book in books if book.language == language] or books
    authors = [book.authors[0] for book in books if book.authors][:1]
    titles = [book.title for book in books[1:2]]
    numbers = [book.isbn13 for book in books[2:3] if book.isbn13]
    return [*authors, *titles, *numbers]
