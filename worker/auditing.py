"""Look whether everything agrees, and keep what was seen for operators."""

from collections.abc import Callable
from datetime import datetime

from bookshop.audit import audit
from bookshop.audit import keeping as audits
from bookshop.database import now
from worker.tools import Tools


def look(tools: Tools, between: Callable[[], None]) -> None:
    """`between` is called between two checks."""
    with tools.database.snapshot() as session:
        began = now()
        verdicts = audit(session, tools.outside.billing, tools.outside.index, between)
    with tools.database.transaction() as session:
        audits.keep(session, verdicts, began)


def look_unless_seen(tools: Tools, asked_at: datetime) -> None:
    """An audit that began after somebody asked answers him as well."""
    with tools.database.reading() as session:
        newest = audits.newest(session)
    if newest is None or newest.at < asked_at:
        look(tools, tools.still_at_it)
