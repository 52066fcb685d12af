"""Every test has a schema of its own, with the same tables and the same shop as on SQLite."""

from collections.abc import Iterator

import pytest

from tests.postgres.server import empty_schema, engine
from tests.shop import How, Shop, story


def pytest_collection_modifyitems(items):
    for item in items:
        if "postgres" in item.path.parts:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """An engine for the server, in autocommit."""
    with engine(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def url(server) -> Iterator[str]:
    """Of an empty schema."""
    with empty_schema(server) as url:
        yield url


@pytest.fixture
def shop(url, tmp_path):
    with story(Shop(tmp_path, url, How(times=2, shuffled=True, seed=1))) as shop:
        yield shop
