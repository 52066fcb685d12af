"""How fast books are found, and what that costs: BENCH_BOOKS of them, asked for in many ways.

Questions are made of the books themselves, always the same ones. Each process does one thing:
one builds the index, another one asks, so that the memory of each is its own.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any, NamedTuple

from sqlalchemy import func, select, update

from benchmarks import catalogue
from benchmarks.importing import BOOKS
from bookshop.books.models import Book, Offer
from bookshop.database import Database, now
from search_index import Question, Sort
from search_index.columns import COMMITS_TAKE
from search_index.whoosh_index import WhooshIndex

QUESTIONS, TYPED, WARMING_UP, CHANGED = 1_000, 300, 30, 1_000
_NEW_WORD = "newlyprinted"
_COMMON = ["the", "of", "and", "in", "a", "и", "в", "на", "не", "о", "love", "the of and", "и в на"]
_LAYOUT = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.йцукенгшщзхъфывапролджэячсмитьбю",
    "йцукенгшщзхъфывапролджэячсмитьбюqwertyuiop[]asdfghjkl;'zxcvbnm,.",
)


class Sample(NamedTuple):
    """A book, so far as it is asked for."""

    isbn13: str | None
    title: str
    authors: str
    category: str
    language: str


def questions(books: Sequence[Sample], count: int, seed: int = 1) -> Iterator[tuple[str, Question]]:
    """Each with its kind: what customers do often comes often."""
    chance = random.Random(seed)
    kinds, weights = list(KINDS), [often for often, _ in KINDS.values()]
    for _ in range(count):
        kind = chance.choices(kinds, weights)[0]
        yield kind, KINDS[kind][1](chance.choice(books), chance)


def _words(book: Sample, chance: random.Random, most: int = 3) -> str:
    words = book.title.split()
    return " ".join(chance.sample(words, min(most, len(words))))


def _surname(book: Sample) -> str:
    return book.authors.split(";")[0].split()[-1]


def _mistyped(text: str, chance: random.Random) -> str:
    """One slip in the longest word."""
    word = max(text.split(), key=len)
    at = chance.randrange(1, max(2, len(word)))
    slips = (word[:at] + word[at + 1 :], word[:at] + "ъ" + word[at:], word[: at - 1] + word[at] +
             word[at - 1] + word[at + 1 :] if at < len(word) else word[:-1])  # fmt: skip
    return text.replace(word, chance.choice(slips), 1)


def _filtered(book: Sample, chance: random.Random) -> Question:
    words = chance.choice([_words(book, chance, 1), ""])
    return Question(
        words, category=book.category, language=book.language, in_stock=True, sort=Sort.CHEAPEST
    )


KINDS: dict[str, tuple[int, Callable[[Sample, random.Random], Question]]] = {
    "words of a title": (25, lambda book, chance: Question(_words(book, chance))),
    "a whole title": (10, lambda book, _: Question(book.title)),
    "an author": (12, lambda book, _: Question(_surname(book))),
    "author and title": (
        15,
        lambda book, chance: Question(f"{_surname(book)} {_words(book, chance, 2)}"),
    ),
    "one word": (8, lambda book, chance: Question(_words(book, chance, 1))),
    "an unfinished word": (5, lambda book, _: Question(book.title[: max(3, len(book.title) - 2)])),
    "a typo": (8, lambda book, chance: Question(_mistyped(book.title, chance))),
    "the wrong layout": (3, lambda book, chance: Question(_words(book, chance).translate(_LAYOUT))),
    "common words": (3, lambda _, chance: Question(chance.choice(_COMMON))),
    "filters, by price": (6, _filtered),
    "everything in a category": (3, lambda book, _: Question(category=book.category)),
    "an ISBN": (2, lambda book, _: Question(book.isbn13 or "")),
}


def measure(tell: Callable[[str, str], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="bookshop-bench-") as folder:
        database_url = f"sqlite:///{folder}/bookshop.sqlite"
        file = Path(folder) / "catalogue.csv"
        catalogue.write_csv(file, BOOKS)
        _in_a_process("fill", database_url, folder, str(file))
        measure_in(database_url, folder, tell)


def measure_in(database_url: str, folder: str, tell: Callable[[str, str], None]) -> None:
    """The books are in the database; the index is made in the folder."""
    built = _in_a_process("build", database_url, folder)
    what = f"{built['books']:,} books,"
    spent = f"{built['seconds']:.0f} s, of work {built['worked']:.0f} s"
    tell(f"{what} a full rebuild", f"{spent}, {built['memory']} MB at most")
    for name, figure in _in_a_process("ask", database_url, folder).items():
        tell(f"{what} {name}", figure)


def _in_a_process(*what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.searching", *what]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def fill(database_url: str, folder: str, file: str) -> dict[str, Any]:
    from bookshop.imports import by_hand
    from bookshop.migrations import migrate
    from bookshop.settings import from_environment
    from bookshop.users import service as users
    from bookshop.users.models import Role

    database = Database(database_url)
    migrate(database)
    with database.transaction() as session:
        new = users.NewUser("bench", "bench@example.com", role=Role.SELLER, shop_name="bench")
        users.create(session, new, "-")
    settings = from_environment({**os.environ, "BOOKSHOP_VAR": folder})
    by_hand.run(settings, database, Path(file), "bench", dry_run=False, language="en")
    return {}


def build(database_url: str, folder: str) -> dict[str, Any]:
    database = Database(database_url)
    _wait_until_changes_are_old(database)
    index = WhooshIndex(Path(folder) / "index", database)
    began, worked = time.perf_counter(), time.process_time()
    books = index.rebuild()
    return {
        "books": books,
        "seconds": time.perf_counter() - began,
        "worked": time.process_time() - worked,
        "memory": getrusage(RUSAGE_SELF).ru_maxrss // 1024,
    }


def ask(database_url: str, folder: str) -> dict[str, str]:
    database = Database(database_url)
    books = _sample_of(database)
    asked = list(questions(books, WARMING_UP + QUESTIONS))
    index = WhooshIndex(Path(folder) / "index", database)
    before = _own_memory()
    first = _seconds(lambda: index.find(asked[0][1]))
    for _, question in asked[:WARMING_UP]:
        index.find(question)
    took: dict[str, list[Took]] = {kind: [] for kind in KINDS}
    for kind, question in asked[WARMING_UP:]:
        took[kind].append(_seconds(lambda question=question: index.find(question)))  # type: ignore[misc]
    typing = [_seconds(lambda typed=typed: index.suggest(typed)) for typed in _typed(books)]  # type: ignore[misc]
    figures = {"the first question of a process": f"{first.waited * 1000:.0f} ms"}
    figures["mixed questions"] = _in_words([each for times in took.values() for each in times])
    figures |= {f"- {kind}": _in_words(times) for kind, times in took.items()}
    figures["suggestions"] = _in_words(typing)
    figures["memory of a process beyond the map"] = f"{_own_memory() - before:.0f} MB"
    putting = _in_a_process("change", database_url, folder)["seconds"]
    seeing = _seconds(lambda: _wait_until_changed(index))
    figures[f"{CHANGED:,} changed books are found after"] = f"{putting + seeing.waited:.1f} s"
    again = [_seconds(lambda question=question: index.find(question)) for _, question in asked]  # type: ignore[misc]
    figures["- mixed questions then"] = _in_words(again)
    figures["- memory of a process then"] = f"{_own_memory() - before:.0f} MB"
    return figures


def change(database_url: str, folder: str) -> dict[str, Any]:
    """As the indexer does when an import has changed so many books."""
    database = Database(database_url)
    with database.transaction() as session:
        ids = session.scalars(select(Book.id).order_by(Book.id).limit(CHANGED)).all()
        changed = {"title": Book.title + f" {_NEW_WORD}", "revision": Book.revision + 1}
        session.execute(update(Book).where(Book.id.in_(ids)).values(changed))
    index = WhooshIndex(Path(folder) / "index", database)
    return {"seconds": _seconds(lambda: index.put(ids)).waited}


def _wait_until_changes_are_old(database: Database) -> None:
    """Just after a large import each process is still looking at what it changed."""
    with database.reading() as session:
        last = session.scalars(select(func.max(Offer.changed_at))).one()
    while now() - last <= COMMITS_TAKE:
        time.sleep(0.5)


def _wait_until_changed(index: WhooshIndex) -> None:
    while index.find(Question(_NEW_WORD, as_typed=True)).total < CHANGED:
        time.sleep(0.01)


def _typed(books: Sequence[Sample], seed: int = 2) -> Iterator[str]:
    """As far as one has typed a title or a name."""
    chance = random.Random(seed)
    for _ in range(TYPED):
        book = chance.choice(books)
        text = chance.choice([book.title, book.authors.split(";")[0]]).lower()
        yield text[: chance.randint(2, 12)]


def _sample_of(database: Database) -> list[Sample]:
    with database.reading() as session:
        most = session.scalar(select(func.max(Book.id))) or 0
        ids = random.Random(3).sample(range(1, most + 1), min(2_000, most))
        query = select(Book.isbn13, Book.title, Book.authors, Book.category, Book.language)
        rows = session.execute(query.where(Book.id.in_(ids)).order_by(Book.id))
        return [Sample(*row) for row in rows]


def _own_memory() -> float:
    """Megabytes that no other process shares: what a file is mapped into is not counted."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Took(NamedTuple):
    """Seconds."""

    waited: float
    worked: float  # less, where the machine had something else to do


def _seconds(deed: Callable[[], object]) -> Took:
    began, worked = time.perf_counter(), time.thread_time()
    deed()
    return Took(time.perf_counter() - began, time.thread_time() - worked)


def _in_words(took: Sequence[Took]) -> str:
    waited = _p50_and_p95([each.waited for each in took])
    worked = _p50_and_p95([each.worked for each in took])
    return f"{waited}; of work {worked} ({len(took)} times)"


def _p50_and_p95(seconds: Sequence[float]) -> str:
    ms = sorted(1000 * each for each in seconds)
    return f"p50 {ms[len(ms) // 2]:.1f} ms, p95 {ms[int(len(ms) * 0.95)]:.1f} ms"


if __name__ == "__main__":
    steps: dict[str, Callable[..., dict[str, Any]]] = {
        "fill": fill,
        "build": build,
        "ask": ask,
        "change": change,
    }
    print(json.dumps(steps[sys.argv[1]](*sys.argv[2:])))
