"""The queues' page, over a real Redis: for operators, and only from its own buttons."""

import socket
import subprocess
from dataclasses import replace

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from bookshop.users.models import Role
from demo.redis import arguments, server
from tests.webshop.conftest import Visitor
from webshop.app import create_app


@pytest.fixture
def redis(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [server(), *arguments(tmp_path / "redis", port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until_it_answers = Retry(ConstantBackoff(0.05), 200, (ConnectionError,))
        with Redis(port=port, retry=until_it_answers) as redis:
            redis.ping()
            yield redis
        process.terminate()


@pytest.fixture
def app(shop, redis):
    port = redis.connection_pool.connection_kwargs["port"]
    return create_app(replace(shop.settings, redis_url=f"redis://127.0.0.1:{port}/0"))


@pytest.fixture
def oscar(app, shop):
    shop.has("oscar", Role.OPERATOR)
    return Visitor(app.test_client()).signs_in("oscar")


def test_an_operator_sees_the_jobs_and_their_page_may_draw(oscar, redis):
    Queue("rules", connection=redis, serializer=JSONSerializer).enqueue("worker.jobs.do", [7])

    page = oscar.opens("/operator/queues/")
    jobs = oscar.opens("/operator/queues/0/data/jobs/rules/queued/8/asc/1.json")

    assert page.status_code == 200
    assert "'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "worker.jobs.do([7])" in jobs.text
    assert "unsafe" not in oscar.opens("/operator").headers["Content-Security-Policy"]


def test_only_the_pages_own_buttons_change_anything(oscar, redis):
    queue = Queue("rules", connection=redis, serializer=JSONSerializer)
    job = queue.enqueue("worker.jobs.do", [7])
    delete = f"/operator/queues/job/{job.id}/delete"

    assert oscar.browser.post(delete).status_code == 403
    assert oscar.browser.get("/operator/queues/requeue/rules").status_code == 403
    assert queue.count == 1

    by_script = {"X-Requested-With": "XMLHttpRequest"}
    assert oscar.browser.post(delete, headers=by_script).status_code == 200
    assert queue.count == 0


def test_to_others_the_queues_are_not_there(app, shop, redis):
    shop.has("ada")
    ada = Visitor(app.test_client()).signs_in("ada")

    for path in ("/operator/queues/", "/operator/queues/0/data/queues.json"):
        assert ada.opens(path).status_code == 404


def test_with_everything_up_the_shop_is_ready(oscar, shop):
    shop.index.rebuild()

    assert oscar.opens("/health/ready").json == {
        "ready": True,
        "database": "ok",
        "redis": "ok",
        "index": "ok",
    }
