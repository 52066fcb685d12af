"""The search index kept with Whoosh, in a folder of its own."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice, takewhile
from pathlib import Path

from bookshop.books.isbn import WhyNot, isbns_in, to_isbn13
from bookshop.database import Database
from search_index import mistyped_isbns, without_index, writing
from search_index.folder import Folder, Stamp
from search_index.generation import Generation, IndexDamaged, read_generation, reading_files
from search_index.matching import NOTHING, Matches, everything, exactly, match, worded
from search_index.narrowing import narrowed
from search_index.patience import Clock, Patience, TimeIsUp
from search_index.postings import least
from search_index.query import is_too_long, readings, roughly, understood, unfinished
from search_index.questions import Found, Question, Suggestion
from search_index.reading import Reading
from search_index.suggestions import (
    authors_beginning,
    in_both_alphabets,
    named_once,
    titles_beginning,
    titles_by,
)
from search_index.views import View, Views
from search_index.vocabulary import Vocabulary

_FEWEST_LETTERS = 2
_MOST_AUTHORS = 3
_ENOUGH = 3  # suggestions that begin as typed; of two words or more one is enough
_MOST_FORMS = 8
_MORE_TITLES = 3  # are looked at than are wanted: some are editions of one book

_log = logging.getLogger(__name__)


class WhooshIndex:
    """See SearchIndex. Safe to share between threads and processes."""

    def __init__(self, path: Path, database: Database, clock: Clock | None = None) -> None:
        self._folder = Folder(path)
        self._database = database
        self._clock = clock
        self._is_open = False
        self._views = Views(self._folder, database)
        self._written: Generation | None = None  # as a writer last saw it

    def find(self, question: Question) -> Found:
        patience = Patience(self._clock)
        try:
            view = self._views.current()
            if not self._is_open:  # a process opens it once, and not for every question
                self._is_open, patience = True, Patience(self._clock)
            answer = _answered(view, question, patience)
            page = narrowed(view.columns, answer.matches, question)
        except Exception:  # whatever damage looks like: the writer will find out
            self._views.give_up()
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
            view = self._views.current()
            return _suggested(view, understood(words), limit, Patience(self._clock))
        except Exception:  # whatever damage looks like: the writer will find out
            self._views.give_up()
        return without_index.suggest(self._database, words, limit)

    def put(self, book_ids: Collection[int]) -> None:
        with self._folder.one_writer():
            if sound := self._sound():
                writing.put(self._folder, sound, self._database, book_ids)
            else:
                self._build()

    def rebuild(self) -> int:
        with self._folder.one_writer():
            return self._build()

    def repair(self) -> bool:
        with self._folder.one_writer():
            sound = self._sound(thoroughly=True)
            if not sound:
                self._build()
            else:
                writing.renew_offers(self._folder, sound, self._database)
        return not sound

    def contents(self) -> dict[int, int]:
        sound = self._sound()
        return sound.contents() if sound else {}

    def _sound(self, *, thoroughly: bool = False) -> Generation | None:
        """None when it is missing or damaged. Readers that met damage may have been mistaken."""
        try:
            with reading_files():
                marked = self._folder.is_marked_damaged()
            thoroughly = thoroughly or marked
            self._written = read_generation(self._folder, None if thoroughly else self._written)
            self._written.look(thoroughly=thoroughly)
            if marked:
                self._folder.unmark()
        except IndexDamaged:
            if self._folder.is_new():
                _log.warning("There is no index yet: the indexer builds it")
            else:
                _log.warning("The index is damaged or missing", exc_info=True)
            self._written = None
        return self._written

    def _build(self) -> int:
        def fill(stamp: Stamp) -> int:
            return writing.put_all(self._folder, stamp, self._database)

        count = self._folder.replace(fill)
        self._views.start_anew()
        return count

    def _found_without_index(self, question: Question, patience: Patience) -> Found:
        answer = without_index.find(self._database, question, patience.left())
        return Found(
            list(answer.book_ids),
            answer.total,
            1000 * patience.took(),
            degraded=True,
            cut_short=answer.cut_short,
        )


@dataclass(frozen=True)
class _Answer:
    matches: Matches = NOTHING
    wording: str = ""  # in which they were found
    corrected: bool = False
    nearest: bool = False
    wrong_isbn: WhyNot | None = None


def _answered(view: View, question: Question, patience: Patience) -> _Answer:
    text = understood(question.words)
    for isbn in isbns_in(text):
        matches = exactly(view.generation, view.columns, "isbn", isbn)
        if len(matches[0]):
            return _Answer(matches)
    if to_isbn13(text):
        return _Answer()  # no other book will do
    if wrong := mistyped_isbns.what_is_wrong(text):
        meant = None if question.as_typed else mistyped_isbns.put_right(text, wrong)
        matches = exactly(view.generation, view.columns, "isbn", meant or "")
        return _Answer(matches, meant or "", corrected=len(matches[0]) > 0, wrong_isbn=wrong)
    if not text.strip():
        return _Answer(everything(view.columns))
    vocabulary = view.vocabulary.as_long_as(patience)
    all_readings = readings(text, vocabulary)
    if question.as_typed:
        all_readings = takewhile(_is_as_typed, all_readings)
    answer = _first_that_finds(view, all_readings, patience)
    if not patience.ended or len(answer.matches[0]) or question.as_typed:
        return answer
    patience.use_last_moments()
    return _first_that_finds(view, [roughly(text, view.vocabulary)], patience, prose=False)


def _is_as_typed(reading: Reading) -> bool:
    return not (reading.corrected or reading.nearest)


def _first_that_finds(
    view: View, all_readings: Iterable[Reading], patience: Patience, *, prose: bool = True
) -> _Answer:
    try:
        for reading in all_readings:
            patience.check()
            found = match(view.generation, view.columns, reading, patience, prose=prose)
            documents, scores = found
            if len(documents):
                wording = worded(view.generation, reading, int(documents[scores.argmax()]))
                return _Answer(found, wording, reading.corrected, reading.nearest)
    except TimeIsUp:
        pass  # the answer says so
    return _Answer()


def _suggested(view: View, typed: str, limit: int, patience: Patience) -> list[Suggestion]:
    """What begins as typed; if that is hardly anything, what else the words may have meant."""
    vocabulary = view.vocabulary.as_long_as(patience)
    authors, titles = _beginning(view, vocabulary, typed, limit)
    if len(authors) + len(titles) < (_ENOUGH if len(typed.split()) == 1 else 1):
        answer = _completed(view, vocabulary, typed, patience)
        if not authors:
            authors, _ = _beginning(view, vocabulary, answer.wording, limit)
        documents, scores = answer.matches
        best = documents[least(-scores, _MORE_TITLES * limit)].tolist()
        there = dict(titles)
        more = named_once(view.generation, best, limit)
        titles += [(title, book_id) for title, book_id in more if title not in there]
    names = [Suggestion("author", name) for name in authors]
    books = [Suggestion("book", title, book_id) for title, book_id in titles]
    return [*names, *books[: limit - len(names)]]


def _beginning(
    view: View, vocabulary: Vocabulary, typed: str, limit: int
) -> tuple[list[str], list[tuple[str, int]]]:
    """Authors and titles. Where no title begins so, what the authors wrote."""
    generation, columns = view.generation, view.columns
    most = min(_MOST_AUTHORS, limit)
    beginning = partial(authors_beginning, generation, limit=most)
    authors = in_both_alphabets(typed, vocabulary, beginning, most)
    titles = titles_beginning(generation, columns, typed, limit)
    return authors, titles or titles_by(generation, columns, authors, limit)


def _completed(view: View, vocabulary: Vocabulary, typed: str, patience: Patience) -> _Answer:
    growing = map(_fewer_forms, unfinished(typed, vocabulary))
    return _first_that_finds(
        view, chain(growing, readings(typed, vocabulary)), patience, prose=False
    )


def _fewer_forms(reading: Reading) -> Reading:
    """Of all words that begin as typed, the most frequent: who types on is shown the others."""
    groups = (
        replace(group, forms=dict(islice(group.forms.items(), _MOST_FORMS)))
        for group in reading.groups
    )
    return replace(reading, groups=tuple(groups))
