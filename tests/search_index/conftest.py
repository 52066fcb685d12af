"""A real database and a real index, both in the folder of the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bookshop.database import Database
from search_index import Found, Question, SearchIndex
from search_index.postgres.index import PostgresIndex
from search_index.whoosh_index import WhooshIndex
from tests.postgres.server import empty_schema, engine
from tests.search_index.catalogue import Catalogue
from tests.shop import database_with_tables, settings_in

SAMPLE = Path(__file__).parents[2] / "data" / "sample_catalogue"

Titles = Callable[..., list[str]]


# Whatever index there is must answer alike: a test, or a whole file, may ask to run on each.
POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
on_both = pytest.mark.parametrize("kind", ["whoosh", POSTGRES])
on_both_samples = pytest.mark.parametrize("sample_kind", ["whoosh", POSTGRES], scope="session")


@pytest.fixture
def kind() -> str:
    return "whoosh"


@pytest.fixture(scope="session")
def sample_kind() -> str:
    return "whoosh"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A PostgreSQL, with trigrams if it has them."""
    with engine(tmp_path_factory.mktemp("server")) as server:
        with server.connect() as connection:
            if connection.scalar(text(_HAS_TRIGRAMS)):
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        yield server


_HAS_TRIGRAMS = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"


@pytest.fixture
def catalogue(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Catalogue]:
    with database_of(kind, tmp_path, request) as database:
        yield Catalogue(database)


@pytest.fixture
def database(catalogue: Catalogue) -> Database:
    return catalogue.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(kind: str, folder: Path, database: Database) -> SearchIndex:
    return index_of(kind, folder, database)


@contextmanager
def database_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    with ExitStack() as stack:
        url = None
        if kind == "postgres":
            url = stack.enter_context(empty_schema(request.getfixturevalue("server")))
        database = database_with_tables(settings_in(folder, url))
        stack.callback(database.engine.dispose)
        yield database


def index_of(kind: str, folder: Path, database: Database) -> SearchIndex:
    """It never loses patience, however busy the machine is."""
    if kind == "postgres":
        return PostgresIndex(database, clock=lambda: 0.0, seconds=inf)
    return WhooshIndex(folder, database, clock=lambda: 0.0)


@pytest.fixture
def titles(index: SearchIndex, catalogue: Catalogue) -> Titles:
    """The titles found, best first."""

    def titles(words: str = "", **question: object) -> list[str]:
        return catalogue.titles(index.find(Question(words, **question)))  # type: ignore[arg-type]

    return titles


@pytest.fixture(scope="session")
def sample(
    sample_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Catalogue]:
    """The catalogue of the demo: 870 English and 809 Russian books."""
    with database_of(sample_kind, tmp_path_factory.mktemp("sample"), request) as database:
        catalogue = Catalogue(database)
        catalogue.loads_csv(SAMPLE / "english_books.csv", seller="english")
        catalogue.loads_yml(SAMPLE / "russian_classics.yml", seller="russian")
        yield catalogue


@pytest.fixture(scope="session")
def sample_index(
    sample_kind: str, sample: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> SearchIndex:
    index = index_of(sample_kind, tmp_path_factory.mktemp("index"), sample.database)
    index.rebuild()
    return index


@pytest.fixture
def find(sample_index: SearchIndex, sample: Catalogue) -> Callable[[str], tuple[list[str], Found]]:
    """What the first page of the sample shop shows for these words."""

    def find(words: str) -> tuple[list[str], Found]:
        found = sample_index.find(Question(words))
        return sample.titles(found), found

    return find
