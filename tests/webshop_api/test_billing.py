"""Billing tells that there is news, signed; what is so is then asked."""

import json
from time import time

import pytest
from sqlalchemy import func, select

from bookshop.payments.models import BillingEvent
from bookshop.payments.webhooks import signed


@pytest.fixture
def tell(guest, shop):
    """What billing sends."""

    def send(body: bytes, *, at: int | None = None, secret: str | None = None):
        timestamp = str(int(time()) if at is None else at)
        signature = signed(secret or shop.settings.billing_secret, timestamp, body)
        headers = {"Billing-Timestamp": timestamp, "Billing-Signature": f"v1={signature}"}
        return guest.post(
            "/billing/webhook", data=body, content_type="application/json", headers=headers
        )

    return send


def event(reference: str) -> bytes:
    data = {"reference": reference, "state": "paid"}
    return json.dumps({"id": "evt_1", "type": "payment.paid", "data": data}).encode()


def test_a_payment_told_by_webhook_makes_the_order_paid(tell, shop, emma_id):
    order = shop.orders(shop.has("ada"), {shop.sells(emma_id, "Emma", copies=1): 1})
    shop.works()
    [key] = shop.billing.payments
    shop.billing.customer(key, "paid")

    answer = tell(event(key))

    assert (answer.status_code, answer.json) == (200, {})
    shop.works()
    assert shop.state(order) == "paid"


def test_a_repeat_is_answered_alike_and_kept_once(tell, shop):
    assert tell(event("payment-1-1")).status_code == tell(event("payment-1-1")).status_code == 200

    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BillingEvent)) == 1


def test_what_is_forged_or_stale_is_401_and_what_is_broken_400(tell, guest):
    assert tell(event("payment-1-1"), secret="guessed").status_code == 401
    assert tell(event("payment-1-1"), at=int(time()) - 301).status_code == 401
    assert guest.post("/billing/webhook", {}).status_code == 401
    assert tell(b"[]").status_code == 400
