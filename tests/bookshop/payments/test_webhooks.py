"""Only billing's own words are heard, and only while they are fresh."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bookshop.payments.webhooks import FRESH, NotAnEvent, NotFromBilling, read, signed

SECRET = "shared"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
BODY = json.dumps(
    {
        "id": "evt_1",
        "type": "payment.paid",
        "created_at": "2026-11-23T12:00:00Z",
        "data": {"id": "pay_1", "reference": "payment-12-1"},
    }
).encode()


def said(body: bytes = BODY, at: str = AT, secret: str = SECRET, moment: datetime = NOW):
    return read(SECRET, at, "v1=" + signed(secret, at, body), body, moment)


def test_a_signed_event_is_read():
    event = said()

    assert (event.id, event.kind, event.reference) == ("evt_1", "payment.paid", "payment-12-1")
    assert event.body == BODY.decode()


def test_the_signature_is_the_one_billing_documents():
    """HMAC-SHA256 of "1." and the body, as openssl reckons it."""
    expected = "1ba6b8171186efc613e8bcc0cbdab274"
    assert signed("key", "1", b"{}").startswith(expected)


@pytest.mark.parametrize("late", [FRESH, -FRESH])
def test_it_is_fresh_for_five_minutes_either_way(late):
    assert said(moment=NOW + late)
    with pytest.raises(NotFromBilling):
        said(moment=NOW + late * 1.01)


def test_another_secret_another_time_or_another_body_is_a_forgery():
    signature = "v1=" + signed(SECRET, AT, BODY)
    later = str(int(AT) + 1)

    for at, given, body in (
        (AT, "v1=" + signed("guessed", AT, BODY), BODY),
        (later, signature, BODY),
        (AT, signature, BODY.replace(b"12", b"13")),
        (AT, signature.removeprefix("v1="), BODY),
        (AT, "", BODY),
        (AT, "v1=é", BODY),
    ):
        with pytest.raises(NotFromBilling):
            read(SECRET, at, given, body, NOW)


@pytest.mark.parametrize("at", ["", "-1", "1.5", "²", "9" * 5000, "now"])
def test_a_time_that_is_no_time_is_not_from_billing(at):
    with pytest.raises(NotFromBilling):
        said(at=at)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"id": 1, "type": "payment.paid", "data": {}}',
        b'{"id": "", "type": "payment.paid", "data": {}}',
        b'{"id": "evt_1", "type": "payment.paid"}',
        b'{"id": "evt_1", "type": "payment.paid", "data": "payment-12-1"}',
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)
def test_what_is_signed_but_no_event_is_told_apart(body):
    with pytest.raises(NotAnEvent):
        said(body)


def test_an_event_without_a_reference_is_still_an_event():
    body = b'{"id": "evt_2", "type": "transfer.done", "data": {}}'

    assert said(body, moment=NOW + timedelta(seconds=1)).reference == ""
