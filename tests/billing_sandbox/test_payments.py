"""A payment's life over the REST API, its refunds, and transfers."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.billing_sandbox.process import Sandbox, a_key, payment, transfer


def test_a_payment_is_opened_and_waits_for_the_customer(sandbox: Sandbox) -> None:
    response = sandbox.post("/payments", payment("1234.5", reference="order-77"), key="open-77")

    opened = response.json()
    assert response.status_code == 201
    assert opened["state"] == "pending"
    assert (opened["amount"], opened["currency"], opened["refunded"]) == ("1234.50", "RUB", "0.00")
    assert opened["pay_url"] == f"{sandbox.url}/pay/{opened['id']}"
    assert sandbox.get(response.headers["Location"]).json() == opened


def test_a_cancelled_payment_stays_cancelled(sandbox: Sandbox) -> None:
    path = f"/payments/{sandbox.opens()['id']}/cancel"

    first, again = sandbox.post(path), sandbox.post(path)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["state"] == again.json()["state"] == "cancelled"


@pytest.mark.parametrize("outcome", ["paid", "declined"])
def test_what_the_customer_decided_cannot_be_cancelled(sandbox: Sandbox, outcome: str) -> None:
    opened = sandbox.opens()
    sandbox.post(f"/pay/{opened['id']}", {"outcome": outcome})

    refused = sandbox.post(f"/payments/{opened['id']}/cancel")

    assert refused.status_code == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["state"] == refused.json()["payment"]["state"] == outcome


def test_a_refund_is_part_of_the_payment(sandbox: Sandbox) -> None:
    paid = sandbox.paid("100.00")

    made = sandbox.refunds(paid["id"], "30.05")

    assert made.status_code == 201
    assert made.json()["payment"] == paid["id"]
    assert (made.json()["amount"], made.json()["state"]) == ("30.05", "done")
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "30.05"


def test_no_more_is_refunded_than_was_paid(sandbox: Sandbox) -> None:
    paid = sandbox.paid("100.00")
    sandbox.refunds(paid["id"], "99.99")

    too_much, the_rest = sandbox.refunds(paid["id"], "0.02"), sandbox.refunds(paid["id"], "0.01")

    assert (too_much.status_code, the_rest.status_code) == (409, 201)
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "100.00"


def test_eight_refunds_at_once_do_not_exceed_the_payment(sandbox: Sandbox) -> None:
    paid = sandbox.paid("100.00")

    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda _: sandbox.refunds(paid["id"], "30.00"), range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    assert sandbox.get(f"/payments/{paid['id']}").json()["refunded"] == "90.00"


@pytest.mark.parametrize("state", ["pending", "declined", "cancelled"])
def test_what_was_not_paid_is_not_refunded(sandbox: Sandbox, state: str) -> None:
    opened = sandbox.opens()
    if state == "declined":
        sandbox.post(f"/pay/{opened['id']}", {"outcome": "declined"})
    if state == "cancelled":
        sandbox.post(f"/payments/{opened['id']}/cancel")

    refused = sandbox.refunds(opened["id"], "1.00")

    assert refused.status_code == 409
    assert refused.json()["state"] == state


def test_a_seller_is_paid_out(sandbox: Sandbox) -> None:
    made = sandbox.post("/transfers", transfer(account="seller-12"), key="transfer-12")

    assert made.status_code == 201
    assert (made.json()["account"], made.json()["state"]) == ("seller-12", "done")
    assert made.json() in sandbox.get("/transfers").json()


def test_the_lists_can_be_asked_for_one_reference_or_key(sandbox: Sandbox) -> None:
    first = sandbox.opens(reference="order-list-1")
    second = sandbox.opens(reference="order-list-2")
    sandbox.post(f"/pay/{second['id']}", {"outcome": "paid"})
    refund = sandbox.refunds(second["id"], "5.00", key="refund-list").json()
    moved = sandbox.post(
        "/transfers", transfer(reference="parcel-list"), key="transfer-list"
    ).json()

    assert sandbox.get("/payments?reference=order-list-1").json() == [first]
    assert sandbox.get(f"/payments?idempotency_key={first['idempotency_key']}").json() == [first]
    assert sandbox.get("/refunds?reference=order-list-2").json() == [refund]
    assert sandbox.get("/refunds?idempotency_key=refund-list").json() == [refund]
    assert sandbox.get("/transfers?reference=parcel-list").json() == [moved]
    assert sandbox.get("/transfers?idempotency_key=nobody-used-it").json() == []
    everything = [each["id"] for each in sandbox.get("/payments").json()]
    assert everything.index(first["id"]) < everything.index(second["id"])


NOT_MONEY = ["12.345", "-1", "0", "0.00", "NaN", "1e3", " 1", "1,50", "١", "", 12, 12.5, None, []]


@pytest.mark.parametrize("amount", NOT_MONEY, ids=repr)
def test_what_is_not_money_is_refused(sandbox: Sandbox, amount: object) -> None:
    paid = sandbox.paid()
    answers = [
        sandbox.post("/payments", payment(amount), key=a_key()),
        sandbox.post("/transfers", transfer(amount=amount), key=a_key()),
        sandbox.post(
            f"/payments/{paid['id']}/refunds", {"amount": amount, "currency": "RUB"}, key=a_key()
        ),
    ]

    assert [(each.status_code, each.json()["field"]) for each in answers] == [(422, "amount")] * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "XTS"),
        ("currency", ["RUB"]),
        ("reference", ""),
        ("reference", 7),
        ("reference", "x" * 201),
        ("reference", "\ud800"),
        ("return_url", "javascript:alert(1)"),
        ("return_url", "http://shop.test/a\r\nSet-Cookie: b=c"),
        ("return_url", "http://[::1"),
        ("return_url", "http://shop.test:port/"),
        ("return_url", None),
    ],
)
def test_a_field_that_cannot_be_used_is_named(sandbox: Sandbox, field: str, value: object) -> None:
    refused = sandbox.post("/payments", payment(**{field: value}), key=a_key())

    assert refused.status_code == 422
    assert refused.json()["field"] == field


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"amount": NaN}', b'{"a":' * 5000, b"x" * 70_000]
)
def test_a_body_that_is_no_json_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    refused = requests.post(
        f"{sandbox.url}/payments", body, headers={"Idempotency-Key": a_key()}, timeout=10
    )

    assert refused.status_code == (413 if len(body) > 65_536 else 400)
    assert json.loads(refused.text)["detail"]


def test_what_is_not_there_is_told_as_a_problem(sandbox: Sandbox) -> None:
    answers = [
        sandbox.get("/payments/pay_none"),
        sandbox.post("/payments/pay_none/cancel"),
        sandbox.refunds("pay_none", "1.00"),
        sandbox.post("/pay/pay_none", {"outcome": "paid"}),
        sandbox.get("/nothing"),
        sandbox.post("/health"),
    ]

    assert [each.status_code for each in answers] == [404] * 5 + [405]
    assert {each.headers["Content-Type"] for each in answers} == {"application/problem+json"}
