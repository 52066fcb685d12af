"""Brings what the database says into the tables of the index."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Book
from search_index.documents import EDITION, HEAVIEST, Document, document
from search_index.facts import AT_ONCE, ON_SALE, BookFacts, books_on_sale, in_batches
from search_index.language import words
from search_index.postgres.matched import PACKED
from search_index.postgres.tables import FORM
from search_index.segments import NO_YEAR
from search_index.sounds import skeletons
from search_index.spelling import LONGEST
from search_index.tables import Codes

Words = Counter[tuple[str, str]]  # field and word: how many books have it

_COUNTED = ("words", "prose", "spelt", "author")
_LONGEST = 250  # letters


def put_all(session: Session, known: Codes[str]) -> int:
    """Fill empty tables with every book on sale; tells how many there are.

    Labels that are in use stay: a question may have begun with the tables of before.
    """
    counted: Words = Counter()
    everything = session.scalars(select(Book.id).where(ON_SALE).order_by(Book.id)).all()
    for some in in_batches(everything, AT_ONCE):
        counted.update(_add(session, some, known, version=0))
    _copy(session, "words", (_word_row(*word, books) for word, books in counted.items()))
    _write_labels(session, known)
    _run(session, "INSERT INTO state VALUES (%s, %s, clock_timestamp(), 0)", EDITION, FORM)
    return _sum_up(session)


def put(session: Session, book_ids: Collection[int]) -> None:
    """Each book as it now is, or gone if nobody sells it any more."""
    known = labels(session)
    [(version,)] = _run(session, "SELECT version + 1 FROM state")
    changed: Words = Counter()
    for some in in_batches(sorted(set(book_ids)), AT_ONCE):
        changed.subtract(_remove(session, some))
        changed.update(_add(session, some, known, version))
    _write_labels(session, known)
    _recount(session, changed)
    _sum_up(session)


def labels(session: Session) -> Codes[str]:
    return Codes([value for (value,) in _run(session, "SELECT value FROM labels ORDER BY code")])


def _add(session: Session, book_ids: Sequence[int], labels: Codes[str], version: int) -> Words:
    counted: Words = Counter()
    rows = []
    for book, _ in books_on_sale(session, book_ids):
        analysed = document(book)
        rows.append(_row(book, analysed, labels, version))
        counted.update((field, word) for field in _COUNTED for word in _kept(analysed, field))
    _copy(session, "documents", rows)
    return counted


def _remove(session: Session, book_ids: Sequence[int]) -> Words:
    removed = """DELETE FROM documents WHERE book_id = ANY(%s)
        RETURNING tsvector_to_array(names), tsvector_to_array(prose), spelt, authors"""
    return Counter(
        (field, word)
        for row in _run(session, removed, list(book_ids))
        for field, all_words in zip(_COUNTED, row, strict=True)
        for word in all_words
    )


def _recount(session: Session, changed: Words) -> None:
    rows = (_word_row(*word, books) for word, books in sorted(changed.items()) if books)
    _run(session, "CREATE TEMPORARY TABLE changed (LIKE words) ON COMMIT DROP")
    _copy(session, "changed", rows)
    _run(
        session,
        """INSERT INTO words SELECT * FROM changed
        ON CONFLICT (field, word) DO UPDATE SET books = words.books + excluded.books""",
    )
    _run(
        session,
        """DELETE FROM words USING changed
        WHERE (words.field, words.word) = (changed.field, changed.word) AND words.books <= 0""",
    )


def _sum_up(session: Session) -> int:
    summed = """UPDATE state SET version = version + 1, (books, usual_length) =
        (SELECT count(*), coalesce(avg(length), 1) FROM documents) RETURNING books"""
    [(books,)] = _run(session, summed)
    return int(books)


def _row(book: BookFacts, analysed: Document, labels: Codes[str], version: int) -> tuple[Any, ...]:
    weights = cast(Mapping[str, int], analysed.terms["words"])
    named = analysed.terms["named"]
    return (
        book.id,
        book.revision,
        version,
        _packed(book, analysed, labels),
        min(len(weights), 255),
        _naming(analysed),
        " ".join(
            f"{quoted(word)}:{min(weights[word], HEAVIEST)}{'A' if word in named else ''}"
            for word in _kept(analysed, "words")
        ),
        " ".join(map(quoted, _kept(analysed, "prose"))),
        *(list(_kept(analysed, field)) for field in ("title", "spelt", "author")),
    )


def _packed(book: BookFacts, analysed: Document, labels: Codes[str]) -> bytes:
    row = (
        book.id,
        labels.of(book.category),
        labels.of(book.language),
        NO_YEAR if book.year is None else book.year,
        _naming(analysed),
        int(book.created_at.timestamp()),
        analysed.sort_key.encode("cp1251", "replace"),
    )
    return np.array(row, PACKED).tobytes()


def _naming(analysed: Document) -> int:
    return min(analysed.naming, 255)


def _kept(analysed: Document, field: str) -> Iterator[str]:
    """PostgreSQL keeps no word of more than 2 kB; nobody types one."""
    return (word for word in analysed.terms[field] if 0 < len(word) <= _LONGEST)


def _word_row(field: str, word: str, books: int) -> tuple[Any, ...]:
    spelt, author = field == "spelt", field == "author"
    return (
        field,
        word,
        books,
        sorted(slips(word)) if spelt and len(word) <= LONGEST else None,
        sorted(skeletons(word)) if spelt and word.isalpha() else None,
        " ".join(map(quoted, words(word))) if author else None,
    )


def slips(word: str) -> set[str]:
    """The word, and without each of its letters: two words that are a slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def quoted(word: str) -> str:
    """As a lexeme is written in a tsvector and in a tsquery."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _write_labels(session: Session, labels: Codes[str]) -> None:
    new = "INSERT INTO labels SELECT * FROM unnest(%s::int[], %s::text[]) ON CONFLICT DO NOTHING"
    _run(session, new, list(range(len(labels.values))), labels.values)


def _copy(session: Session, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _run(session: Session, statement: str, *values: Any) -> Sequence[Any]:
    result = session.connection().exec_driver_sql(statement, values)
    return result.all() if result.returns_rows else ()
