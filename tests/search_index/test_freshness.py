"""What changes in the database is seen without anybody touching the index."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import numpy as np
import pytest
from sqlalchemy import URL, event
from sqlalchemy.orm import Session

from bookshop.database import Database, now
from bookshop.money import Money
from search_index import Question, SearchIndex, writing
from search_index.codec import ArraySegment
from search_index.folder import Folder, Stamp
from search_index.generation import read_generation
from search_index.narrowing import narrowed
from search_index.views import Views
from search_index.whoosh_index import WhooshIndex
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import Titles, on_both
from tests.waiting import until


def soon(holds: Callable[[], bool]) -> bool:
    until = monotonic() + 1
    while not (held := holds()) and monotonic() < until:
        sleep(0.02)
    return held


def files(folder: Path) -> set[str]:
    return {str(file) for file in folder.rglob("*")}


@on_both
def test_a_new_price_is_seen_within_a_second(
    catalogue: Catalogue, index: SearchIndex, titles: Titles, folder: Path
) -> None:
    emma = catalogue.sells("Emma", price=500)
    index.rebuild()
    assert titles("emma", max_price=Money(30000)) == []
    before = files(folder)

    catalogue.reprices(emma, 300)

    assert soon(lambda: titles("emma", max_price=Money(30000)) == ["Emma"])
    assert files(folder) == before


@on_both
def test_the_last_copy_is_missed_within_a_second_and_a_new_one_seen(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert titles(in_stock=True) == ["Emma"]

    catalogue.counts(emma, 0)
    assert soon(lambda: titles(in_stock=True) == [])

    catalogue.counts(emma, 1)
    assert soon(lambda: titles(in_stock=True) == ["Emma"])


@on_both
def test_a_withdrawn_book_is_gone_before_the_index_hears_of_it(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert titles("emma") == ["Emma"]

    catalogue.withdraws(emma)

    assert soon(lambda: titles("emma") == [] and titles() == [])


@on_both
def test_a_change_that_is_committed_after_a_later_one_is_not_missed(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    """It was stamped before the index looked, and became visible only after."""
    emma, persuasion = catalogue.sells("Emma"), catalogue.sells("Persuasion")
    index.rebuild()
    stamped_early = now()
    catalogue.counts(persuasion, 0)
    assert soon(lambda: titles(in_stock=True) == ["Emma"])

    catalogue.counts(emma, 0, at=stamped_early)

    assert soon(lambda: titles(in_stock=True) == [])


class Slow(Database):
    """It answers as soon as `answers` is set."""

    def __init__(self, url: URL) -> None:
        super().__init__(url.render_as_string(hide_password=False))
        self.answers = Event()
        self.answers.set()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        assert self.answers.wait(20)
        with super().reading() as session:
            yield session


@pytest.fixture
def slow(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    for patience in ("_PATIENCE", "_PATIENCE_FOR_NEW"):
        monkeypatch.setattr(f"search_index.views.{patience}", 0.05)
    slow = Slow(database.engine.url)
    yield slow
    slow.engine.dispose()


@pytest.fixture
def cheap(catalogue: Catalogue, folder: Path, slow: Slow) -> Callable[[], list[str]]:
    """What a process finds for 300 roubles, newest first."""
    reader = WhooshIndex(folder, slow, clock=lambda: 0.0)
    return lambda: catalogue.titles(reader.find(Question(max_price=Money(30000))))


def test_no_price_goes_back_when_segments_are_joined(
    catalogue: Catalogue,
    index: WhooshIndex,
    folder: Path,
    slow: Slow,
    cheap: Callable[[], list[str]],
) -> None:
    """They were read before they changed: that of a known book, and that of a new one."""
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert cheap() == []
    persuasion = catalogue.sells("Persuasion")

    class MeanwhileRepriced(Folder):
        def publish(self, stamp: Stamp, segments: Sequence[ArraySegment]) -> None:
            catalogue.reprices(persuasion, 300)
            catalogue.reprices(emma, 300)
            until(lambda: cheap() == ["Emma"])
            slow.answers.clear()
            super().publish(stamp, segments)

    writer = MeanwhileRepriced(folder)
    writing.put(writer, read_generation(writer), catalogue.database, [persuasion])

    assert cheap() == ["Emma"]
    slow.answers.set()
    until(lambda: cheap() == ["Persuasion", "Emma"])


def test_no_price_goes_back_when_the_index_was_built_anew(
    catalogue: Catalogue,
    index: WhooshIndex,
    folder: Path,
    slow: Slow,
    cheap: Callable[[], list[str]],
) -> None:
    """It was read before the price changed, and is used only after."""
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert cheap() == []
    catalogue.sells("Persuasion", price=300)

    def fill(stamp: Stamp) -> None:
        writing.put_all(Folder(folder), stamp, catalogue.database)
        catalogue.reprices(emma, 300)
        until(lambda: cheap() == ["Emma"])
        slow.answers.clear()

    Folder(folder).replace(fill)

    assert cheap() == ["Emma"]
    slow.answers.set()
    until(lambda: cheap() == ["Persuasion", "Emma"])


def test_a_newer_index_is_used_though_a_still_newer_one_is_there(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, slow: Slow
) -> None:
    """Where commits come faster than looks are over, each question meets another one."""
    catalogue.sells("Emma")
    index.rebuild()
    views = Views(Folder(folder), slow)
    views.current()

    def books_of_the_next() -> int:
        """Found by a question that is answered before the look at the newest index is over."""
        slow.answers.clear()
        index.put([catalogue.sells("Another")])
        found = int(views.current().generation.alive.sum())
        slow.answers.set()
        assert views._looking is not None
        views._looking.join()
        return found

    assert [books_of_the_next() for _ in range(3)] == [1, 2, 3]


def test_a_book_that_is_withdrawn_while_it_is_found_is_no_damage(
    catalogue: Catalogue, index: WhooshIndex, folder: Path
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    view = Views(Folder(folder), catalogue.database).current()
    matches = np.zeros(1, np.int32), np.ones(1)
    catalogue.withdraws(emma)
    with catalogue.database.reading() as session:
        view.columns.follow(session)

    assert narrowed(view.columns, matches, Question()).facets.seller == {}


def test_a_question_that_comes_soon_after_another_asks_the_database_nothing(
    catalogue: Catalogue, index: SearchIndex, database: Database
) -> None:
    catalogue.sells("Emma")
    index.rebuild()
    index.find(Question("emma"))
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    took = monotonic()
    for _ in range(20):
        index.find(Question("emma"))
    took = monotonic() - took

    assert len(asked) <= 2 * (1 + took / 0.3)


def test_many_threads_may_ask_while_one_writes(
    catalogue: Catalogue, index: SearchIndex, folder: Path, database: Database
) -> None:
    books = [catalogue.sells(f"Emma {n}") for n in range(15)]
    writer = WhooshIndex(folder, database)
    writer.put(books[:5])
    totals: list[int] = []
    degraded: list[bool] = []

    def ask() -> None:
        for n in range(20):
            found = index.find(Question(f"emma {n % 3}" if n % 2 else "emma"))
            degraded.append(found.degraded)
            totals.append(found.total)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for book in books[5:]:
        writer.put([book])
    for thread in threads:
        thread.join()

    assert not any(degraded)
    assert len(totals) == 80
    assert index.find(Question("emma")).total == 15
