"""The sandbox as a process: how it starts, stops and describes itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import jsonschema
import psutil
import requests

from billing_sandbox.app import create_app
from billing_sandbox.database import Database
from tests.billing_sandbox.merchant import Merchant
from tests.billing_sandbox.process import Sandbox, a_key, payment, transfer

StartFor = Callable[[str], Sandbox]


def test_it_stops_within_a_second(a_sandbox_for: StartFor, merchant: Merchant) -> None:
    sandbox = a_sandbox_for(merchant.url)
    sandbox.get("/health")

    start = time.monotonic()
    sandbox.process.terminate()

    assert sandbox.process.wait(5) == 0
    assert time.monotonic() - start < 1


def test_what_was_answered_survives_a_crash_of_any_of_its_processes(
    a_sandbox_for: StartFor, merchant: Merchant
) -> None:
    sandbox = a_sandbox_for(merchant.url)
    opened = sandbox.opens()

    [worker] = psutil.Process(sandbox.process.pid).children()
    worker.kill()
    worker.wait(5)
    after_the_worker = sandbox.get(f"/payments/{opened['id']}")
    os.kill(sandbox.process.pid, signal.SIGKILL)  # the worker alone notices, and makes way
    sandbox.process.communicate()
    sandbox.start()

    assert after_the_worker.json() == opened
    assert sandbox.get(f"/payments/{opened['id']}").json() == opened


def test_a_crash_amid_refunds_loses_and_doubles_none(
    a_sandbox_for: StartFor, merchant: Merchant
) -> None:
    sandbox = a_sandbox_for(merchant.url)
    paid = sandbox.paid("1000.00")
    answered: dict[str, str] = {}
    under_way = threading.Event()

    def refund_until_it_dies(lane: int) -> None:
        for number in count():
            key = f"lane-{lane}-{number}"
            try:
                answered[key] = sandbox.refunds(paid["id"], "0.01", key=key).json()["id"]
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                return  # before the answer, or in the middle of it
            if number == 5:
                under_way.set()

    with ThreadPoolExecutor(4) as lanes:
        ends = [lanes.submit(refund_until_it_dies, lane) for lane in range(4)]
        assert under_way.wait(10)
        sandbox.kill()
    sandbox.start()

    assert [end.exception() for end in ends] == [None] * 4
    made = {each["idempotency_key"]: each["id"] for each in sandbox.get("/refunds").json()}
    assert answered.items() <= made.items()
    assert len(made) - len(answered) <= 4  # done, and killed before the answer was out
    refunded = sandbox.get(f"/payments/{paid['id']}").json()["refunded"]
    assert refunded == f"{len(made) / 100:.2f}"
    for key, refund_id in answered.items():
        assert sandbox.refunds(paid["id"], "0.01", key=key).json()["id"] == refund_id


def test_a_value_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    usual = ["--port", "1", "--database", str(tmp_path / "b.sqlite"), "--webhook", "http://a.test"]
    command = [sys.executable, "-m", "billing_sandbox", *usual, "--secret", "s"]
    unusable = {
        "--webhook nowhere": ["--webhook", "nowhere"],
        "--port 0": ["--port", "0"],
        "--database /dev/null/b.sqlite": ["--database", "/dev/null/b.sqlite"],
        "a secret is needed": ["--secret", ""],
    }

    started = {
        complaint: subprocess.Popen([*command, *more], stderr=subprocess.PIPE, text=True)
        for complaint, more in unusable.items()
    }

    for complaint, process in started.items():
        told = process.communicate(timeout=10)[1]
        assert process.returncode in (1, 2)
        assert complaint in told.splitlines()[-1]


def test_the_description_lists_every_route(sandbox: Sandbox, tmp_path: Path) -> None:
    described = {
        (path, method.upper())
        for path, methods in sandbox.get("/openapi.json").json()["paths"].items()
        for method in methods
        if method != "parameters"
    }

    rules = create_app(Database(tmp_path / "unused.sqlite"), "http://a.test").url_map.iter_rules()
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in rules
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert described == served


def test_answers_are_as_described(sandbox: Sandbox, merchant: Merchant) -> None:
    schemas = sandbox.get("/openapi.json").json()["components"]["schemas"]
    paid = sandbox.paid()
    [told] = merchant.hears(1, "payment.paid", paid["id"])

    for name, answer in {
        "Payment": sandbox.post("/payments", payment(), key=a_key()).json(),
        "Refund": sandbox.refunds(paid["id"], "1.00").json(),
        "Transfer": sandbox.post("/transfers", transfer(), key=a_key()).json(),
        "Problem": sandbox.post(f"/payments/{paid['id']}/cancel").json(),
        "Event": told.event,
        "EventLog": sandbox.get("/events").json()[0],
        "Faults": sandbox.get("/faults").json(),
    }.items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema.validate(answer, whole)
        undescribed = set(answer) - set(schemas[name].get("properties", answer))
        assert undescribed == set()
