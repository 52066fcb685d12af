"""One delivery: its effect and the mark in one transaction, or neither."""

from datetime import timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from sqlalchemy import select

from bookshop import outbox
from bookshop.audit import keeping as audits
from bookshop.database import now
from bookshop.messages import OrderPlaced
from bookshop.outbox import PAUSES, Delivery, DeliveryState, OutboxMessage
from bookshop.payments import service as payments
from bookshop.payments.gateway import BillingUnreachable
from worker.delivering import deliver, deliver_all
from worker.subscriptions import ROUTES


@pytest.fixture
def order(shop, ada, emma):
    return shop.orders(ada, {shop.sells(emma, "Emma", copies=3): 1})


def routed(shop, handler):
    """The id of the only delivery to this handler."""
    [delivery] = all_routed(shop, handler)
    return delivery


def all_routed(shop, handler):
    shop.does(outbox.route, ROUTES)
    with shop.database.reading() as session:
        return session.scalars(select(Delivery.id).where(Delivery.handler == handler)).all()


def row(shop, delivery_id):
    with shop.database.reading() as session:
        return session.get(Delivery, delivery_id)


def due_payment(shop, order):
    """The delivery of PaymentDue to billing."""
    for handler in ("reserve_stock", "start_payment"):
        assert deliver(routed(shop, handler), shop.tools) is None
    return routed(shop, "OpenPayment")


def test_a_rule_is_done_once_however_often_it_is_handed_over(shop, order):
    delivery = routed(shop, "reserve_stock")

    assert deliver(delivery, shop.tools) is None
    done_at = row(shop, delivery).done_at
    for _ in range(2):
        assert deliver(delivery, shop.tools) is None

    assert row(shop, delivery).done_at == done_at
    assert shop.copies(1) == (3, 1)
    assert row(shop, delivery).state is DeliveryState.DONE
    with shop.database.reading() as session:
        told = select(OutboxMessage).where(OutboxMessage.name == "StockReserved")
        assert len(session.scalars(told).all()) == 1


def test_what_fails_leaves_nothing_but_the_error_and_the_time_of_the_next_try(shop, order):
    shop.does(outbox.announce, OrderPlaced(order_id=999, round=1))
    shop.does(outbox.route, ROUTES)
    with shop.database.reading() as session:
        query = select(Delivery.id).where(Delivery.handler == "reserve_stock")
        delivery = session.scalars(query.order_by(Delivery.id.desc())).first()

    for tries, pause in enumerate(PAUSES[:4], 1):
        error = deliver(delivery, shop.tools)
        failed = row(shop, delivery)
        assert error.code == "no_such_order"
        assert (failed.state, failed.tries) == (DeliveryState.FAILED, tries)
        assert "NoSuchOrder" in failed.error
        wait = (failed.due_at - now()).total_seconds()
        assert pause - 1 < wait <= pause


def test_after_the_last_try_it_waits_for_a_person(shop, monkeypatch):
    monkeypatch.setattr(outbox, "PAUSES", [0, 0])
    shop.does(outbox.announce, OrderPlaced(order_id=999, round=1))
    delivery = routed(shop, "reserve_stock")

    for _ in range(3):
        deliver(delivery, shop.tools)

    assert row(shop, delivery).state is DeliveryState.STUCK
    assert shop.does(outbox.take_due, "a batch", 10) == []


def test_the_pauses_together_outlast_a_day_of_outage():
    assert all(one <= longer for one, longer in pairwise(PAUSES))
    assert timedelta(hours=20) < timedelta(seconds=sum(PAUSES)) < timedelta(hours=26)


def two_due_payments(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=3)
    for _ in range(2):
        shop.orders(ada, {offer: 1})
    for handler in ("reserve_stock", "start_payment"):
        deliver_all(all_routed(shop, handler), shop.tools)
    return all_routed(shop, "OpenPayment")


def test_an_errand_that_one_is_at_is_not_asked_by_another(shop, order):
    delivery = due_payment(shop, order)
    asked, ask = [], shop.billing.open

    def meanwhile(*args, **kwargs):
        asked.append(1)
        assert deliver(delivery, shop.tools) is None  # another worker is handed the same
        return ask(*args, **kwargs)

    shop.billing.open = meanwhile
    assert deliver(delivery, shop.tools) is None

    assert asked == [1]
    assert row(shop, delivery).state is DeliveryState.DONE


def test_errands_held_together_are_asked_once_each_whoever_else_is_handed_them(shop, ada, emma):
    due, ask, asked = two_due_payments(shop, ada, emma), shop.billing.open, []

    def meanwhile(key, *args, **kwargs):
        asked.append(key)
        deliver_all(due, shop.tools)
        return ask(key, *args, **kwargs)

    shop.billing.open = meanwhile
    deliver_all(due, shop.tools)

    assert len(due) == len(asked) == len(set(asked)) == 2
    assert {row(shop, each).state for each in due} == {DeliveryState.DONE}


