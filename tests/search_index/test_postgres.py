"""What only the index in PostgreSQL has to hold: its tables, its turns, its time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, repeat
from pathlib import Path
from threading import Thread
from time import monotonic

import numpy as np
import pytest
from sqlalchemy import event, text

from bookshop.books.isbn import to_isbn13
from bookshop.database import Database
from bookshop.settings import from_environment
from search_index import Question, SearchIndex, open_index
from search_index.folder import IndexIsBusy
from search_index.patience import Patience, TimeIsUp
from search_index.postgres import tables
from search_index.postgres.asking import Asking
from search_index.postgres.index import PostgresIndex
from search_index.postgres.matched import EVERYTHING, Matched, read
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import Titles, index_of
from tests.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("kind", ["postgres"]),
]
ROOT = Path(__file__).parents[2]


def does(database: Database, *statements: str) -> None:
    """With the tables of the index before its eyes."""
    with database.transaction() as session:
        tables.Schema(session).prepare(session, 0)
        for statement in statements:
            session.execute(text(statement))


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.reading() as session:
        tables.Schema(session).prepare(session, 0)
        return [tuple(row) for row in session.execute(text(query))]


@contextmanager
def locked(database: Database, table: str) -> Iterator[None]:
    """Nobody else can read it meanwhile."""
    with database.reading() as session:
        tables.Schema(session).prepare(session, 0)
        session.execute(text(f"LOCK TABLE {table}"))
        yield


def test_the_settings_choose_it(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    environ = {
        "BOOKSHOP_VAR": str(tmp_path),
        "BOOKSHOP_SEARCH": "postgres",
        "BOOKSHOP_DATABASE_URL": url,
    }

    assert isinstance(open_index(from_environment(environ), database), PostgresIndex)


def test_every_reader_sees_at_once_what_a_writer_wrote(
    catalogue: Catalogue, database: Database, folder: Path
) -> None:
    reader, writer = (index_of("postgres", folder, database) for _ in range(2))
    emma = catalogue.sells("Emma")
    writer.rebuild()
    assert reader.find(Question("emma")).book_ids == [emma]

    persuasion = catalogue.sells("Persuasion")
    writer.put([persuasion])
    assert reader.find(Question("persuasion")).book_ids == [persuasion]

    writer.rebuild()
    assert reader.find(Question("emma")).book_ids == [emma]


def test_many_changes_leave_the_tables_as_a_rebuild_makes_them(
    catalogue: Catalogue, index: SearchIndex, database: Database
) -> None:
    words = "SELECT field, word, books FROM words ORDER BY 1, 2"
    emma = catalogue.sells("Emma", "Jane Austen", category="Fiction")
    other = catalogue.sells("Emma again", "Jane Fairfax", category="Sequels")
    gone = catalogue.sells("Идиот", "Фёдор Достоевский", category="Проза")
    index.rebuild()
    catalogue.changes(emma, title="Persuasion", category="Classics")
    catalogue.withdraws(gone)

    index.put([emma, gone])
    index.put([other, emma, gone])

    changed = rows(database, words), rows(database, "SELECT books, usual_length FROM state")
    index.rebuild()
    rebuilt = rows(database, words), rows(database, "SELECT books, usual_length FROM state")
    assert changed == rebuilt


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE documents CASCADE",
        "DROP TABLE words",
        "DROP TABLE labels",
        "DELETE FROM state",
        "DELETE FROM documents",
        "UPDATE state SET form = form - 1",
    ],
)
def test_a_damaged_index_is_noticed_and_built_anew(
    catalogue: Catalogue, index: SearchIndex, database: Database, harm: str
) -> None:
    emma = catalogue.sells("Emma", category="Fiction")
    index.rebuild()
    assert not index.repair()
    does(database, harm)

    assert index.repair()

    assert index.contents() == {emma: 1}
    assert index.find(Question("emma")).book_ids == [emma]
    assert not index.repair()


@pytest.mark.parametrize("harm", ["DROP TABLE documents CASCADE", "DROP TABLE words"])
def test_without_an_index_sql_answers_and_a_change_brings_it_back(
    catalogue: Catalogue, index: SearchIndex, database: Database, harm: str
) -> None:
    emma, persuasion = catalogue.sells("Emma"), catalogue.sells("Persuasion")
    index.rebuild()
    does(database, harm)

    found = index.find(Question("emma"))
    assert (found.book_ids, found.total, found.degraded) == ([emma], 1, True)
    assert [each.book_id for each in index.suggest("emm")] == [emma]

    index.put([emma])

    assert index.contents() == {emma: 1, persuasion: 1}
    assert not index.find(Question("emma")).degraded


def test_before_it_was_ever_built_sql_answers(catalogue: Catalogue, index: SearchIndex) -> None:
    emma = catalogue.sells("Emma")

    found = index.find(Question("emma"))

    assert (found.book_ids, found.degraded) == ([emma], True)
    assert index.contents() == {}
    assert index.repair()


def test_a_writer_killed_at_work_leaves_the_index_as_it_was_and_the_turn_free(
    catalogue: Catalogue, index: SearchIndex, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    emma = catalogue.sells("Emma")
    index.rebuild()
    code = (
        "import sys; from bookshop.database import Database\n"
        "from search_index.postgres import index, writing\n"
        "def put_all(session, labels):\n"
        "    print('writing', flush=True); sys.stdin.read()\n"
        "writing.put_all = put_all\n"
        "index.PostgresIndex(Database(sys.argv[1])).rebuild()"
    )
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", code, url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        monkeypatch.setattr(tables, "_PATIENCE", "50ms")
        with pytest.raises(IndexIsBusy):
            index.put([emma])
        assert index.find(Question("emma")).book_ids == [emma]
        writer.kill()
    monkeypatch.undo()

    persuasion = catalogue.sells("Persuasion")
    index.put([persuasion])

    assert index.contents() == {emma: 1, persuasion: 1}
    assert index.rebuild() == 2
    schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE current_schema() || '\\_%'"
    assert rows(database, schemas) == [(0,)]


@pytest.mark.parametrize("table", ["documents", "words", "shelves"])
def test_what_takes_too_long_is_cut_off_and_says_so(
    catalogue: Catalogue, index: SearchIndex, database: Database, table: str
) -> None:
    catalogue.sells("Emma")
    index.rebuild()
    hurried = PostgresIndex(database)
    hurried.find(Question("emma"))

    with locked(database, table):
        began = monotonic()
        found = hurried.find(Question("emma"))
        assert hurried.suggest("emm") == []

    assert (found.cut_short, found.degraded) == (True, False)
    assert monotonic() - began < 30  # it would have waited for ever


def test_only_questions_are_in_a_hurry_and_more_so_with_every_statement(
    index: PostgresIndex,
) -> None:
    index.rebuild()
    seconds = count(step=0.01)
    limits: list[int] = []
    waits: list[float | None] = []

    def ask(asking: Asking) -> None:
        limit = str(asking.rows("SHOW statement_timeout")[0][0])
        limits.append(int(limit.removesuffix("ms")))
        waits.append(asking.seconds_to_wait())

    with index._asking() as asking:
        ask(asking)
    assert (limits.pop(), waits.pop()) == (0, None)

    hurried = Patience(lambda: next(seconds), 0.2)
    with pytest.raises(TimeIsUp), index._asking(hurried) as asking:
        list(map(ask, repeat(asking)))
    assert 1 < len(limits) < 10
    assert limits == sorted(set(limits), reverse=True)
    assert waits[-1] == 0


def test_questions_without_words_see_what_is_put_and_what_is_built(
    catalogue: Catalogue, index: SearchIndex, folder: Path, database: Database
) -> None:
    """They are answered from what was kept from the question before."""
    reader = index_of("postgres", folder, database)
    emma = catalogue.sells("Emma")
    long_ago(database)
    index.rebuild()
    assert reader.find(Question()).book_ids == [emma]

    catalogue.changes(emma, category="Fiction")
    persuasion = catalogue.sells("Persuasion", category="Fiction")
    long_ago(database)
    index.put([emma, persuasion])
    assert reader.find(Question(category="Fiction")).book_ids == [persuasion, emma]

    catalogue.changes(emma, category="Classics")
    index.rebuild()
    assert reader.find(Question(category="Classics")).book_ids == [emma]


def test_a_question_that_straddles_a_rebuild_is_told_of_the_right_sections(
    catalogue: Catalogue, index: PostgresIndex, database: Database
) -> None:
    """It began with the tables of before, and finds the labels in those that took their place."""
    emma = catalogue.sells("Emma", category="Fiction")
    catalogue.sells("Persuasion", category="Classics")
    index.rebuild()
    built = "SELECT built FROM state"
    before = rows(database, built)
    catalogue.changes(emma, category="Aaa")

    with index._asking() as asking:
        found = Matched(asking, read(asking, EVERYTHING))
        rebuilding = Thread(target=index.rebuild)
        rebuilding.start()
        until(lambda: rows(database, built) != before)
        columns, labels = found.of("category", np.arange(2)), found.categories.values

    rebuilding.join()
    assert [labels[code] for code in columns] == ["Fiction", "Classics"]


def test_hundreds_of_isbns_are_looked_for_at_once(
    catalogue: Catalogue, index: SearchIndex, database: Database
) -> None:
    emma = catalogue.sells("Emma", isbn13="9780306406157")
    index.rebuild()
    unknown = [isbn for n in range(1000, 9999) if (isbn := to_isbn13(f"97850000{n}0"))]
    statements = statements_to(database)

    found = index.find(Question(" ".join([*unknown[:30], "9780306406157"])))

    assert found.book_ids == [emma]
    assert len(statements) < 15


def test_for_more_words_it_does_not_ask_more_often(
    catalogue: Catalogue, index: SearchIndex, database: Database
) -> None:
    """Each may be a form of several surnames, and sound like words of the other alphabet."""
    few, more = "толстого булгакова", "достоевским чеховым гоголя пушкиной лермонтова горькому"
    wanted = catalogue.sells(f"{few} {more}", "Лев Толстой, Михаил Булгаков, Антон Чехов")
    catalogue.sells("Tolstogo Chekhovym Gogolya", "Tolstogo, Gogolya")
    index.rebuild()
    index.find(Question(few))  # a first question also looks at the tables
    statements = statements_to(database)
    assert index.find(Question(few)).book_ids == [wanted]
    as_many = len(statements)

    assert index.find(Question(f"{few} {more}")).book_ids == [wanted]

    assert len(statements) == 2 * as_many


def statements_to(database: Database) -> list[str]:
    """It grows with each that is sent from now on."""
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    return statements


def long_ago(database: Database) -> None:
    """No offer was changed of late: it is the index that must tell what is new."""
    does(database, *(f"UPDATE {it} SET changed_at = 'yesterday'" for it in ("offers", "shelves")))


@pytest.mark.parametrize("trigrams", [True, False])
def test_slips_are_undone_with_trigrams_and_without(
    catalogue: Catalogue, index: PostgresIndex, titles: Titles, trigrams: bool
) -> None:
    catalogue.sells("Frankenstein")
    catalogue.sells("Преступление и наказание")
    index.rebuild()
    with index._database.reading() as session:
        schema = index._schema(session)
    if trigrams and not schema.has_trigrams:
        pytest.skip("this PostgreSQL has no pg_trgm")
    schema.has_trigrams = trigrams

    for words in ("frankenstien", "grankenstein", "frnkenstin", "frankinstien"):
        assert titles(words) == ["Frankenstein"]
    for words in ("приступление", "приступлене"):
        assert titles(words) == ["Преступление и наказание"]


def test_a_copy_that_was_sold_makes_a_book_come_earlier(
    catalogue: Catalogue, index: SearchIndex, titles: Titles, database: Database
) -> None:
    catalogue.sells("Emma the first")
    catalogue.sells("Emma the next")
    index.rebuild()
    assert titles("emma") == ["Emma the next", "Emma the first"]

    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO reservations (order_id, parcel_id, line_id, offer_id, quantity, state,"
                " made_at) SELECT 1, 1, 1, min(id), 9, 'sent', now() FROM offers"
            )
        )

    assert titles("emma") == ["Emma the first", "Emma the next"]


def test_more_books_than_can_be_put_in_order_are_all_there(
    catalogue: Catalogue, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best are looked at closely, and the others stand behind them."""
    for n in range(20):
        catalogue.sells(f"A long story that is about Emma number {n}")
    best = catalogue.sells("Emma")
    index.rebuild()
    monkeypatch.setattr("search_index.postgres.matched.LOOKED_AT", 3)
    monkeypatch.setattr("search_index.postgres.index.LOOKED_AT", 3)

    found = index.find(Question("emma", per_page=100))

    assert found.book_ids[0] == best
    assert found.total == len(set(found.book_ids)) == 21
