"""The search index kept with Whoosh, in a folder of its own."""

import logging
from collections.abc import Collection
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np
from sqlalchemy import select

from bookshop.books.isbn import to_isbn13
from bookshop.books.models import Book
from bookshop.database import Database
from search_index import without_index, writing
from search_index.folder import Folder
from search_index.generation import IndexDamaged, reading_files, read_generation
from search_index.language import LONGEST_TEXT, words
from search_index.matching import Matches, everything, exactly, match
from search_index.narrowing import narrowed
from search_index.query import Reading, readings, unfinished
from search_index.questions import Found, Question, Suggestion
from search_index.views import View, Views

_FEWEST_LETTERS = 2
_MOST_AUTHORS = 3

_log = logging.getLogger(__name__)


class WhooshIndex:
    """See SearchIndex. Safe to share between threads and processes."""

    def __init__(self, path: Path, database: Database) -> None:
        self._folder = Folder(path)
        self._database = database
        self._views = Views(self._folder, database)

    def find(self, question: Question) -> Found:
        began = perf_counter()
        try:
            view = self._views.current()
            reading, matches = _understood(view, question.words)
            page = narrowed(view.columns, matches, question)
        except IndexDamaged:
            self._views.give_up()
            return self._found_without_index(question, began)
        return Found(
            page.book_ids,
            page.total,
            _ms_since(began),
            page.facets,
            did_you_mean=reading.words if reading and reading.corrected else None,
            nearest=reading is not None and reading.nearest,
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
            if self._is_sound():
                try:
                    return writing.put(self._folder.open(), self._database, book_ids)
                except IndexDamaged:
                    _log.warning("The index is damaged: it is built anew", exc_info=True)
            self._build()

    def rebuild(self) -> int:
        with self._folder.one_writer():
            return self._build()

    def repair(self) -> bool:
        with self._folder.one_writer():
            sound = self._is_sound()
            if not sound:
                self._build()
        return not sound

    def contents(self) -> dict[int, int]:
        return read_generation(self._folder).contents()
