"""The search index kept with Whoosh, in a folder of its own."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import perf_counter

import numpy as np
from sqlalchemy import select

from bookshop.books.isbn import isbns_in, to_isbn13
from bookshop.books.models import Book
from bookshop.database import Database
from search_index import without_index, writing
from search_index.folder import Folder
from search_index.generation import Generation, IndexDamaged, read_generation, reading_files
from search_index.language import LONGEST_TEXT, title_key
from search_index.matching import NOTHING, Matches, everything, exactly, match, worded
from search_index.narrowing import narrowed
from search_index.query import Reading, readings, unfinished
from search_index.questions import Found, Question, Suggestion
from search_index.views import View, Views

_FEWEST_LETTERS = 2
_MOST_AUTHORS = 3
_MORE_TITLES = 5  # are looked at, for those that begin as typed

_log = logging.getLogger(__name__)


class WhooshIndex:
    """See SearchIndex. Safe to share between threads and processes."""

    def __init__(self, path: Path, database: Database) -> None:
        self._folder = Folder(path)
        self._database = database
        self._views = Views(self._folder, database)
        self._written: Generation | None = None  # as a writer last saw it

    def find(self, question: Question) -> Found:
        began = perf_counter()
        try:
            view = self._views.current()
            answer = _answered(view, question.words)
            page = narrowed(view.columns, answer.matches, question)
        except IndexDamaged:
            self._views.give_up()
            return self._found_without_index(question, began)
        return Found(
            page.book_ids,
            page.total,
            _ms_since(began),
            page.facets,
            did_you_mean=answer.wording if answer.corrected else None,
            nearest=answer.nearest,
        )

    def suggest(self, words: str, limit: int = 8) -> list[Suggestion]:
        if len(words.strip()) < _FEWEST_LETTERS:
            return []
        try:
            return self._suggested(self._views.current(), words[:LONGEST_TEXT], limit)
        except IndexDamaged:
            self._views.give_up()
        with self._database.reading() as session:
            return without_index.suggest(session, words, limit)

    def put(self, book_ids: Collection[int]) -> None:
        with self._folder.one_writer():
            if self._sound():
                try:
                    writing.put(self._folder.open(), self._database, book_ids)
                except IndexDamaged:
                    _log.warning("The index is damaged: it is built anew", exc_info=True)
                    self._build()
            else:
                self._build()

    def rebuild(self) -> int:
        with self._folder.one_writer():
            return self._build()

    def repair(self) -> bool:
        with self._folder.one_writer():
            sound = self._sound() is not None
            if not sound:
                self._build()
        return not sound

    def contents(self) -> dict[int, int]:
        sound = self._sound()
        return sound.contents() if sound else {}

    def _sound(self) -> Generation | None:
        """None when it is missing or damaged."""
        try:
            with reading_files():
                marked = self._folder.is_marked_damaged()
            self._written = None if marked else read_generation(self._folder, self._written)
        except IndexDamaged:
            self._written = None
        return self._written

    def _build(self) -> int:
        count = self._folder.replace(lambda index: writing.put_all(index, self._database))
        self._views.start_anew()
        return count

    def _found_without_index(self, question: Question, began: float) -> Found:
        with self._database.reading() as session:
            book_ids, total = without_index.find(session, question)
        return Found(book_ids, total, _ms_since(began), degraded=True)

    def _suggested(self, view: View, typed: str, limit: int) -> list[Suggestion]:
        answer = _completed(view, typed)
        names = view.names.beginning(answer.wording, min(_MOST_AUTHORS, limit))
        authors = [Suggestion("author", name) for name in names]
        documents, scores = answer.matches
        best = documents[np.argsort(-scores, kind="stable")[: _MORE_TITLES * limit]]
        titles = self._titles(view.columns.rows["book"][best].tolist())
        start = title_key(answer.wording)
        titles.sort(key=lambda book: not title_key(book.text).startswith(start))
        return [*authors, *titles[: limit - len(authors)]]

    def _titles(self, book_ids: list[int]) -> list[Suggestion]:
        """Each title once, in the order of the ids."""
        with self._database.reading() as session:
            rows = session.execute(select(Book.id, Book.title).where(Book.id.in_(book_ids)))
            titles = {book.id: book.title for book in rows}
        first: dict[str, int] = {}
        for book_id in book_ids:
            first.setdefault(titles[book_id], book_id)
        return [Suggestion("book", title, book_id) for title, book_id in first.items()]


@dataclass(frozen=True)
class _Answer:
    matches: Matches = NOTHING
    wording: str = ""  # in which they were found
    corrected: bool = False
    nearest: bool = False


def _answered(view: View, text: str) -> _Answer:
    text = text[:LONGEST_TEXT]
    for isbn in isbns_in(text):
        matches = exactly(view.generation, view.columns, "isbn", isbn)
        if len(matches[0]) or to_isbn13(text):
            return _Answer(matches)
    if not text.strip():
        return _Answer(everything(view.columns))
    return _first_that_finds(view, readings(text, view.vocabulary))


def _completed(view: View, text: str) -> _Answer:
    growing = unfinished(text, view.vocabulary)
    return _first_that_finds(view, chain(growing, readings(text, view.vocabulary)), prose=False)


def _first_that_finds(
    view: View, all_readings: Iterable[Reading], *, prose: bool = True
) -> _Answer:
    for reading in all_readings:
        documents, scores = match(view.generation, view.columns, reading, prose=prose)
        if len(documents):
            wording = worded(view.generation, reading, int(documents[scores.argmax()]))
            return _Answer((documents, scores), wording, reading.corrected, reading.nearest)
    return _Answer()


def _ms_since(began: float) -> float:
    return (perf_counter() - began) * 1000
