"""What RQ runs. A job names deliveries; the rows say the rest, so a lost job loses nothing."""

from functools import cache

from bookshop.settings import from_environment
from worker import schedule
from worker.delivering import deliver
from worker.tools import Tools, tools


def deliver_many(delivery_ids: list[int]) -> None:
    """The fresh ones, a batch at a time. One that fails goes again alone."""
    for delivery_id in delivery_ids:
        deliver(delivery_id, own_tools())


def deliver_alone(delivery_id: int) -> None:
    """Fails as a job when the delivery fails, so that RQ's failed jobs are what is stuck."""
    error = deliver(delivery_id, own_tools())
    if error:
        raise error


def do_scheduled(name: str) -> None:
    schedule.SCHEDULE[name].deed(own_tools())


@cache
def own_tools() -> Tools:
    return tools(from_environment())
