"""What RQ runs. A job names deliveries; the rows say the rest, so a lost job loses nothing."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import select

from bookshop.settings import from_environment
from worker import schedule
from worker.delivering import deliver, deliver_all
from worker.tools import Tools, tools
from worker.turns import Turns


def deliver_many(delivery_ids: list[int]) -> None:
    """The fresh ones, a batch at a time. One that fails goes again alone."""
    deliver_all(delivery_ids, own_tools())


def deliver_in_turns(delivery_id: int) -> None:
    """Long errands: the job only begins it. How it goes on and ends, the delivery row says."""
    turns().begin(lambda give_way: deliver(delivery_id, replace(own_tools(), give_way=give_way)))


def deliver_alone(delivery_id: int) -> None:
    """Fails as a job when the delivery fails, so that RQ's failed jobs are what is stuck."""
    error = deliver(delivery_id, own_tools())
    if error:
        raise error


def do_scheduled(name: str) -> None:
    scheduled = schedule.SCHEDULE[name]
    if scheduled.in_turns:
        turns().begin(lambda give_way: scheduled.deed(replace(own_tools(), give_way=give_way)))
    else:
        scheduled.deed(own_tools())


def get_ready(names: Sequence[str]) -> None:
    """Before the first job, so that the first customer of the day need not wait for imports."""
    own = own_tools()
    with own.database.reading() as session:
        session.execute(select(1))
    for name, part in (("billing", "billing"), ("mail", "post"), ("index", "index")):
        if name in names:
            getattr(own.outside, part)


@cache
def turns() -> Turns:
    return Turns()


@cache
def own_tools() -> Tools:
    return tools(from_environment())
