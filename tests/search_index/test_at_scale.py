"""What keeps a large index quick: small commits, mapped columns, and an end to all patience."""

import os
import signal
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, count, repeat
from pathlib import Path
from threading import Event

import pytest

from bookshop.database import Database, now
from bookshop.money import Money
from search_index import Question, without_index
from search_index.codec import BOOKS
from search_index.folder import Folder
from search_index.generation import read_generation
from search_index.whoosh_index import WhooshIndex
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import Titles
from tests.search_index.test_freshness import soon
from tests.waiting import until


def segment_files(folder: Path) -> set[Path]:
    return set(folder.glob(f"books-*/*.{BOOKS}"))


def test_a_small_change_leaves_what_is_large_alone(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, titles: Titles
) -> None:
    books = [catalogue.sells(f"Emma {n}") for n in range(30)]
    index.rebuild()
    (large,) = segment_files(folder)

    catalogue.changes(books[0], title="Persuasion")
    index.put([books[0]])

    assert large in segment_files(folder)
    assert len(segment_files(folder)) == 2
    assert titles("persuasion") == ["Persuasion"]
    assert index.find(Question("emma")).total == 29
    assert index.contents() == {book: 2 if book == books[0] else 1 for book in books}


def test_segments_of_a_size_become_one_without_the_dead(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, titles: Titles
) -> None:
    books = [catalogue.sells(f"Emma {n}", "Jane Austen") for n in range(8)]
    index.put(books[:4])
    catalogue.changes(books[0], title="Persuasion", category="Classics")
    catalogue.withdraws(books[1])

    index.put([books[0], books[1], *books[4:]])

    assert len(segment_files(folder)) == 1
    assert index.contents() == {books[0]: 2, **dict.fromkeys(books[2:], 1)}
    assert titles("persuasion austen", category="Classics") == ["Persuasion"]
    assert index.find(Question("austen")).total == 7
    assert titles("persuasoin") == ["Persuasion"]


def test_a_new_price_stays_in_the_memory_of_the_reader(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, titles: Titles
) -> None:
    """The columns are mapped so that writing to them does not reach the file."""
    emma = catalogue.sells("Emma", price=500)
    index.rebuild()
    (file,) = folder.glob("books-*/*.offers1")
    written = file.read_bytes()

    catalogue.reprices(emma, 300)

    assert soon(lambda: titles("emma", max_price=Money(30000)) == ["Emma"])
    assert file.read_bytes() == written
    assert not index.repair()


def test_prices_that_changed_are_written_down_for_readers_to_come(
    catalogue: Catalogue,
    index: WhooshIndex,
    folder: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    titles: Titles,
) -> None:
    monkeypatch.setattr("search_index.writing._FEWEST_TO_RENEW", 2)
    books = [catalogue.sells(f"Emma {n}", price=500) for n in range(3)]
    index.rebuild()
    assert titles("emma", max_price=Money(30000)) == []
    for book in books:
        catalogue.reprices(book, 300)

    assert not index.repair()

    assert [file.name[-8:] for file in folder.glob("books-*/*.offers*")] == [".offers2"]
    assert len(titles("emma", max_price=Money(30000))) == 3
    newcomer = WhooshIndex(folder, database)
    assert newcomer.find(Question("emma", max_price=Money(30000))).total == 3


