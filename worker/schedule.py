"""What is done again and again, whether anything happened or not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bookshop import outbox, repeats
from bookshop.audit import keeping as audits
from bookshop.auth import service as auth
from bookshop.database import now
from bookshop.imports import tidying
from bookshop.orders import deadlines
from bookshop.payments import service as payments
from bookshop.searches import service as searches
from worker import auditing
from worker.subscriptions import IMPORTS, RULES
from worker.tools import Tools

KEEP_MESSAGES = timedelta(days=30)
KEEP_ANSWERS = timedelta(days=2)
KEEP_UPLOADS = timedelta(days=90)
KEEP_SEARCHES = timedelta(days=90)
KEEP_AUDITS = timedelta(days=90)
AUDIT_EVERY = 600.0  # seconds


@dataclass(frozen=True)
class Scheduled:
    every: float  # seconds
    deed: Callable[[Tools], None]
    queue: str = RULES
    in_turns: bool = False  # it takes long, and lets imports have theirs


def keep_deadlines(tools: Tools) -> None:
    """Each thing overdue in a transaction of its own; one that fails does not stop the others."""
    moment = now()
    with tools.database.reading() as session:
        found = deadlines.overdue(session, moment)
    errors = []
    for deed, id in found:
        try:
            with tools.database.transaction() as session:
                deed(session, id, moment)
        except Exception as error:
            error.add_note(f"{deed.__name__} {id}")
            errors.append(error)
    if errors:
        raise ExceptionGroup("deadlines", errors)


def reconcile_payments(tools: Tools) -> None:
    """Ask billing about every payment that is open and quiet: its webhook may be lost."""
    with tools.database.transaction() as session:
        payments.ask_about_old(session, older_than=timedelta(seconds=30))


def repair_index(tools: Tools) -> None:
    """A damaged or missing index is built anew from the database."""
    tools.outside.index.repair()


def audit_the_shop(tools: Tools) -> None:
    """What the operators' page and the metrics tell. A relay that starts anew asks at once."""
    with tools.database.reading() as session:
        newest = audits.newest(session)
    if newest is None or newest.at <= now() - timedelta(seconds=AUDIT_EVERY / 2):
        auditing.look(tools, tools.give_way)


def tidy(tools: Tools) -> None:
    with tools.database.transaction() as session:
        auth.forget_expired(session)
    with tools.database.transaction() as session:
        outbox.forget_done(session, now() - KEEP_MESSAGES)
    with tools.database.transaction() as session:
        repeats.forget(session, now() - KEEP_ANSWERS)
    with tools.database.transaction() as session:
        audits.forget(session, now() - KEEP_AUDITS)
    with tools.database.transaction() as session:
        searches.forget(session, now() - KEEP_SEARCHES)
    tidying.forget_files(tools.database, tools.settings.uploads, now() - KEEP_UPLOADS)
    tidying.forget_changes(tools.database, now() - KEEP_UPLOADS)


SCHEDULE = {
    "keep_deadlines": Scheduled(5, keep_deadlines),
    "reconcile_payments": Scheduled(15, reconcile_payments),
    "repair_index": Scheduled(60, repair_index, "index"),
    "audit_the_shop": Scheduled(AUDIT_EVERY, audit_the_shop, IMPORTS, in_turns=True),
    "tidy": Scheduled(3600, tidy),
}
