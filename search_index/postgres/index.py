"""The search index kept in PostgreSQL: its full text finds, our own rules rank and narrow."""

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from math import inf
from time import perf_counter
from typing import cast

import numpy as np
from sqlalchemy.orm import Session

from bookshop.books.isbn import WhyNot, isbns_in, to_isbn13
from bookshop.database import Database
from search_index import mistyped_isbns, without_index
from search_index.columns import Columns
from search_index.generation import Documents, Generation
from search_index.language import title_key, words
from search_index.matching import _ENOUGH, NOTHING, Matches, Scores, match, worded
from search_index.narrowing import narrowed
from search_index.patience import STOP_AFTER, Clock, Patience, TimeIsUp
from search_index.postgres import writing
from search_index.postgres.asking import Asking, IndexMissing, noticing_loss
from search_index.postgres.conditions import by_description_too, by_names, having_isbn
from search_index.postgres.everything import Everything
from search_index.postgres.matched import LOOKED_AT, NOTHING_AT_ALL, Condition, Matched, read
from search_index.postgres.tables import Schema
from search_index.postgres.terms import Terms
from search_index.postgres.vocabulary import TableVocabulary, authors_beginning
from search_index.query import is_too_long, readings, understood, unfinished
from search_index.questions import Found, Question, Suggestion
from search_index.reading import Reading
from search_index.suggestions import in_both_alphabets
from search_index.tables import Codes
from search_index.vocabulary import Vocabulary
from search_index.whoosh_index import _is_as_typed

_FEWEST_LETTERS = 2
_MOST_AUTHORS = 3
_MORE_TITLES = 5  # are looked at, for those that begin as typed

_log = logging.getLogger(__name__)


_IN_STORE = """SELECT isbn13 FROM documents JOIN books ON id = book_id
    WHERE isbn13 = ANY(%(isbns)s)"""


@dataclass(frozen=True)
class _Answer:
    books: Matched
    matches: Matches = NOTHING
    wording: str = ""  # in which they were found
    corrected: bool = False
    nearest: bool = False
    wrong_isbn: WhyNot | None = None


