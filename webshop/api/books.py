"""Find books, and look at one."""

from typing import Any

from bookshop.stock import catalogue
from search_index import Question, Sort
from search_index.answer import as_json, book_as_json, suggestion_as_json, with_cards
from webshop import context
from webshop.api.answers import BookSchema, FoundSchema, SuggestionSchema
from webshop.api.asked import Search, Typed
from webshop.api.resource import Resource
from webshop.finding import find

resource = Resource("books", "The catalogue")


@resource.route("/books")
@resource.takes(Search, "query")
@resource.answers(200, FoundSchema)
def search(asked: dict[str, Any]) -> dict[str, Any]:
    """Search, filter and sort; without words, everything that is on sale."""
    words, sort = asked.pop("q"), Sort(asked.pop("sort"))
    question = Question(words=words, sort=sort, **asked)
    return as_json(context.reading(), find(question), question)


@resource.route("/books/<string(maxlength=20):key>")
@resource.answers(200, BookSchema)
def book(key: str) -> dict[str, Any]:
    """A book by its ISBN-13 or its id, with every seller's offer, best first."""
    found = catalogue.book(context.reading(), key)
    return book_as_json(found) | {
        "publisher": found.publisher,
        "series": found.series,
        "year": found.year,
        "language": found.language,
        "category": found.category,
        "pages": found.pages,
        "binding": found.binding,
        "age": found.age,
        "volume": found.volume,
        "description": found.description,
    }


@resource.route("/suggest")
@resource.takes(Typed, "query")
@resource.answers(200, SuggestionSchema(many=True))
def suggest(asked: dict[str, Any]) -> list[Any]:
    """Books and authors for what has been typed so far, from the second letter."""
    found = context.index().suggest(asked["q"], asked["limit"])
    return [suggestion_as_json(*one) for one in with_cards(context.reading(), found)]
