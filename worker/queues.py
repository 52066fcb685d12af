"""The queues, and the processes that work on them."""

import gc
import os
from collections.abc import Sequence

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

from bookshop.settings import Settings
from worker import jobs
from worker.subscriptions import LONG, QUEUES, RULES

SHORT_JOB = 60  # seconds, far more than a batch takes
LONG_JOB = 6 * 3600  # a catalogue of a million books on a slow machine
KEEP_FAILED = 30 * 24 * 3600


def connect(settings: Settings) -> Redis:
    return Redis.from_url(settings.redis_url)


def open_queues(redis: Redis) -> dict[str, Queue]:
    return {
        name: Queue(
            name,
            connection=redis,
            serializer=JSONSerializer,
            default_timeout=LONG_JOB if name == "index" else SHORT_JOB,
        )
        for name in QUEUES
    }


def work(settings: Settings, names: Sequence[str]) -> None:
    """Until told to stop. The job at hand is finished first."""
    redis = connect(settings)
    queues = open_queues(redis)
    wanted = [queues[name] for name in names or QUEUES]
    if names and set(names) <= LONG:
        os.nice(10)  # a page that a customer waits for goes first
        gc.set_threshold(50_000, 20, 20)  # of a million records none refers to itself
    jobs.get_ready(names or QUEUES)
    worker = SimpleWorker(wanted, connection=redis, serializer=JSONSerializer)
    print("ready", *names, flush=True)
    # In turns: billing that always has something to do would keep every letter waiting. But where
    # one does everything, what a customer waits for goes first.
    in_turns = RULES not in [queue.name for queue in wanted]
    strategy = DequeueStrategy.ROUND_ROBIN if in_turns else DequeueStrategy.DEFAULT
    worker.work(logging_level="WARNING", dequeue_strategy=strategy)
    jobs.turns().stop()
