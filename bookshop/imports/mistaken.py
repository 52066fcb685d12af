"""Records whose ISBN is that of quite another book in the shop: a customer would get the wrong one.

Told, not refused: a title may be written in another way, and the ISBN may be right.
"""

import re
from collections.abc import Iterator, Sequence

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Book
from bookshop.imports.problems import Fault, Problem
from bookshop.translations import N_

_WORD = re.compile(r"\w{2,}")
_ANOTHER_BOOK = N_(
    "In the shop this ISBN is “%(title)s” by %(authors)s, and customers will see it as that. "
    "Is the ISBN right?"
)
_AT_ONCE = 5_000  # ISBNs asked for in one query


def others_tell_of_books(session: Session, seller_id: int) -> bool:
    """Else there is nothing to mistake a record for."""
    others = select(Book.id).where(Book.facts_from != seller_id, Book.isbn13.is_not(None))
    return session.scalar(others.limit(1)) is not None


def warnings(session: Session, seller_id: int, accepted: pd.DataFrame) -> Iterator[Problem]:
    """`accepted` as validation has it."""
    with_isbn = accepted[accepted["isbn13"].notna()]
    isbns = with_isbn["isbn13"].tolist()
    known: dict[str | None, tuple[str, str]] = {}
    for start in range(0, len(isbns), _AT_ONCE):
        known |= _known(session, seller_id, isbns[start : start + _AT_ONCE])
    if not known:
        return
    names = ("isbn13", "title", "authors", "line", "record")
    for isbn13, title, authors, line, record in zip(*(with_isbn[n] for n in names), strict=True):
        if isbn13 in known and _is_another((title, authors), known[isbn13]):
            stands = dict(zip(("title", "authors"), known[isbn13], strict=True))
            fault = Fault("another_book", _ANOTHER_BOOK, stands, rejects=False)
            yield Problem.of(fault, line, record, "isbn13", isbn13)


def _known(
    session: Session, seller_id: int, isbns: Sequence[str]
) -> dict[str | None, tuple[str, str]]:
    query = select(Book.isbn13, Book.title, Book.authors)
    query = query.where(Book.isbn13.in_(isbns), Book.facts_from != seller_id)
    return {isbn13: (title, authors) for isbn13, title, authors in session.execute(query)}


def _is_another(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Not a word of the title is the same, nor of the authors where both are told."""
    if one == other or _share_a_word(one[0], other[0]):
        return False
    return not (one[1] and other[1]) or not _share_a_word(one[1], other[1])


def _share_a_word(one: str, other: str) -> bool:
    return not _words(one).isdisjoint(_words(other))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold().replace("ё", "е")))
