"""The shape that programs outside rely on: no name of it may change, no value its kind."""

import json
from datetime import datetime

import pytest
from sqlalchemy import update

from bookshop.notifications import chronicle
from bookshop.orders import parcels, story
from bookshop.orders.moving import NoSuchOrder
from bookshop.outbox import Delivery, DeliveryState
from tests.shop import seller


@pytest.fixture
def order(shop, ada, emma, boris):
    return shop.orders(
        ada,
        {
            shop.sells(emma, "Emma", copies=5, price=123450): 2,
            shop.sells(boris, "Onegin", copies=5, price=5): 1,
        },
    )


def told(shop, order_id):
    with shop.database.reading() as session:
        whole = story.as_json(session, shop.order(order_id))
    return json.loads(json.dumps(whole))


def test_an_order_just_placed_has_no_payment(shop, order):
    whole = told(shop, order)

    assert list(whole) == ["id", "state", "total", "currency", "payment", "parcels", "history"]
    assert (whole["id"], whole["state"], whole["payment"]) == (order, "placed", None)
    assert (whole["total"], whole["currency"]) == ("2469.05", "RUB")


def test_where_to_pay_is_told_while_it_can_be_paid(shop, order):
    shop.works()
    [payment] = shop.billing.payments.values()
    assert told(shop, order)["payment"] == {"state": "open", "pay_url": payment.pay_url}

    shop.pays(order)
    shop.works()
    assert told(shop, order)["payment"] == {"state": "paid", "pay_url": None}


def test_its_parcels_with_seller_and_lines(shop, order):
    onegin, emma = sorted(told(shop, order)["parcels"], key=lambda parcel: parcel["seller"])

    assert (onegin["seller"], onegin["state"]) == ("boris", "planned")
    assert emma["lines"] == [
        {"isbn13": None, "title": "Emma", "quantity": 2, "price": "1234.50", "left": None}
    ]


def test_its_history_says_when_and_what(shop, order):
    shop.works()
    shop.pays(order)
    shop.works()

    history = told(shop, order)["history"]

    assert [event["what"] for event in history] == [
        *("OrderPlaced", "StockReserved", "PaymentConfirmed", "ParcelWaiting", "ParcelWaiting"),
    ]
    assert all(datetime.fromisoformat(event["at"]).tzinfo for event in history)


def test_a_seller_is_told_where_to_send_it_and_until_when(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=5, price=1): 2})
    [parcel] = shop.parcels(order)

    with shop.database.reading() as session:
        mine = story.parcel_as_json(parcels.get(session, parcel.id, seller(emma)))

    assert (mine["order_id"], mine["total"], mine["state"]) == (order, "0.02", "waiting")
    assert mine["to"] == {
        "name": "Ada Lovelace",
        "phone": "+44 20 7930",
        "email": "ada@example.com",
        "address": "12 St James's Square",
    }
    assert datetime.fromisoformat(mine["confirm_by"]) == parcel.confirm_by


def test_the_operator_sees_what_stands_behind_it(shop, order):
    shop.works()
    shop.pays(order)
    shop.works()

    with shop.database.reading() as session:
        whole = json.loads(json.dumps(chronicle.of_order(session, order)))

    assert {(half["account"], half["amount"]) for half in whole["ledger"]} == {
        ("customer", "-2469.05"),
        ("escrow", "2469.05"),
    }
    assert [payment["key"] for payment in whole["payments"]] == [f"payment-{order}-1"]
    assert {letter["kind"] for letter in whole["letters"]} >= {"order_paid", "parcel_waiting"}
    assert {message["state"] for message in whole["messages"]} <= {"done", None}


def test_in_short_an_operator_reads_who_what_and_what_is_not_done(shop, order):
    shop.works()
    shop.pays(order)
    shop.works()
    with shop.database.transaction() as session:
        away = {"state": DeliveryState.FAILED, "error": "Traceback:\nthe line is dead"}
        session.execute(update(Delivery).values(away))

    with shop.database.reading() as session:
        lines = chronicle.in_short(chronicle.of_order(session, order))

    assert lines[:2] == ["order 1: paid, 2469.05 RUB", "of Ada Lovelace <ada@example.com>"]
    assert lines[2].startswith("parcel 1-1 of ")
    assert {line.partition(" of ")[2] for line in lines[2:4]} == {
        "emma: waiting, 2469.00",
        "boris: waiting, 0.05",
    }
    assert lines[4] == "payment-1-1: paid, 2469.05"
    failed = [line for line in lines if line.endswith(": failed, the line is dead")]
    assert f"deliveries: {len(failed)}, not done: {len(failed)}" in lines
    assert f"  OrderPlaced-{order}-1 to reserve_stock: failed, the line is dead" in failed


def test_an_operator_is_not_told_that_an_order_may_be_somebody_elses(shop):
    with shop.database.reading() as session, pytest.raises(NoSuchOrder) as refused:
        chronicle.of_order(session, 99)

    assert refused.value.told_in("en") == "There is no such order."
