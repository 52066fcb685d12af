"""The sandbox misbehaves as told, and only as told."""

import time
from collections.abc import Callable

import pytest
import requests

from tests.billing_sandbox.conftest import NO_FAULTS
from tests.billing_sandbox.merchant import Merchant
from tests.billing_sandbox.process import Sandbox, a_key, payment

StartFor = Callable[[str], Sandbox]


def test_there_are_none_until_told_and_any_subset_may_be(sandbox: Sandbox) -> None:
    before = sandbox.get("/faults").json()
    told = sandbox.post("/faults", {"error_rate": 0.5})
    told_more = sandbox.post("/faults", {"error_rate": 0, "latency_ms": 1})

    assert before == NO_FAULTS
    assert told.json() == NO_FAULTS | {"error_rate": 0.5}
    assert told_more.json() == sandbox.get("/faults").json() == NO_FAULTS | {"latency_ms": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"latency_ms": -1},
        {"latency_ms": True},
        {"latency_ms": 1.5},
        {"error_rate": 1.1},
        {"error_rate": "1"},
        {"drop_webhooks": 1},
        {"explode": True},
    ],
)
def test_an_unknown_fault_changes_nothing(sandbox: Sandbox, fault: dict[str, object]) -> None:
    refused = sandbox.post("/faults", {"duplicate_webhooks": True, **fault})

    assert refused.status_code == 422
    assert refused.json()["field"] in fault
    assert sandbox.get("/faults").json() == NO_FAULTS


def test_a_failure_has_done_nothing(sandbox: Sandbox) -> None:
    key = a_key()
    sandbox.misbehaves(error_rate=1)
    failed = sandbox.post("/payments", payment(), key=key)
    healthy = sandbox.get("/health")
    sandbox.misbehaves(error_rate=0)

    assert (failed.status_code, healthy.status_code) == (503, 200)
    assert failed.headers["Content-Type"] == "application/problem+json"
    assert sandbox.get(f"/payments?idempotency_key={key}").json() == []
    assert sandbox.post("/payments", payment(), key=key).status_code == 201


def test_half_of_the_calls_fail_when_told_so(sandbox: Sandbox) -> None:
    sandbox.misbehaves(error_rate=0.5)

    answers = [sandbox.get("/transfers").status_code for _ in range(60)]

    assert 10 < answers.count(503) < 50  # it fails to hold once in ten million runs
    assert set(answers) == {200, 503}


def test_answers_come_late_but_not_those_about_health(sandbox: Sandbox) -> None:
    sandbox.misbehaves(latency_ms=700)

    took = {}
    for path in ("/payments/none", "/health", "/faults"):
        start = time.monotonic()
        sandbox.get(path)
        took[path] = time.monotonic() - start

    assert took["/payments/none"] > 0.7
    assert max(took["/health"], took["/faults"]) < 0.7


def test_an_answer_is_lost_after_the_effect(sandbox: Sandbox) -> None:
    key, paid = a_key(), sandbox.paid("100.00")
    sandbox.misbehaves(timeout_after_commit=True)
    with pytest.raises(requests.ConnectionError):
        sandbox.refunds(paid["id"], "10.00", key=key)
    refused = sandbox.refunds(paid["id"], "1000.00")
    sandbox.misbehaves(timeout_after_commit=False)

    asked_again = sandbox.refunds(paid["id"], "10.00", key=key)

    assert refused.status_code == 409
    assert asked_again.headers["Idempotency-Replayed"] == "true"
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "10.00"


def test_dropped_webhooks_are_never_sent(sandbox: Sandbox, merchant: Merchant) -> None:
    sandbox.misbehaves(drop_webhooks=True)
    silent = sandbox.paid()
    sandbox.misbehaves(drop_webhooks=False)
    told = sandbox.paid()

    merchant.hears(1, "payment.paid", told["id"])

    assert merchant.heard("payment.paid", silent["id"]) == []
    assert state_of_event_about(sandbox, silent["id"]) == "dropped"


def test_a_webhook_that_waits_for_another_try_is_dropped_too(
    sandbox: Sandbox, merchant: Merchant
) -> None:
    merchant.answers = [500]
    paid = sandbox.paid()
    merchant.hears(1, "payment.paid", paid["id"])

    sandbox.misbehaves(drop_webhooks=True)

    assert state_of_event_about(sandbox, paid["id"]) == "dropped"


def test_duplicates_are_the_same_event_twice(sandbox: Sandbox, merchant: Merchant) -> None:
    sandbox.misbehaves(duplicate_webhooks=True)

    paid = sandbox.paid()
    first, second = merchant.hears(2, "payment.paid", paid["id"])

    assert first.event == second.event


def test_a_restart_does_not_cure_it(a_sandbox_for: StartFor, merchant: Merchant) -> None:
    sandbox = a_sandbox_for(merchant.url)
    sandbox.misbehaves(error_rate=1, drop_webhooks=True)

    sandbox.kill()
    sandbox.start()

    assert sandbox.get("/faults").json() == NO_FAULTS | {"error_rate": 1, "drop_webhooks": True}
    assert sandbox.get("/payments").status_code == 503


def state_of_event_about(sandbox: Sandbox, subject: str) -> str:
    [state] = [
        event["state"] for event in sandbox.get("/events").json() if event["data"]["id"] == subject
    ]
    return str(state)
