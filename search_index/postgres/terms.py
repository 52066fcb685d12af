"""What the likeliest books have of the words that were asked for: all that ranking looks at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from search_index.generation import Documents, Postings
from search_index.postgres.asking import Asking
from search_index.postgres.conditions import stems_of
from search_index.postgres.matched import Matched
from search_index.reading import Reading
from search_index.tables import Column

_TERMS = """SELECT book_id, length, naming, titles,
    (SELECT string_agg(lexeme || ' ' || positions[1] || weights[1], ' ')
        FROM unnest(names) WHERE lexeme = ANY(%(stems)s)),
    CASE WHEN %(prose)s THEN
        ARRAY(SELECT lexeme FROM unnest(prose) WHERE lexeme = ANY(%(stems)s)) END,
    CASE WHEN %(spelt)s THEN spelt END
FROM documents WHERE book_id = ANY(%(books)s) ORDER BY book_id"""
_SOLD = """SELECT book_id, sum(quantity)::int FROM offers
    JOIN reservations ON offer_id = offers.id AND state = 'sent'
    WHERE book_id = ANY(%(books)s) GROUP BY book_id"""

_Term = tuple[str, str]  # field and word
_Found = Iterator[tuple[_Term, int]]


class Terms:
    """Ranking looks at it as it looks at a generation and its columns."""

    def __init__(self, asking: Asking, reading: Reading, books: Matched, *, prose: bool) -> None:
        places = books.likeliest()
        ids = books.of("book", places)
        spelt = reading.corrected or any(group.surnames for group in reading.groups)
        asked = {"stems": stems_of(reading.groups), "prose": prose, "spelt": spelt}
        rows = asking.rows(_TERMS, books=ids.tolist(), **asked)
        still_there = np.isin(ids, [book for book, *_ in rows])
        self.places = places[still_there]  # among the books that matched
        self.size = max(asking.books, len(rows))
        self.usual_length = asking.usual_length
        self.lengths = np.array([length for _, length, *_ in rows], np.uint8)
        self.naming = np.array([naming for _, _, naming, *_ in rows], np.uint8)
        self._columns = {
            "copies": books.of("copies", self.places),
            "sold": _sold(asking, ids[still_there]),
        }
        self._postings = _postings(rows)

    def postings(self, field: str, term: str) -> Postings:
        documents, weights = self._postings.get((field, term), ([], []))
        return np.array(documents, np.int32), np.array(weights, np.uint8)

    def on_sale(self, documents: Documents) -> Documents:
        """All of them are."""
        return documents

    def of(self, name: str, documents: Documents) -> Column:
        return self._columns[name][documents]


def _postings(rows: Sequence[Any]) -> dict[_Term, tuple[list[int], list[int]]]:
    postings: defaultdict[_Term, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for document, (_, _, _, titles, names, prose, spelt) in enumerate(rows):
        for term, weight in _terms(titles, names, prose, spelt):
            documents, weights = postings[term]
            documents.append(document)
            weights.append(weight)
    return dict(postings)


def _terms(
    titles: Sequence[str],
    names: str | None,
    prose: Sequence[str] | None,
    spelt: Sequence[str] | None,
) -> _Found:
    told = (names or "").split()
    for word, position in zip(told[::2], told[1::2], strict=True):
        yield ("words", word), int(position.rstrip("ABCD"))
        if position.endswith("A"):
            yield ("named", word), 1
    for field, words in (("title", titles), ("prose", prose), ("spelt", spelt)):
        for word in words or ():
            yield (field, word), 1


def _sold(asking: Asking, ids: Column) -> Column:
    sold = dict(iter(asking.rows(_SOLD, books=ids.tolist())))
    return np.array([sold.get(book, 0) for book in ids.tolist()], np.int64)
