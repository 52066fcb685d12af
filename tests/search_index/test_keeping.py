"""The index says what the database says, and comes back whatever happens to its files."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import whoosh.index
from whoosh.query import Term

from bookshop.database import Database
from bookshop.settings import BadSetting, from_environment
from search_index import Question, SearchIndex, Sort
from search_index.folder import Folder, IndexIsBusy
from search_index.whoosh_index import WhooshIndex
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import Titles, on_both
from tests.waiting import until

Harm = Callable[[Path], None]


def parts(folder: Path) -> list[Path]:
    return [file for file in folder.glob("books-*/*") if "MAIN_" in file.name]


def remove_all(folder: Path) -> None:
    for file in parts(folder):
        file.unlink()


def remove_name(folder: Path) -> None:
    (folder / "current").unlink()


def cut_in_half(folder: Path) -> None:
    for file in parts(folder):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite(folder: Path) -> None:
    for file in parts(folder):
        file.write_bytes(b"?" * file.stat().st_size)


def empty_all(folder: Path) -> None:
    for file in parts(folder):
        file.write_bytes(b"")


def found_by(reader: SearchIndex, words: str) -> list[int]:
    """By the index itself, not by SQL in its place."""
    found = reader.find(Question(words))
    assert not found.degraded
    return found.book_ids


@on_both
def test_a_book_is_found_once_it_was_put(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    emma = catalogue.sells("Emma")
    index.put([emma])

    assert titles("emma") == ["Emma"]
    assert index.contents() == {emma: 1}


@on_both
def test_a_changed_book_is_found_by_its_new_words_only(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    book = catalogue.sells("Emma", category="Fiction")
    index.put([book])

    catalogue.changes(book, title="Persuasion", category="Classics")
    index.put([book])

    assert (titles("emma"), titles("persuasion")) == ([], ["Persuasion"])
    assert titles(category="Classics") == ["Persuasion"]
    assert index.contents() == {book: 2}


@on_both
def test_a_withdrawn_book_leaves_the_index(catalogue: Catalogue, index: SearchIndex) -> None:
    emma, persuasion = catalogue.sells("Emma"), catalogue.sells("Persuasion")
    index.put([emma, persuasion])

    catalogue.withdraws(emma)
    index.put([emma])

    assert index.contents() == {persuasion: 1}


@on_both
def test_a_book_stays_while_one_seller_still_has_it(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    emma = catalogue.sells("Emma", seller="english")
    catalogue.withdraws(emma)
    catalogue.sells_also(emma, seller="secondhand", price=100)
    index.put([emma])

    assert titles("emma", seller="secondhand") == ["Emma"]
    assert titles("emma", seller="english") == []


@on_both
def test_putting_is_safe_to_repeat_and_asks_for_nothing_that_is_there(
    catalogue: Catalogue, index: SearchIndex
) -> None:
    emma = catalogue.sells("Emma")

    for _ in range(3):
        index.put([emma, emma, 404])

    assert index.contents() == {emma: 1}
    assert index.find(Question("emma")).total == 1


def test_many_small_changes_leave_few_files_and_every_book(
    catalogue: Catalogue, index: SearchIndex, folder: Path
) -> None:
    books = [catalogue.sells(f"Volume {n}") for n in range(25)]
    for book in books:
        index.put([book])
    catalogue.withdraws(books[0])
    index.put([books[0]])

    assert index.contents() == dict.fromkeys(books[1:], 1)
    assert index.find(Question("volume")).total == 24
    assert len(parts(folder)) < 20


def test_two_readers_take_up_what_a_third_writes_without_a_restart(
    catalogue: Catalogue, folder: Path, database: Database
) -> None:
    readers = [WhooshIndex(folder, database), WhooshIndex(folder, database)]
    writer = WhooshIndex(folder, database)
    emma = catalogue.sells("Emma")
    writer.put([emma])
    assert [found_by(reader, "emma") for reader in readers] == [[emma], [emma]]

    persuasion = catalogue.sells("Persuasion")
    writer.put([persuasion])
    assert [reader.find(Question("persuasion")).book_ids for reader in readers] == [
        [persuasion]
    ] * 2

    assert writer.rebuild() == 2
    assert [found_by(reader, "emma") for reader in readers] == [[emma], [emma]]


def test_a_rebuild_leaves_nothing_of_the_old_index(
    catalogue: Catalogue, index: SearchIndex, folder: Path
) -> None:
    catalogue.sells("Emma")
    index.rebuild()
    index.rebuild()

    assert len(list(folder.glob("books-*"))) == 1


def test_whoosh_alone_can_open_and_search_it(
    catalogue: Catalogue, index: SearchIndex, folder: Path
) -> None:
    emma = catalogue.sells("Emma", "Jane Austen")
    index.rebuild()

    opened = whoosh.index.open_dir(str(folder / (folder / "current").read_text()))
    with opened.searcher() as searcher:
        hits = [hit["book"] for hit in searcher.search(Term("words", "austen"))]
    assert hits == [str(emma)]


@on_both
def test_an_empty_shop_has_an_empty_index(index: SearchIndex) -> None:
    assert index.rebuild() == 0

    found = index.find(Question("anything"))
    assert (found.book_ids, found.total, found.degraded) == ([], 0, False)
    assert index.find(Question(sort=Sort.TITLE)).total == 0
    assert index.suggest("an") == []


@pytest.mark.parametrize("harm", [remove_all, remove_name, cut_in_half, overwrite, empty_all])
def test_without_a_sound_index_sql_answers_and_the_writer_rebuilds(
    catalogue: Catalogue, index: SearchIndex, folder: Path, database: Database, harm: Harm
) -> None:
    emma = catalogue.sells("Emma", "Jane Austen", category="Fiction", price=100)
    idiot = catalogue.sells("Идиот", "Фёдор Достоевский", price=300)
    index.rebuild()
    harm(folder)
    reader = WhooshIndex(folder, database)

    found = reader.find(Question("emma austen", category="Fiction"))
    assert (found.book_ids, found.total, found.degraded) == ([emma], 1, True)
    assert reader.find(Question("идиот")).book_ids == [idiot]
    assert reader.find(Question(sort=Sort.DEAREST, per_page=1)).book_ids == [idiot]
    assert [each.book_id for each in reader.suggest("emm")] == [emma]
    assert reader.contents() == {}

    assert index.repair()

    assert index.contents() == {emma: 1, idiot: 1}
    until(lambda: not reader.find(Question("emma")).degraded)
    assert found_by(reader, "emma") == [emma]
    assert not index.repair()


def test_an_index_that_is_not_there_yet_is_said_to_be_so_and_not_to_be_damaged(
    index: SearchIndex, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert index.repair()
    assert [one.message for one in caplog.records] == [
        "There is no index yet: the indexer builds it"
    ]
    assert caplog.records[0].exc_info is None

    (folder / "current").unlink()

    assert index.repair()
    assert "damaged" in caplog.records[-1].message
    assert caplog.records[-1].exc_info is not None


def test_putting_into_a_damaged_index_rebuilds_it(
    catalogue: Catalogue, index: SearchIndex, folder: Path
) -> None:
    emma, persuasion = catalogue.sells("Emma"), catalogue.sells("Persuasion")
    index.rebuild()
    cut_in_half(folder)

    index.put([emma])

    assert index.contents() == {emma: 1, persuasion: 1}


def test_a_writer_killed_at_work_leaves_a_sound_index_and_no_lock(
    catalogue: Catalogue, index: SearchIndex, folder: Path, titles: Titles
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    code = (
        "import sys; from pathlib import Path; from search_index.folder import Folder\n"
        "folder = Folder(Path(sys.argv[1]))\n"
        "with folder.one_writer():\n"
        "    folder.replace(lambda index: (print('writing', flush=True), sys.stdin.read()))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        with pytest.raises(IndexIsBusy), Folder(folder, patience=0.1).one_writer():
            pytest.fail("two writers at once")
        assert titles("emma") == ["Emma"]
        writer.kill()

    index.put([emma])

    assert titles("emma") == ["Emma"]
    index.rebuild()
    assert len(list(folder.glob("books-*"))) == 1


def test_postgres_as_the_index_needs_postgres_as_the_database(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="BOOKSHOP_SEARCH='postgres': it needs"):
        from_environment({"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_SEARCH": "postgres"})


def flip_a_byte(file: Path, at: int) -> None:
    """In place, as a failing disk would: the file keeps its length and its name."""
    with file.open("r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 0xFF]))


def cut_off(file: Path, at: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(at)


def take_away(file: Path, at: int) -> None:
    file.unlink()


@pytest.mark.parametrize("harm", [flip_a_byte, cut_off])
@pytest.mark.parametrize("part", ["books", "offers1"])
def test_damage_met_while_reading_is_told_to_the_writer(
    catalogue: Catalogue,
    index: SearchIndex,
    folder: Path,
    database: Database,
    part: str,
    harm: Callable[[Path, int], None],
) -> None:
    """The index was opened well; what a question would read of it is not what was written."""
    first, second = catalogue.sells("Emma"), catalogue.sells("Emma again")
    index.rebuild()
    reader = WhooshIndex(folder, database)
    assert found_by(reader, "") == [second, first]
    (file,) = folder.glob(f"books-*/*.{part}")

    harm(file, 0)

    found = reader.find(Question("emma"))
    assert (found.book_ids, found.degraded) == ([second, first], True)
    assert index.contents() == {}
    assert index.repair()
    assert index.contents() == {first: 1, second: 1}


@pytest.mark.parametrize("harm", [flip_a_byte, cut_off, take_away])
@pytest.mark.parametrize("part", ["*.books", "*.offers1", "_MAIN_1.toc"])
def test_damage_that_nobody_met_is_found_by_looking_everything_through(
    catalogue: Catalogue,
    index: SearchIndex,
    folder: Path,
    database: Database,
    part: str,
    harm: Callable[[Path, int], None],
) -> None:
    """A reader may take it for sound meanwhile, but never fails, and is right again after."""
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert not index.repair()
    (file,) = folder.glob(f"books-*/{part}")
    written = file.stat()

    harm(file, 0)
    if file.exists():
        os.utime(file, ns=(written.st_atime_ns, written.st_mtime_ns))
    reader = WhooshIndex(folder, database)
    assert reader.find(Question("emma")).total == 1

    assert index.repair()

    assert index.contents() == {emma: 1}
    until(lambda: not reader.find(Question("emma")).degraded)
    assert found_by(reader, "emma") == [emma]


def test_a_file_that_was_only_touched_is_no_damage(
    catalogue: Catalogue, index: SearchIndex, folder: Path
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    assert found_by(index, "emma") == [emma]

    for file in parts(folder):
        os.utime(file, (1, 1))

    assert found_by(index, "emma") == [emma]
    assert not index.repair()
