"""The same Idempotency-Key takes effect once, however often and however fast it comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.billing_sandbox.process import Sandbox, a_key, payment, transfer


def test_a_key_is_required_wherever_money_moves(sandbox: Sandbox) -> None:
    paid = sandbox.paid()
    answers = [
        sandbox.post("/payments", payment()),
        sandbox.post("/transfers", transfer()),
        sandbox.post(f"/payments/{paid['id']}/refunds", {"amount": "1.00", "currency": "RUB"}),
    ]

    assert [each.status_code for each in answers] == [400, 400, 400]
    assert all("Idempotency-Key" in each.json()["detail"] for each in answers)


@pytest.mark.parametrize("key", ["x" * 256, "ключ".encode().decode("latin-1")])
def test_a_key_that_cannot_be_used_is_refused(sandbox: Sandbox, key: str) -> None:
    assert sandbox.post("/payments", payment(), key=key).status_code == 400


def test_a_repeat_hears_the_first_answer_whatever_happened_since(sandbox: Sandbox) -> None:
    key = a_key()
    first = sandbox.post("/payments", payment(), key=key)
    sandbox.post(f"/pay/{first.json()['id']}", {"outcome": "paid"})

    again = sandbox.post("/payments", dict(reversed(payment().items())), key=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(sandbox.get(f"/payments?idempotency_key={key}").json()) == 1


def test_a_key_used_for_something_else_is_a_conflict(sandbox: Sandbox) -> None:
    key, one, other = a_key(), sandbox.paid("50.00"), sandbox.paid("50.00")
    sandbox.refunds(one["id"], "10.00", key=key)

    answers = [
        sandbox.refunds(one["id"], "10.01", key=key),
        sandbox.refunds(other["id"], "10.00", key=key),
        sandbox.post("/transfers", transfer(), key=key),
    ]

    assert [each.status_code for each in answers] == [409, 409, 409]
    assert len(sandbox.get(f"/refunds?idempotency_key={key}").json()) == 1
    assert sandbox.get(f"/transfers?idempotency_key={key}").json() == []


def test_a_refusal_is_final_for_its_key(sandbox: Sandbox) -> None:
    key, opened = a_key(), sandbox.opens("50.00")
    first = sandbox.refunds(opened["id"], "10.00", key=key)
    sandbox.post(f"/pay/{opened['id']}", {"outcome": "paid"})

    again = sandbox.refunds(opened["id"], "10.00", key=key)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json() == first.json()
    assert again.headers["Content-Type"] == "application/problem+json"
    assert sandbox.refunds(opened["id"], "10.00", key=a_key()).status_code == 201


def test_a_mistake_does_not_use_up_the_key(sandbox: Sandbox) -> None:
    key = a_key()

    mistaken = sandbox.post("/payments", payment("12.345"), key=key)
    corrected = sandbox.post("/payments", payment("12.34"), key=key)

    assert (mistaken.status_code, corrected.status_code) == (422, 201)


def test_eight_at_once_with_one_key_make_one_refund(sandbox: Sandbox) -> None:
    key, paid = a_key(), sandbox.paid("100.00")

    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda _: sandbox.refunds(paid["id"], "10.00", key=key), range(8)))

    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "10.00"
