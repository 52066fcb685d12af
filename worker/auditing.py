"""Look whether everything agrees, and keep what was seen for operators."""

from bookshop.audit import audit
from bookshop.audit import keeping as audits
from bookshop.database import now
from worker.tools import Tools


def look(tools: Tools) -> None:
    with tools.database.snapshot() as session:
        began = now()
        outside = tools.outside
        verdicts = audit(session, outside.billing, outside.index, between=tools.give_way)
    with tools.database.transaction() as session:
        audits.keep(session, verdicts, began)


def look_unless_seen(tools: Tools, after: int) -> None:
    """Somebody asked who had seen the audit `after`; a newer one answers him as well."""
    with tools.database.reading() as session:
        newest = audits.newest(session)
    if newest is None or newest.id <= after:
        look(tools)
