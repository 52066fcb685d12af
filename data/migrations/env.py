"""Alembic's way into the bookshop's tables, the same history for SQLite and PostgreSQL."""

from alembic import context

from bookshop.database import Base, Database, UtcTime
from bookshop.settings import from_environment
from bookshop.tables import TABLES  # noqa: F401  (every table is known once it is imported)

database = context.config.attributes.get("database") or Database(from_environment().database_url)


def in_plain_words(kind: str, thing: object, context: object) -> str | bool:
    """A migration must still run when our own types have moved or changed."""
    return "sa.DateTime(timezone=True)" if isinstance(thing, UtcTime) else False


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=in_plain_words,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
