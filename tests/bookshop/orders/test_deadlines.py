"""The clock is handed in: a moment before nothing is due, at the moment it is."""

from datetime import timedelta

import pytest

from bookshop.database import now
from bookshop.orders import deadlines, parcels, sending
from bookshop.orders import service as orders
from bookshop.orders.moving import TO_CHOOSE, TO_CONFIRM, TO_RECEIVE, TO_REMIND, TO_SEND
from tests.shop import customer, seller

A_MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def offer(shop, emma):
    return shop.sells(emma, "Emma", copies=5)


def due(shop, moment):
    """The names of the deeds, and what they are about."""
    with shop.database.reading() as session:
        return [(deed.__name__, id) for deed, id in deadlines.overdue(session, moment)]


def is_due_from(shop, moment, deed, id):
    assert (deed, id) not in due(shop, moment - A_MOMENT)
    assert (deed, id) in due(shop, moment)


def test_an_unpaid_order_expires_when_its_reservation_ends(shop, ada, offer):
    order = shop.orders(ada, {offer: 1})
    shop.works()

    is_due_from(shop, shop.order(order).expires_at, "expire", order)


def test_an_order_that_came_out_short_waits_a_day_for_a_choice(shop, ada, offer):
    order = shop.orders(ada, {offer: 9})
    shop.works()
    ends = shop.order(order).expires_at

    assert abs(ends - shop.order(order).placed_at - TO_CHOOSE) < timedelta(minutes=1)
    is_due_from(shop, ends, "expire", order)


def test_a_parcel_is_reminded_of_once_and_then_cancelled(shop, ada, offer):
    order = shop.bought(ada, {offer: 1})
    [parcel] = shop.parcels(order)
    reminded = parcel.confirm_by - (TO_CONFIRM - TO_REMIND)

    is_due_from(shop, reminded, "remind", parcel.id)
    shop.does(parcels.remind, parcel.id, reminded)
    assert due(shop, reminded + A_MOMENT) == []
    is_due_from(shop, parcel.confirm_by, "cancel_overdue", parcel.id)


def test_of_sending_a_confirmed_parcel_its_seller_is_reminded_once(shop, ada, emma, offer):
    order = shop.bought(ada, {offer: 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.remind, parcel.id, parcel.confirm_by)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    [confirmed] = shop.parcels(order)
    by = sending.send_by(confirmed)

    assert abs(by - now() - TO_SEND) < timedelta(minutes=1)
    is_due_from(shop, by, "remind_to_send", parcel.id)
    for _ in range(2):
        shop.does(sending.remind_to_send, parcel.id, by)
        shop.works()
    assert due(shop, by + A_MOMENT) == []
    assert shop.letters()["emma", "parcel_unsent"] == 1
    with shop.database.reading() as session:
        [unsent] = sending.unsent(session, by, 10)
        assert unsent.number == f"{order}-1"
        assert sending.unsent(session, by - A_MOMENT, 10) == []


def test_a_parcel_long_sent_is_taken_as_received(shop, ada, emma, offer):
    order = shop.bought(ada, {offer: 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    [sent] = shop.parcels(order)

    assert abs(sent.receive_by - sent.sent_at - TO_RECEIVE) < timedelta(minutes=1)
    is_due_from(shop, sent.receive_by, "receive_overdue", parcel.id)


def test_what_was_done_meanwhile_is_not_undone_by_the_clock(shop, ada, emma, offer):
    """The list was made a moment ago; each deed looks again."""
    order = shop.bought(ada, {offer: 1})
    [parcel] = shop.parcels(order)
    late = parcel.confirm_by + TO_RECEIVE * 2

    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.cancel_overdue, parcel.id, late)
    shop.does(parcels.remind, parcel.id, late)
    shop.does(orders.expire, order, late)
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(sending.remind_to_send, parcel.id, late)
    shop.does(parcels.report_problem, parcel.id, customer(ada), "it is wet")
    shop.does(parcels.receive_overdue, parcel.id, late)
    shop.works()

    assert (shop.state(order), shop.parcel_states(order)) == ("paid", ["sent"])
    assert due(shop, late) == []


def test_a_deed_done_twice_is_done_once(shop, ada, offer):
    order = shop.orders(ada, {offer: 2})
    shop.works()
    late = shop.order(order).expires_at

    for _ in range(2):
        shop.does(orders.expire, order, late)
        shop.works()

    assert shop.copies(offer) == (5, 0)
    assert shop.letters()["ada", "order_cancelled"] == 1


def test_no_more_than_a_few_hundred_at_a_time(shop, ada, offer):
    for _ in range(3):
        shop.orders(ada, {offer: 1})
    shop.works()
    late = max(shop.order(order).expires_at for order in (1, 2, 3))

    with shop.database.reading() as session:
        assert len(deadlines.overdue(session, late, limit=2)) == 2
