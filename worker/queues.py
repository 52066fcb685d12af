"""The queues, and the processes that work on them."""

import gc
import os
from collections.abc import Sequence

import structlog
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from rq.worker import DequeueStrategy, WorkerStatus

from bookshop.settings import Settings
from worker import jobs
from worker.subscriptions import LONG, QUEUES, RULES

SHORT_JOB = 60  # seconds, far more than a batch takes
LONG_JOB = 6 * 3600  # a catalogue of a million books on a slow machine
KEEP_FAILED = 30 * 24 * 3600
KEEP_BATCH = 7 * 24 * 3600  # a queue may stand still for so long; after that they go one by one
# What a customer waits for goes first: of a busy processor others get less, by so much (nice).
STANDS_BACK = {"mail": 5, "imports": 10, "index": 10}


log = structlog.get_logger()

BATCH = f"{jobs.deliver_many.__module__}.{jobs.deliver_many.__name__}"


class Worker(SimpleWorker):
    """Does a batch without RQ's own records of a job, which cost more than most of its deliveries.

    What became of it the delivery rows say, and if this process dies they are due again.
    """

    def execute_job(self, job: Job, queue: Queue) -> None:
        if job.func_name != BATCH:
            super().execute_job(job, queue)
            return
        self.set_state(WorkerStatus.BUSY)  # who asks it to stop waits for the end of the batch
        try:
            with self.death_penalty_class(job.timeout, JobTimeoutException, job_id=job.id):
                job.func(*job.args)
        except Exception as error:
            log.warning("batch failed", queue=queue.name, error=repr(error))
        with self.connection.pipeline() as done:
            done.lrem(queue.intermediate_queue_key, 1, job.id)
            done.delete(job.key)
            done.execute()


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
    os.nice(min(STANDS_BACK.get(name, 0) for name in names or QUEUES))
    if names and set(names) <= LONG:
        gc.set_threshold(50_000, 20, 20)  # of a million records none refers to itself
    jobs.get_ready(names or QUEUES)
    gc.freeze()  # what was imported stays: it need not be looked through again
    worker = Worker(wanted, connection=redis, serializer=JSONSerializer)
    print("ready", *names, flush=True)
    # In turns: billing that always has something to do would keep every letter waiting. But where
    # one does everything, what a customer waits for goes first.
    in_turns = RULES not in [queue.name for queue in wanted]
    strategy = DequeueStrategy.ROUND_ROBIN if in_turns else DequeueStrategy.DEFAULT
    worker.work(logging_level="WARNING", dequeue_strategy=strategy)
    jobs.turns().stop()
