"""A real Redis, the relay's own round, and the worker's own loop, here or as a process."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis, RedisError
from rq.serializers import JSONSerializer

from demo import redis as bundled
from tests.shop import Shop
from tests.waiting import until
from worker import jobs, relay
from worker.queues import Worker, open_queues

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    port = free_port()
    command = [bundled.server(), *bundled.arguments(tmp_path_factory.mktemp("redis"), port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    until(lambda: answers(url), "redis")
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def redis(redis_url):
    redis = Redis.from_url(redis_url)
    redis.flushall()
    yield redis
    redis.close()


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.database.engine.dispose()


@pytest.fixture
def billing_port():
    """Where the shop looks for billing; nobody is there unless a test starts it."""
    return free_port()


@pytest.fixture
def crew(shop, redis, redis_url, billing_port, monkeypatch):
    environ = {
        "BOOKSHOP_VAR": str(shop.settings.var),
        "BOOKSHOP_SECRET_KEY": shop.settings.secret_key,
        "BOOKSHOP_REDIS_URL": redis_url,
        "BOOKSHOP_BILLING_URL": f"http://127.0.0.1:{billing_port}",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    jobs.own_tools.cache_clear()
    crew = Crew(shop, redis)
    yield crew
    for process in crew.processes:
        process.kill()
        process.wait(10)
    jobs.own_tools.cache_clear()


class Crew:
    """Those who bring the messages. Steps can be taken one by one, or left to processes."""

    def __init__(self, shop, redis):
        self.shop, self.redis = shop, redis
        self.queues = open_queues(redis)
        self.processes = []

    def carries(self):
        """One round of the relay; how many deliveries were due."""
        return relay.carry(self.shop.database, self.queues)

    def works(self, *names):
        """All that is in these queues now."""
        handlers = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
        queues = [self.queues[name] for name in names or self.queues]
        worker = Worker(queues, connection=self.redis, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="CRITICAL")
        for sign, handler in handlers.items():
            signal.signal(sign, handler)

    def carries_and_works(self, *names):
        """Until nothing is due."""
        while self.carries():
            self.works(*names)

    def starts(self, *command):
        """`manage.py relay`, `manage.py worker rules`: ready when it says so."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout.readline().startswith("ready")
        return process


def answers(url):
    with Redis.from_url(url) as redis:
        try:
            return redis.ping()
        except RedisError:  # not there yet
            return False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
