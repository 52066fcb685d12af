"""What SQLAlchemy has compiled for one test's database it need not compile for the next one's.

Every test has a database of its own, hence an engine, which begins with nothing compiled: that
was a quarter of the time of all tests. A real process has one engine for as long as it lives.
"""

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

_compiled: LRUCache = LRUCache(10_000)
_dialects: dict[tuple[type[Dialect], str | None], Dialect] = {}


@event.listens_for(Engine, "engine_connect")
def _know_what_was_compiled(connection: Connection) -> None:
    """It is kept by the dialect: all engines of one kind have that of the first one."""
    engine = connection.engine
    kind = type(engine.dialect), engine.dialect._on_connect_isolation_level
    engine.dialect = connection.dialect = _dialects.setdefault(kind, engine.dialect)
    engine._compiled_cache = _compiled
