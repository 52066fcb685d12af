"""Small stories that hold because of just one guard, where no story of the shop is as short."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest import mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bookshop import outbox
from bookshop.database import now
from bookshop.money import Money
from bookshop.orders import parcels
from bookshop.outbox import Delivery, OutboxMessage
from bookshop.payments import ledger, webhooks
from bookshop.payments.gateway import BillingUnreachable
from bookshop.stock import service as stock
from bookshop.stock.service import Wanted
from tests.clock import clock_in_hand
from tests.shop import customer, seller
from worker.delivering import deliver
from worker.subscriptions import HANDLERS, ROUTES


class Killed(BaseException):
    """The worker is no more."""


def reserved(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=5)
    order = shop.orders(ada, {offer: 1})
    shop.works()
    return offer, order


def copies_come_back_once(shop, ada, emma):
    offer, order = reserved(shop, ada, emma)
    [parcel] = shop.parcels(order)

    for _ in range(2):
        shop.does(stock.release, [parcel.id])

    assert shop.copies(offer) == (5, 0)


def a_line_is_promised_copies_once(shop, ada, emma):
    offer, order = reserved(shop, ada, emma)
    [line] = shop.order(order).lines

    with suppress(IntegrityError):
        shop.does(stock.reserve, order, [Wanted(line.parcel_id, line.id, offer, 1)])

    assert shop.copies(offer) == (5, 1)


def money_is_written_once(shop):
    for _ in range(2):
        with suppress(IntegrityError):
            shop.does(ledger.capture, 1, "payment-1-1", Money(100))

    assert shop.accounts() == {"customer": -100, "escrow": 100}


@contextmanager
def first_answer_lost(billing, deed):
    """Billing does it, and nobody hears of it."""
    ask, lost = getattr(billing, deed), []

    def asked(*args, **kwargs):
        answer = ask(*args, **kwargs)
        if not lost:
            lost.append(answer)
            raise BillingUnreachable("the line is dead")
        return answer

    with mock.patch.object(billing, deed, asked):
        yield
    assert lost


def opened_once_though_the_answer_is_lost(shop, ada, emma):
    with first_answer_lost(shop.billing, "open"):
        reserved(shop, ada, emma)

    assert len(shop.billing.payments) == 1


def refunded_once_though_the_answer_is_lost(shop, ada, emma, boris):
    offers = [shop.sells(owner, "Emma", copies=1) for owner in (emma, boris)]
    order = shop.bought(ada, dict.fromkeys(offers, 1))
    with first_answer_lost(shop.billing, "refund"):
        shop.does(parcels.cancel, shop.parcels(order)[0].id, customer(ada))
        shop.works()

    assert len(shop.billing.refunds) == 1


def paid_out_once_though_the_answer_is_lost(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    with first_answer_lost(shop.billing, "transfer"):
        shop.does(parcels.receive, parcel.id, customer(ada))
        shop.works()

    assert len(shop.billing.transfers) == 1


def letters_are_written_once(shop, ada, emma):
    reserved(shop, ada, emma)

    shop.handles_everything_again()
    shop.handles_everything_again()

    assert shop.letters() == {("ada", "order_reserved"): 1}


def a_message_is_routed_once(shop, ada, emma):
    shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})

    for _ in range(2):
        shop.does(outbox.route, ROUTES)

    assert count(shop, Delivery, Delivery.handler == "reserve_stock") == 1


def what_the_queue_lost_is_handed_over_again(shop, ada, emma):
    with clock_in_hand() as clock:
        shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})
        shop.does(outbox.route, ROUTES)
        lost = [due.id for due in shop.does(outbox.take_due, "a batch", 10)]
        clock.moves(seconds=15)
        again = [due.id for due in shop.does(outbox.take_due, "a batch", 10)]

    assert again == lost


def an_errand_is_asked_by_one_at_a_time(shop, ada, emma):
    asked, ask = [], shop.billing.open

    def meanwhile(*args, **kwargs):
        asked.append(args)
        if len(asked) == 1:  # another worker is handed the same
            with shop.database.reading() as session:
                same = select(Delivery.id).where(Delivery.handler == "OpenPayment")
                deliver(session.scalars(same).one(), shop.tools)
        return ask(*args, **kwargs)

    with mock.patch.object(shop.billing, "open", meanwhile):
        reserved(shop, ada, emma)

    assert len(asked) == 1


def what_died_halfway_is_done_again(shop, ada, emma):
    reserve, died = HANDLERS["reserve_stock"], []

    def dies_first(*args):
        if not died:
            died.append(args)
            raise Killed
        reserve(*args)

    order = shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})
    with mock.patch.dict(HANDLERS, reserve_stock=dies_first):
        with pytest.raises(Killed):
            shop.works()
        shop.works()

    assert shop.state(order) == "reserved"


def a_webhook_is_heard_once(shop, ada, emma):
    _, order = reserved(shop, ada, emma)

    for _ in range(2):
        shop.webhook(f"payment-{order}-1", "the same event")

    assert count(shop, OutboxMessage, OutboxMessage.name == "PaymentNews") == 1


def a_forged_webhook_is_not_heard():
    at, body = str(int(now().timestamp())), b'{"id": "1", "type": "payment.paid", "data": {}}'
    forged = webhooks.SCHEME + webhooks.signed("a guess", at, body)

    with pytest.raises(webhooks.NotFromBilling):
        webhooks.read("the secret", at, forged, body, now() + timedelta(seconds=1))


def count(shop, table, condition):
    with shop.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(condition))
