"""Carries committed messages to the queue, and again until they are done.

The queue is only a wake-up: if Redis is wiped, or a worker dies with a job in hand, the delivery
rows are still open and are due again a few seconds later.
"""

import signal
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from uuid import uuid4

import structlog
from redis import RedisError
from rq import Queue
from sqlalchemy.exc import OperationalError

from bookshop import outbox
from bookshop.database import Database
from bookshop.outbox import Due
from bookshop.settings import Settings
from worker import jobs
from worker.queues import KEEP_BATCH, KEEP_FAILED, SHORT_JOB, connect, open_queues
from worker.schedule import SCHEDULE
from worker.subscriptions import IMPORTS, LONG, ROUTES, RULES

LOOK_EVERY = 0.05  # seconds, when there is nothing to carry
LOOK_LATER = 0.01  # seconds more for each delivery carried: a batch comes together meanwhile
LATEST = 0.25  # seconds
MOST_AT_ONCE = 100

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Until SIGTERM. Database or Redis away: waits and goes on."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    database = Database(settings.database_url)
    queues = open_queues(connect(settings))
    clock = Clock()
    print("ready", flush=True)
    while not stop.is_set():
        try:
            clock.ring(queues)
            carried = carry(database, queues)
            stop.wait(pause_after(carried))
        except (RedisError, OperationalError) as error:
            log.warning("relay cannot carry", error=repr(error))
            stop.wait(1)


def pause_after(carried: int) -> float:
    """A job of RQ costs more than a delivery: the busier the shop, the fuller they are."""
    if carried == MOST_AT_ONCE:
        return 0
    return min(LOOK_EVERY + carried * LOOK_LATER, LATEST)


def carry(database: Database, queues: dict[str, Queue]) -> int:
    """One round. Answers how many deliveries were due."""
    with database.reading() as session:
        if not outbox.anything_to_carry(session):
            return 0
    batch = uuid4().hex
    with database.transaction() as session:
        outbox.route(session, ROUTES)
        due = outbox.take_due(session, batch, MOST_AT_ONCE)
    queued = still_queued(queues, due)
    by_queue: dict[str, list[Due]] = defaultdict(list)
    for delivery in due:
        if delivery.id not in queued:
            by_queue[delivery.queue].append(delivery)
    for name, deliveries in by_queue.items():
        hand_over(queues[name], batch, deliveries)
    return len(due)


def hand_over(queue: Queue, batch: str, deliveries: list[Due]) -> None:
    """Fresh ones in one job; what takes long, and whatever was handed over before, alone."""
    fresh = [due.id for due in deliveries if not due.handed and due.queue not in LONG]
    if fresh:
        queue.enqueue(
            jobs.deliver_many,
            fresh,
            job_id=batch_job(queue.name, batch),
            ttl=KEEP_BATCH,
            failure_ttl=SHORT_JOB,  # of a worker that died: its deliveries are due again
        )
    for delivery in deliveries:
        if delivery.id in fresh:
            continue
        queue.failed_job_registry.remove(lone_job(delivery))
        queue.enqueue(
            jobs.deliver_in_turns if delivery.queue == IMPORTS else jobs.deliver_alone,
            delivery.id,
            job_id=lone_job(delivery),
            result_ttl=0,
            failure_ttl=KEEP_FAILED,
        )


def still_queued(queues: dict[str, Queue], deliveries: Sequence[Due]) -> set[int]:
    """Those whose job still waits its turn: a busy queue is not made longer by asking again.

    The list itself says so. A job's own status does not: it is "queued" too when a worker took the
    job and died before it began.
    """
    again = [delivery for delivery in deliveries if delivery.handed]
    with queues[RULES].connection.pipeline(transaction=False) as asking:
        for delivery in again:
            for job_id in (batch_job(delivery.queue, delivery.batch), lone_job(delivery)):
                asking.lpos(queues[delivery.queue].key, job_id)
        places = asking.execute()
    pairs = zip(places[::2], places[1::2], strict=True)
    return {
        delivery.id for delivery, places in zip(again, pairs, strict=True) if places != (None, None)
    }


def batch_job(queue: str, batch: str) -> str:
    return f"{queue}-{batch}"


def lone_job(delivery: Due) -> str:
    return f"delivery-{delivery.id}"


class Clock:
    """Sees to it that what is scheduled is asked for in time; asked twice is harmless."""

    def __init__(self) -> None:
        self._next = dict.fromkeys(SCHEDULE, 0.0)

    def ring(self, queues: dict[str, Queue]) -> None:
        moment = time.monotonic()
        for name, scheduled in SCHEDULE.items():
            if moment >= self._next[name]:
                queues[scheduled.queue].enqueue(
                    jobs.do_scheduled, name, ttl=SHORT_JOB, result_ttl=0, failure_ttl=3600
                )
                self._next[name] = moment + scheduled.every