class PostgresIndex:
    """See SearchIndex. Safe to share between threads, processes and machines."""

    def __init__(
        self, database: Database, clock: Clock = perf_counter, seconds: float = STOP_AFTER
    ) -> None:
        """To wait for the database is as good as work."""
        self._database = database
        self._clock, self._seconds = clock, seconds
        self._known_schema: Schema | None = None
        self._everything = Everything(self._asking)

    def find(self, question: Question) -> Found:
        patience = self._patience()
        try:
            with self._asking(patience) as asking:
                answer = _answered(asking, question, self._everything)
                page = narrowed(answer.books, answer.matches, question)
        except IndexMissing:
            _log.warning("The index is missing: SQL answers instead", exc_info=True)
            return self._found_without_index(question, patience)
        except TimeIsUp:
            patience.use_last_moments()
            return self._found_without_index(question, patience)
        return Found(
            page.book_ids,
            page.total,
            1000 * patience.took(),
            page.facets,
            did_you_mean=answer.wording if answer.corrected else None,
            nearest=answer.nearest,
            cut_short=patience.ended,
            left_out=is_too_long(question.words),
            wrong_isbn=answer.wrong_isbn,
            without=page.without,
            matching=page.matching,
        )

    def suggest(self, words: str, limit: int = 8) -> list[Suggestion]:
        if len(words.strip()) < _FEWEST_LETTERS:
            return []
        try:
            with self._asking(self._patience()) as asking:
                return _suggested(asking, understood(words), limit)
        except TimeIsUp:
            return []
        except IndexMissing:
            _log.warning("The index is missing: SQL answers instead", exc_info=True)
        return without_index.suggest(self._database, words, limit)

    def put(self, book_ids: Collection[int]) -> None:
        with self._one_writer():
            try:
                with noticing_loss(), self._database.transaction() as session:
                    Asking(session, self._schema(session), Patience(seconds=inf))
                    writing.put(session, book_ids)
            except IndexMissing:
                self._build()

    def rebuild(self) -> int:
        with self._one_writer():
            return self._build()

    def repair(self) -> bool:
        with self._one_writer():
            sound = self._is_sound()
            if not sound:
                self._build()
        return not sound

    def contents(self) -> dict[int, int]:
        try:
            with self._asking() as asking:
                return dict(iter(asking.rows("SELECT book_id, revision FROM documents")))
        except IndexMissing:
            return {}

    def _is_sound(self) -> bool:
        """PostgreSQL looks after its files; a table may be gone all the same, or emptied."""
        try:
            with self._asking() as asking:
                [(holds, *_)] = asking.rows(
                    "SELECT (SELECT count(*) FROM documents), EXISTS (SELECT FROM words),"
                    " EXISTS (SELECT FROM labels)"
                )
        except IndexMissing:
            return False
        return bool(holds == asking.books)

    def _build(self) -> int:
        """All of it in one transaction: a writer that dies leaves nothing behind."""
        with self._database.transaction() as session:
            schema = self._schema(session)
            labels = writing.labels(session) if schema.has_labels(session) else Codes()
            schema.make_next(session)
            count = writing.put_all(session, labels)
            schema.finish_next(session)
        with self._database.transaction() as session:
            schema.remove_old(session)
        return count

    def _patience(self) -> Patience:
        """A process connects and looks for the tables once, and not for every question."""
        if self._known_schema is None:
            with self._database.reading() as session:
                self._schema(session)
        return Patience(self._clock, self._seconds)

    def _schema(self, session: Session) -> Schema:
        if self._known_schema is None:
            self._known_schema = Schema(session)
        return self._known_schema

    @contextmanager
    def _asking(self, patience: Patience | None = None) -> Iterator[Asking]:
        with noticing_loss(), self._database.reading() as session:
            yield Asking(session, self._schema(session), patience or Patience(seconds=inf))

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Waits for its turn, which lasts as long as this transaction of its own."""
        with self._database.reading() as turn:
            self._schema(turn).one_writer(turn)
            yield

    def _found_without_index(self, question: Question, patience: Patience) -> Found:
        """The index is gone, or it is there and just took too long."""
        answer = without_index.find(self._database, question, patience.left())
        return Found(
            list(answer.book_ids),
            answer.total,
            1000 * patience.took(),
            degraded=not patience.ended,
            cut_short=answer.cut_short or patience.ended,
        )


def _answered(asking: Asking, question: Question, everything: Everything) -> _Answer:
    typed = understood(question.words)
    for isbn in _isbns_there(asking, typed):
        if len(books := _matched(asking, having_isbn(isbn))):
            return _all_of(books)
    if alone := to_isbn13(typed):
        return _all_of(_matched(asking, having_isbn(alone)))  # no other book will do
    if wrong := mistyped_isbns.what_is_wrong(typed):
        meant = None if question.as_typed else mistyped_isbns.put_right(typed, wrong)
        there = _all_of(_matched(asking, having_isbn(meant or "")))
        found = len(there.books) > 0
        return replace(there, wording=meant or "", corrected=found, wrong_isbn=wrong)
    if not typed.strip():
        return _all_of(everything.on_sale(asking))
    all_readings = readings(typed, _vocabulary(asking, typed))
    if question.as_typed:
        all_readings = takewhile(_is_as_typed, all_readings)
    return _first_that_finds(asking, all_readings)


def _isbns_there(asking: Asking, typed: str) -> list[str]:
    """However many they are, it is one query."""
    isbns = isbns_in(typed)
    there = {isbn for (isbn,) in asking.rows(_IN_STORE, isbns=isbns)} if isbns else set()
    return [isbn for isbn in isbns if isbn in there]


def _matched(asking: Asking, condition: Condition) -> Matched:
    return Matched(asking, read(asking, condition))


def _all_of(books: Matched) -> _Answer:
    everyone = np.arange(len(books), dtype=np.int32)
    return _Answer(books, (everyone, np.ones(len(books), np.float32)))


def _vocabulary(asking: Asking, typed: str) -> Vocabulary:
    return TableVocabulary(asking, typed).as_long_as(asking.patience)


def _first_that_finds(
    asking: Asking, all_readings: Iterable[Reading], *, prose: bool = True
) -> _Answer:
    for reading in all_readings:
        asking.patience.check()
        if answer := _found_by(asking, reading, prose=prose):
            return answer
    return _all_of(_matched(asking, NOTHING_AT_ALL))


def _found_by(asking: Asking, reading: Reading, *, prose: bool) -> _Answer | None:
    books = _matched(asking, by_names(reading))
    described = bool(prose and reading.groups and len(books) < _ENOUGH)
    if described:
        books = _matched(asking, by_description_too(reading))
    if not len(books):
        return None
    terms = Terms(asking, reading, books, prose=described)
    generation, columns = cast(Generation, terms), cast(Columns, terms)
    documents, scores = match(generation, columns, reading, asking.patience, prose=described)
    if not len(documents):
        return None
    wording = worded(generation, reading, int(documents[scores.argmax()]))
    matches = _with_the_rest(books, terms.places[documents], scores)
    return _Answer(books, matches, wording, reading.corrected, reading.nearest)


def _with_the_rest(books: Matched, places: Documents, scores: Scores) -> Matches:
    """The books that were too many to be put in order stand behind the others."""
    if len(books) <= LOOKED_AT:
        return places, scores
    of_all = np.zeros(len(books), np.float32)
    of_all[places] = scores
    return np.arange(len(books), dtype=np.int32), of_all


def _suggested(asking: Asking, typed: str, limit: int) -> list[Suggestion]:
    vocabulary = _vocabulary(asking, typed)
    growing = chain(unfinished(typed, vocabulary), readings(typed, vocabulary))
    answer = _first_that_finds(asking, growing, prose=False)
    most = min(_MOST_AUTHORS, limit)

    def beginning(name: str) -> list[str]:
        return authors_beginning(asking, words(name), most)

    names = in_both_alphabets(answer.wording or typed, vocabulary, beginning, most)
    authors = [Suggestion("author", name) for name in names]
    places, scores = answer.matches
    best = places[np.argsort(-scores, kind="stable")[: _MORE_TITLES * limit]]
    titles = _titles(asking, answer.books.of("book", best).tolist())
    start = title_key(answer.wording)
    titles.sort(key=lambda book: not title_key(book.text).startswith(start))
    return [*authors, *titles[: limit - len(authors)]]


def _titles(asking: Asking, book_ids: list[int]) -> list[Suggestion]:
    """Each title once, in the order of the books."""
    rows = asking.rows("SELECT id, title FROM books WHERE id = ANY(%(ids)s)", ids=book_ids)
    titles = dict(iter(rows))
    first: dict[str, int] = {}
    for book_id in book_ids:
        first.setdefault(titles[book_id], book_id)
    return [Suggestion("book", title, book_id) for title, book_id in first.items()]