def test_more_changes_in_a_moment_than_are_written_down_at_once_are_all_written_down(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search_index.writing._FEWEST_TO_RENEW", 1)
    monkeypatch.setattr("search_index.writing._MOST_TO_RENEW", 2)
    books = [catalogue.sells(f"Emma {n}") for n in range(6)]
    with monkeypatch.context() as an_hour_ago:
        an_hour_ago.setattr("search_index.writing.now", lambda: now() - timedelta(hours=1))
        index.rebuild()
    lately = now() - timedelta(minutes=1)
    for n, book in enumerate(books):
        catalogue.counts(book, 0, at=lately + timedelta(milliseconds=n))

    def written() -> list[int]:
        (segment,) = read_generation(Folder(folder)).segments
        return [int(copies) for copies in segment.offers["copies"]]

    assert not index.repair()
    assert written() == [0, 0, 5, 5, 5, 5]
    assert not index.repair()
    assert not index.repair()
    assert written() == [0] * 6


def test_a_search_that_takes_too_long_is_cut_off_and_says_so(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, database: Database
) -> None:
    catalogue.sells("Emma", "Jane Austen")
    index.rebuild()
    seconds = count(step=0.05)
    slow = WhooshIndex(folder, database, clock=lambda: next(seconds))

    found = slow.find(Question("emmma austten unheard of words beyond number and repair"))

    assert (found.cut_short, found.degraded) == (True, False)
    assert not index.find(Question("emma")).cut_short


@pytest.mark.parametrize(("seconds", "rough"), [(0.2, 1), (0.3, 0)])
def test_when_time_is_up_there_are_last_moments_but_no_second_time(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, seconds: float, rough: int
) -> None:
    catalogue.sells("Emma", "Jane Austen")
    index.rebuild()
    when_it_comes, when_it_is_too_late = [0.0] * 4, [0.2] * 4
    clock = chain(when_it_comes, when_it_is_too_late, repeat(seconds))
    late = WhooshIndex(folder, catalogue.database, clock=clock.__next__)

    found = late.find(Question("emma unheard"))

    assert (found.total, found.cut_short) == (rough, True)


def test_without_the_index_a_long_search_is_cut_off_too(
    catalogue: Catalogue, database: Database
) -> None:
    books = [catalogue.sells(f"Emma {n}") for n in range(600)]
    whole = without_index.find(database, Question("emma"), seconds=60)
    assert (whole.total, whole.cut_short) == (600, False)

    hurried = without_index.find(database, Question("emma"), seconds=60, share_of_all=0)

    assert hurried.cut_short
    assert (hurried.book_ids[0], hurried.total) == (books[-1], 500)
    nothing = without_index.find(database, Question("emma"), seconds=0)
    assert (nothing.total, nothing.cut_short) == (0, True)
    assert without_index.suggest(database, "emma", 5, seconds=0) == []
    assert without_index.find(database, Question("emma"), seconds=60) == whole


def test_a_writer_killed_in_a_small_commit_leaves_the_index_as_it_was(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, titles: Titles
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    persuasion = catalogue.sells("Persuasion")
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from bookshop.database import Database\n"
        "from search_index import folder, whoosh_index\n"
        "folder.TOC.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "whoosh_index.WhooshIndex(Path(sys.argv[1]), Database(sys.argv[2])).put([int(sys.argv[3])])"
    )
    url = catalogue.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", code, str(folder), url, str(persuasion)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(segment_files(folder)) > 1  # some of them are in no list

    assert titles("emma") == ["Emma"]
    assert not index.repair()
    index.put([persuasion])

    assert index.contents() == {emma: 1, persuasion: 1}
    assert len(segment_files(folder)) == len(Folder(folder).segments()[1])


def test_readers_answer_rightly_before_while_and_after_the_index_is_built_anew(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, database: Database
) -> None:
    old = (catalogue.sells("Emma"),)
    index.rebuild()
    readers = [WhooshIndex(folder, database, clock=lambda: 0.0) for _ in range(2)]
    answers: list[tuple[tuple[int, ...], bool]] = []
    over = Event()

    def ask(reader: WhooshIndex) -> None:
        while not over.is_set():
            found = reader.find(Question("emma"))
            answers.append((tuple(sorted(found.book_ids)), found.degraded))

    with ThreadPoolExecutor() as pool:
        asking = [pool.submit(ask, reader) for reader in 2 * readers]
        until(lambda: len(answers) > 20)
        new = (*old, catalogue.sells("Emma again"))
        for _ in range(3):
            index.rebuild()
        until(lambda: all(answer == (new, False) for answer in answers[-20:]))
        over.set()

    assert all(each.result() is None for each in asking)
    assert set(answers) == {(old, False), (new, False)}


def test_an_index_of_another_edition_is_built_anew(
    catalogue: Catalogue,
    index: WhooshIndex,
    folder: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    monkeypatch.setattr("search_index.codec.EDITION", -1)
    reader = WhooshIndex(folder, database)
    found = reader.find(Question("emma"))
    assert (found.book_ids, found.degraded) == ([emma], True)

    assert index.repair()

    assert index.contents() == {emma: 1}
    until(lambda: not reader.find(Question("emma")).degraded)
    assert not index.repair()


def test_what_a_reader_keeps_at_hand_is_bounded(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search_index.generation._MOST_KEPT", 100_000)
    catalogue.sells("Emma")
    index.rebuild()
    generation = read_generation(Folder(folder))

    tracemalloc.start()
    for n in range(2_000):
        generation.postings("words", f"word {n}")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 100_000


def test_a_process_opens_few_files_for_many_commits(
    catalogue: Catalogue, index: WhooshIndex, folder: Path, database: Database
) -> None:
    reader = WhooshIndex(folder, database)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0

    for n in range(20):
        index.put([catalogue.sells(f"Emma {n}")])
        assert reader.find(Question("emma")).total == n + 1

    after = len(os.listdir("/proc/self/fd")) if before else 0
    assert after - before < 60
