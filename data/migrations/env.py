"""Alembic's way into the bookshop's tables, the same history for SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from bookshop.database import Base, Database, UtcTime
from bookshop.settings import from_environment
from bookshop.tables import TABLES  # noqa: F401  (every table is known once it is imported)

database = context.config.attributes.get("database") or Database(from_environment().database_url)


def in_plain_words(kind: str, thing: object, context: object) -> str | bool:
    """A migration must still run when our own types have moved or changed."""
    return "sa.DateTime(timezone=True)" if isinstance(thing, UtcTime) else False


@contextmanager
def references_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and would see every reference to it broken."""
    if connection.dialect.name != "sqlite":
        yield
        return
    sqlite = connection.connection.cursor()  # before a transaction: within one it is too late
    sqlite.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        sqlite.execute("PRAGMA foreign_keys = ON")


def refuse_broken_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise ValueError(f"the migration breaks references: {broken[:10]}")


with database.engine.connect() as connection, references_unchecked(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=in_plain_words,
    )
    with context.begin_transaction():
        context.run_migrations()
    refuse_broken_references(connection)
    connection.commit()
