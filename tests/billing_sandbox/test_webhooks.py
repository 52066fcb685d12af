"""What happened is told: signed, again until it arrives, and after a crash."""

import threading
import time
from collections.abc import Callable

from billing_sandbox.webhooks import PATIENCE, pause_after
from tests.billing_sandbox.merchant import Merchant
from tests.billing_sandbox.process import Sandbox, a_key, transfer

StartFor = Callable[[str], Sandbox]


def test_every_fact_is_told_once_with_what_it_is_about(
    sandbox: Sandbox, merchant: Merchant
) -> None:
    paid, declined, cancelled = sandbox.paid(), sandbox.opens(), sandbox.opens()
    sandbox.post(f"/pay/{declined['id']}", {"outcome": "declined"})
    sandbox.post(f"/payments/{cancelled['id']}/cancel")
    refund = sandbox.refunds(paid["id"], "1.00").json()
    moved = sandbox.post("/transfers", transfer(), key=a_key()).json()

    for kind, data in [
        ("payment.paid", paid),
        ("payment.declined", declined | {"state": "declined"}),
        ("payment.cancelled", cancelled | {"state": "cancelled"}),
        ("refund.done", refund),
        ("transfer.done", moved),
    ]:
        [told] = merchant.hears(1, kind, data["id"])
        assert told.event["data"] == data
        assert abs(told.timestamp - time.time()) < 60


def test_pressing_twice_is_told_once(sandbox: Sandbox, merchant: Merchant) -> None:
    paid = sandbox.paid()
    sandbox.post(f"/pay/{paid['id']}", {"outcome": "paid"})
    refund = sandbox.refunds(paid["id"], "1.00", key="told-once").json()
    sandbox.refunds(paid["id"], "1.00", key="told-once")
    later = sandbox.paid()

    merchant.hears(1, "payment.paid", later["id"])
    merchant.hears(1, "refund.done", refund["id"])

    about = [each["data"]["id"] for each in sandbox.get("/events").json()]
    assert about.count(paid["id"]) == about.count(refund["id"]) == 1


def test_a_fact_is_told_at_once(sandbox: Sandbox, merchant: Merchant) -> None:
    before = time.time()
    paid = sandbox.paid()

    [told] = merchant.hears(1, "payment.paid", paid["id"])

    assert told.at - before < 0.9


def test_what_was_not_answered_well_is_told_again_signed_anew(
    sandbox: Sandbox, merchant: Merchant
) -> None:
    merchant.answers = [500]

    paid = sandbox.paid()
    first, second = merchant.hears(2, "payment.paid", paid["id"])

    assert second.event == first.event
    assert second.at - first.at > 0.9
    assert (second.timestamp, second.signature) != (first.timestamp, first.signature)


def test_the_pauses_grow_up_to_a_minute() -> None:
    assert [pause_after(tries) for tries in (1, 2, 3, 6, 7, 5000)] == [1, 2, 4, 32, 60, 60]


def test_one_slow_answer_does_not_hold_up_the_next(sandbox: Sandbox, merchant: Merchant) -> None:
    enough = threading.Event()
    merchant.answers = [enough]
    slow = sandbox.paid()
    merchant.hears(1, "payment.paid", slow["id"])

    before = time.time()
    prompt = sandbox.paid()

    [told] = merchant.hears(1, "payment.paid", prompt["id"])
    enough.set()
    assert told.at - before < PATIENCE / 2


def test_what_was_not_told_before_a_crash_is_told_after_it(a_sandbox_for: StartFor) -> None:
    nobody_there = Merchant("a secret of the two")
    address = nobody_there.url
    nobody_there.answers = [500] * 100
    sandbox = a_sandbox_for(address)
    paid = sandbox.paid()
    refund = sandbox.refunds(paid["id"], "2.00", key="before-the-crash").json()
    nobody_there.hears(1, "payment.paid", paid["id"])

    sandbox.kill()
    nobody_there.answers, nobody_there.received = [], []
    sandbox.start()

    nobody_there.hears(1, "payment.paid", paid["id"])
    nobody_there.hears(1, "refund.done", refund["id"])
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "2.00"
    assert sandbox.refunds(paid["id"], "2.00", key="before-the-crash").json() == refund
    nobody_there.close()
