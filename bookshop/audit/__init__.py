"""What must always hold, as plain queries. Each answers what offends against it, in words.

Billing and the search index are handed in; billing not answering is a failure, not a pass.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bookshop.audit import hearing, inside, outside
from bookshop.audit.outside import Index
from bookshop.database import now
from bookshop.payments.gateway import Billing
from bookshop.translations import N_


def at_once() -> None:
    """Nobody waits between two checks."""


@dataclass(frozen=True)
class Verdict:
    number: int
    name: str
    offenders: list[str]
    asked: bool = True  # False: who had to answer did not, which is no pass either

    @property
    def holds(self) -> bool:
        return not self.offenders


def audit(
    session: Session, billing: Billing, index: Index, between: Callable[[], None] = at_once
) -> list[Verdict]:
    """All seven, in order. `session` is a snapshot (Database.snapshot) that has not looked yet.

    The outside is asked first: whatever it had then, the shop must know by the time it looks at
    itself. `between` is called after each of the two and of the seven.
    """
    billed = outside.ask(billing)
    between()
    found = outside.Indexed(billed.at, index.contents())
    between()
    looked_at = now()  # however long the looking takes
    checks: list[tuple[str, Callable[[], list[str]]]] = [
        (N_("copies: reserved is what live reservations say"), lambda: inside.copies(session)),
        (N_("every wanted line is covered once, no other is"), lambda: inside.covers(session)),
        (N_("the ledger sums to zero, order by order"), lambda: inside.money(session)),
        (N_("billing and we say the same"), lambda: outside.agreement(session, billed, looked_at)),
        (N_("every message arrives"), lambda: hearing.deliveries(session, looked_at)),
        (N_("every letter owed is written once"), lambda: hearing.letters(session)),
        (
            N_("the index holds what is on sale"),
            lambda: outside.findable(session, found, looked_at),
        ),
    ]
    verdicts = []
    for number, (name, check) in enumerate(checks, 1):
        verdicts.append(_verdict(number, name, check))
        between()
    return verdicts


def _verdict(number: int, name: str, check: Callable[[], list[str]]) -> Verdict:
    try:
        return Verdict(number, name, check())
    except outside.CouldNotBeAsked as silence:
        return Verdict(number, name, [str(silence)], asked=False)
