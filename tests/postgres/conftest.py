"""Every test has a schema of its own, with the same tables and the same shop as on SQLite."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from bookshop.settings import from_environment
from tests.postgres.server import postgres
from tests.shop import How, Shop, story

_numbers = count(1)


def pytest_collection_modifyitems(items):
    for item in items:
        if "postgres" in item.path.parts:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """An engine for the server, in autocommit."""
    with postgres() as url:
        var = str(tmp_path_factory.mktemp("server"))
        environ = {"BOOKSHOP_VAR": var, "BOOKSHOP_DATABASE_URL": url}
        engine = create_engine(from_environment(environ).database_url, isolation_level="AUTOCOMMIT")
        yield engine
        engine.dispose()


@pytest.fixture
def url(server) -> Iterator[str]:
    """Of an empty schema."""
    schema = f"bookshop_test_{os.getpid()}_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(
        hide_password=False
    )
    with server.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def shop(url, tmp_path):
    with story(Shop(tmp_path, url, How(times=2, shuffled=True, seed=1))) as shop:
        yield shop
