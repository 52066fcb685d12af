"""The one place that opens, commits and rolls back transactions.

Writers on SQLite begin with BEGIN IMMEDIATE: a transaction that reads first and then wants to
write would be turned away under load ("database is locked"), one that asks first only waits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    MetaData,
    Row,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from bookshop.money import Money

_WRITES = "bookshop_writes"


class UtcTime(TypeDecorator[datetime]):
    """Always aware and in UTC, also on SQLite, which would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def a_word(kind: type[StrEnum]) -> Enum:
    """A column type: the enum's words as plain text, the same in both databases."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda k: [m.value for m in k])


class Base(DeclarativeBase):
    """Every stored thing in the bookshop inherits from this."""

    type_annotation_map = {Money: BigInteger, datetime: UtcTime}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    def __init__(self, url: str) -> None:
        self.engine = prepared(create_engine(url, **engine_options(url)))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of it happens, or none of it."""
        with Session(self.engine, expire_on_commit=False) as session, writing(session):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look that changes nothing and holds nobody up."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Many looks at one moment, that of the first, whatever others write meanwhile."""
        with self.reading() as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session  # SQLite's transactions are so


def engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30}}
    return {"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True}


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """The session's next transaction is a writer's: committed at the end, or undone whole."""
    try:
        session.connection(execution_options={_WRITES: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def prepared(engine: Engine) -> Engine:
    """Set up how SQLite behaves; PostgreSQL is right as it comes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def insert_if_absent(session: Session, table: type[Base], **values: object) -> Row[Any] | None:
    """Its key; None if it was there. One that another transaction just inserts is waited for."""
    return session.execute(_if_absent(table, session.get_bind().dialect.name), values).first()


def now() -> datetime:
    return datetime.now(UTC)


@cache
def _if_absent(table: type[Base], dialect_name: str) -> Executable:
    """Told by its key, not by the count of rows: of an INSERT, PostgreSQL's driver is not asked."""
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    row = dialect.insert(table.__table__).on_conflict_do_nothing()
    told: Executable = row.returning(*table.__table__.primary_key)
    return told


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")  # a chunk of a catalogue, a sort
    cursor.execute("PRAGMA wal_autocheckpoint=8000")  # pages, 32 MB: a chunk is 4 or so
    cursor.close()


def _lower(text: object) -> str | None:
    """SQLite's own knows only the letters a to z: "КНИГА" would not be found by "книга"."""
    return None if text is None else str(text).lower()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
