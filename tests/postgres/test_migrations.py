"""The migrations make just the tables that the code speaks of, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from bookshop.database import Base, Database
from bookshop.migrations import migrate
from bookshop.tables import TABLES


def differences(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bookshop.sqlite"
    else:
        url = request.getfixturevalue("url")
    database = Database(url)
    yield database
    database.engine.dispose()


def test_from_nothing_to_the_newest_form_and_again(database):
    for _ in range(2):
        migrate(database)
        assert set(inspect(database.engine).get_table_names()) == {*TABLES, "alembic_version"}
        assert differences(database) == []


def test_a_table_that_differs_is_found(database):
    migrate(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE offers DROP COLUMN sku")

    assert [kind for kind, *_ in differences(database)] == ["add_column"]
