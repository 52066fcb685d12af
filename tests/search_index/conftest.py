"""A real database and a real index, both in the folder of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bookshop.database import Database
from search_index import Found, Question, SearchIndex
from search_index.whoosh_index import WhooshIndex
from tests.search_index.catalogue import Catalogue
from tests.shop import database_with_tables, settings_in

SAMPLE = Path(__file__).parents[2] / "data" / "sample_catalogue"

Titles = Callable[..., list[str]]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(database_with_tables(settings_in(tmp_path)))


@pytest.fixture
def database(catalogue: Catalogue) -> Database:
    return catalogue.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path, database: Database) -> SearchIndex:
    return WhooshIndex(folder, database)


@pytest.fixture
def titles(index: SearchIndex, catalogue: Catalogue) -> Titles:
    """The titles found, best first."""

    def titles(words: str = "", **question: object) -> list[str]:
        return catalogue.titles(index.find(Question(words, **question)))  # type: ignore[arg-type]

    return titles


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The catalogue of the demo: 870 English and 809 Russian books."""
    catalogue = Catalogue(database_with_tables(settings_in(tmp_path_factory.mktemp("sample"))))
    catalogue.loads_csv(SAMPLE / "english_books.csv", seller="english")
    catalogue.loads_yml(SAMPLE / "russian_classics.yml", seller="russian")
    return catalogue


@pytest.fixture(scope="session")
def sample_index(sample: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    index = WhooshIndex(tmp_path_factory.mktemp("index"), sample.database)
    index.rebuild()
    return index


@pytest.fixture
def find(sample_index: SearchIndex, sample: Catalogue) -> Callable[[str], tuple[list[str], Found]]:
    """What the first page of the sample shop shows for these words."""

    def find(words: str) -> tuple[list[str], Found]:
        found = sample_index.find(Question(words))
        return sample.titles(found), found

    return find
