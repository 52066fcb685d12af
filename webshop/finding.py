"""The one way to the index for whoever searches here, on a page or over the API."""

from bookshop.searches.service import Searched
from search_index import Found, Question
from search_index.language import words
from webshop import context


def find(question: Question) -> Found:
    """What somebody has just typed is kept, without who he is."""
    found = context.index().find(question)
    looked_for = " ".join(words(question.words))
    if question.is_new and looked_for:
        books = 0 if found.nearest else found.total
        context.notebook().note(Searched(looked_for, books, found.took_ms, found.degraded))
    return found