def test_an_errand_whose_turn_comes_late_is_not_asked_if_another_has_done_it(
    shop, ada, emma, monkeypatch
):
    monkeypatch.setattr("worker.delivering.A_MOMENT", 0.0)
    due, ask, asked = two_due_payments(shop, ada, emma), shop.billing.open, []

    def late(key, *args, **kwargs):
        asked.append(key)
        if len(asked) == 1:
            shop.does(outbox.hold_on, due[1], timedelta(seconds=-1))  # its time went by
            deliver(due[1], shop.tools)
        return ask(key, *args, **kwargs)

    shop.billing.open = late
    deliver_all(due, shop.tools)

    assert len(asked) == len(set(asked)) == 2
    assert {row(shop, each).state for each in due} == {DeliveryState.DONE}


def test_billing_is_asked_side_by_side_so_one_slow_answer_does_not_keep_the_others(shop, ada, emma):
    due, ask, both = two_due_payments(shop, ada, emma), shop.billing.open, Barrier(2, timeout=20)

    def together(*args, **kwargs):
        both.wait()  # neither is answered before the other one is asked
        return ask(*args, **kwargs)

    shop.billing.open = together
    deliver_all(due, shop.tools)

    assert len(shop.billing.payments) == 2
    assert {row(shop, each).state for each in due} == {DeliveryState.DONE}


def test_what_billing_was_asked_is_recorded_though_the_time_of_the_batch_is_over(
    shop, ada, emma, monkeypatch
):
    due = two_due_payments(shop, ada, emma)
    monkeypatch.setattr("worker.delivering.LEFT_ALONE", timedelta())

    deliver_all(due, shop.tools)

    assert len(shop.billing.payments) == 2
    assert {row(shop, each).state for each in due} == {DeliveryState.DONE}


def test_of_errands_asked_side_by_side_one_that_fails_goes_again_alone(shop, ada, emma):
    due, ask = two_due_payments(shop, ada, emma), shop.billing.open

    def one_fails(key, *args, **kwargs):
        if key == "payment-1-1":
            raise BillingUnreachable("no answer")
        return ask(key, *args, **kwargs)

    shop.billing.open = one_fails
    deliver_all(due, shop.tools)

    failed, done = (row(shop, each) for each in due)
    assert (failed.state, done.state) == (DeliveryState.FAILED, DeliveryState.DONE)
    assert "BillingUnreachable: no answer" in failed.error


def test_more_errands_than_are_held_at_once_are_all_asked(shop, ada, emma, monkeypatch):
    monkeypatch.setattr("worker.delivering.HELD_AT_ONCE", 1)
    due = two_due_payments(shop, ada, emma)

    deliver_all(due, shop.tools)

    assert len(shop.billing.payments) == 2
    assert {row(shop, each).state for each in due} == {DeliveryState.DONE}


def test_an_audit_that_was_asked_for_says_that_it_is_still_at_it(shop, monkeypatch):
    shop.does(audits.ask_for_one)
    delivery, held = routed(shop, "AuditTheShop"), []
    monkeypatch.setattr(outbox, "hold_on", lambda _session, each, _time: held.append(each))

    assert deliver(delivery, shop.tools) is None

    assert held == [delivery] * 9  # billing, the index, and seven checks


def test_an_errand_whose_worker_died_is_taken_up_when_its_time_is_over(shop, order):
    delivery = due_payment(shop, order)
    assert shop.does(outbox.hold, [delivery], timedelta(seconds=12))  # and dies

    assert deliver(delivery, shop.tools) is None
    assert shop.billing.payments == {}

    shop.does(outbox.hold_on, delivery, timedelta(seconds=-1))
    assert deliver(delivery, shop.tools) is None
    assert len(shop.billing.payments) == 1


def test_an_errand_that_takes_long_says_that_it_is_still_at_it(shop, emma):
    shop.uploads(emma, "title,price\nEmma,5\n")
    delivery = routed(shop, "CheckCatalogue")
    held = []

    def hold_on(session, delivery_id, time):
        held.append((delivery_id, time))

    original, outbox.hold_on = outbox.hold_on, hold_on
    try:
        assert deliver(delivery, shop.tools) is None
    finally:
        outbox.hold_on = original

    assert held == [(delivery, outbox.LEFT_ALONE)]


def test_billing_is_asked_again_after_it_failed(shop, order):
    delivery = due_payment(shop, order)
    shop.billing.down = True
    assert "the line is dead" in str(deliver(delivery, shop.tools))
    assert row(shop, delivery).held_until is None

    shop.billing.down = False
    assert deliver(delivery, shop.tools) is None

    with shop.database.reading() as session:
        [payment] = payments.of_order(session, order)
    assert payment.pay_url
    assert row(shop, delivery).error == ""


def test_nothing_outside_happens_inside_a_transaction(shop, order):
    """While billing takes its time, others write."""
    delivery, ask = due_payment(shop, order), shop.billing.open

    def slow(*args, **kwargs):
        shop.has("somebody")  # would wait for half a minute and fail
        return ask(*args, **kwargs)

    shop.billing.open = slow
    assert deliver(delivery, shop.tools) is None


def test_a_handler_that_is_no_more_is_a_failure_that_shows(shop, order):
    delivery = routed(shop, "reserve_stock")
    shop.does(lambda session: setattr(session.get(Delivery, delivery), "handler", "of_old"))

    assert isinstance(deliver(delivery, shop.tools), KeyError)

    assert "of_old" in row(shop, delivery).error


def test_a_delivery_forgotten_long_ago_is_nobodys_business(shop):
    assert deliver(12345, shop.tools) is None
