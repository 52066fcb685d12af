"""Every other way an order can go ends with the right stock, the right money, the right letters."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bookshop.errors import Conflict, NotFound
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.parcels import Because
from bookshop.outbox import OutboxMessage
from bookshop.payments import service as payments
from bookshop.payments.models import PaymentState
from bookshop.stock import service as stock
from tests.shop import customer, seller


def test_nothing_left_of_what_was_ordered_cancels_it(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=0)

    order = shop.orders(ada, {offer: 1})
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.order(order).cancelled_because == "gone"
    assert shop.billing.payments == {}
    assert shop.letters() == {("ada", "order_cancelled"): 1}


def test_short_and_the_customer_takes_what_is_left(shop, ada, emma, boris):
    some, none = (
        shop.sells(emma, "Emma", copies=1, price=10000),
        shop.sells(boris, "Onegin", copies=0),
    )

    order = shop.orders(ada, {some: 3, none: 1})
    shop.works()
    assert shop.state(order) == "short"
    assert sorted(line.left for line in shop.order(order).lines) == [0, 1]
    assert shop.copies(some) == (1, 0)
    assert shop.billing.payments == {}

    shop.does(orders.accept_short, order, customer(ada))
    shop.works()
    assert shop.state(order) == "reserved"
    assert shop.order(order).total == 10000
    assert sorted(shop.parcel_states(order)) == ["cancelled", "planned"]

    shop.pays(order)
    shop.works()
    parcel = next(p for p in shop.parcels(order) if p.total)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()
    assert shop.state(order) == "completed"
    assert shop.letters()["ada", "order_short"] == 1


def test_short_and_the_customer_cancels(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 2})
    shop.works()

    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.copies(offer) == (1, 0)


def test_a_declined_payment_can_be_tried_again(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})
    shop.works()

    shop.pays(order, "declined")
    shop.works()
    assert shop.state(order) == "reserved"
    assert shop.copies(offer) == (1, 1)

    shop.does(orders.pay_again, order, customer(ada))
    shop.does(orders.pay_again, order, customer(ada))
    shop.works()
    shop.pays(order)
    shop.works()
    assert shop.state(order) == "paid"
    assert shop.accounts() == {"customer": -50000, "escrow": 50000}
    assert len(shop.billing.payments) == 2
    assert shop.letters()["ada", "payment_declined"] == 1


def test_an_abandoned_payment_gives_the_copies_back(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=2)
    order = shop.orders(ada, {offer: 2})
    shop.works()

    shop.time_passes(minutes=29)
    assert shop.state(order) == "reserved"
    shop.time_passes(minutes=31)

    assert shop.state(order) == "cancelled"
    assert shop.copies(offer) == (2, 0)
    assert [p.state.value for p in shop.billing.payments.values()] == ["cancelled"]
    assert shop.accounts() == {}
    assert shop.letters()["ada", "order_cancelled"] == 1


def test_a_late_payment_is_honoured_when_the_copies_can_be_had_again(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})
    shop.works()
    key = next(iter(shop.billing.payments))
    shop.billing.customer(key, shop.billing.payments[key].state.PAID)  # and the webhook is lost

    shop.time_passes(minutes=31)

    assert shop.state(order) == "paid"
    assert shop.parcel_states(order) == ["waiting"]
    assert shop.copies(offer) == (1, 1)
    assert shop.held(order) == 50000


def test_a_late_payment_is_given_back_when_the_copies_are_gone(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})
    shop.works()
    key = next(iter(shop.billing.payments))
    shop.billing.down = True
    shop.time_passes(minutes=31)  # the copies go back, billing cannot be told yet
    other = shop.orders(ada, {offer: 1})
    shop.works()
    shop.billing.down = False
    shop.billing.customer(key, shop.billing.payments[key].state.PAID)
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.parcel_states(order) == ["refunded"]
    assert shop.accounts(order) == {"customer": -50000, "refund": 50000}
    assert shop.state(other) == "reserved"


def test_the_customer_cancels_before_paying(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})
    shop.works()

    shop.does(orders.cancel, order, customer(ada))
    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.copies(offer) == (1, 0)
    assert [p.state.value for p in shop.billing.payments.values()] == ["cancelled"]


def test_the_customer_cancels_while_the_copies_are_being_reserved(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})

    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.copies(offer) == (1, 0)


def test_the_customer_cancels_after_paying(shop, ada, emma, boris):
    one, two = shop.sells(emma, "Emma", copies=1), shop.sells(boris, "Onegin", copies=1)
    order = shop.bought(ada, {one: 1, two: 1})

    shop.does(orders.cancel, order, customer(ada))
    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.parcel_states(order) == ["refunded", "refunded"]
    assert shop.accounts() == {"customer": -100000, "refund": 100000}
    assert shop.copies(one) == shop.copies(two) == (1, 0)
    assert shop.letters()["ada", "order_refunded"] == 1
    assert shop.letters()["ada", "parcel_cancelled"] == 0
    assert shop.letters()["emma", "sale_cancelled"] == 1


def test_one_parcel_is_cancelled_and_the_other_goes_on(shop, ada, emma, boris):
    one, two = shop.sells(emma, "Emma", copies=1), shop.sells(boris, "Onegin", copies=1)
    order = shop.bought(ada, {one: 1, two: 1})
    first, second = shop.parcels(order)

    shop.does(parcels.cancel, first.id, customer(ada))
    shop.works()
    shop.does(parcels.confirm, second.id, seller(second.seller_id))
    shop.does(parcels.send, second.id, seller(second.seller_id))
    shop.does(parcels.receive, second.id, customer(ada))
    shop.works()

    assert shop.parcel_states(order) == ["refunded", "settled"]
    assert shop.state(order) == "completed"
    assert shop.accounts(order) == {
        "customer": -100000,
        "refund": 50000,
        "seller": 45000,
        "commission": 5000,
    }


def test_not_there_lowers_what_is_on_hand(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=3)
    order = shop.bought(ada, {offer: 2})
    [parcel] = shop.parcels(order)

    shop.does(parcels.reject, parcel.id, seller(emma), Because.NOT_THERE)
    shop.works()

    assert shop.copies(offer) == (1, 0)
    assert shop.state(order) == "cancelled"
    assert shop.accounts() == {"customer": -100000, "refund": 100000}
    assert shop.letters()["ada", "parcel_rejected"] == 1


def test_rejected_for_another_reason_gives_the_copies_back(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=3)
    order = shop.bought(ada, {offer: 2})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))

    shop.does(parcels.reject, parcel.id, seller(emma), Because.OTHER, "it has stains")
    shop.works()

    assert shop.copies(offer) == (3, 0)
    assert shop.parcel_states(order) == ["refunded"]


def test_a_seller_who_does_not_answer_is_reminded_and_then_it_is_cancelled(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.bought(ada, {offer: 1})

    shop.time_passes(hours=25)
    shop.time_passes(hours=26)
    assert shop.letters()["emma", "parcel_reminder"] == 1
    assert shop.parcel_states(order) == ["waiting"]

    shop.time_passes(hours=49)
    assert shop.parcel_states(order) == ["refunded"]
    assert shop.copies(offer) == (1, 0)
    assert shop.accounts() == {"customer": -50000, "refund": 50000}


def test_a_missing_parcel_stops_the_clock_until_it_is_settled(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(parcels.report_problem, parcel.id, customer(ada), "nothing has come")

    shop.time_passes(days=30)
    assert shop.parcel_states(order) == ["sent"]

    shop.does(parcels.settle_problem, parcel.id, seller(emma), refund=True)
    shop.works()
    assert shop.parcel_states(order) == ["refunded"]
    assert shop.accounts() == {"customer": -50000, "refund": 50000}
    assert shop.letters()["emma", "problem_reported"] == 1


def test_what_comes_back_after_the_seller_was_paid_is_taken_from_his_next_transfers(
    shop, ada, emma
):
    first = shop.bought(ada, {shop.sells(emma, "Emma", copies=9, price=60000): 1})
    settle(shop, first, ada)
    [parcel] = shop.parcels(first)
    shop.does(parcels.report_problem, parcel.id, customer(ada), "pages are missing")
    shop.does(parcels.settle_problem, parcel.id, seller(emma), refund=True)
    shop.works()
    assert shop.accounts(first) == {"customer": -60000, "refund": 60000}

    second = shop.bought(ada, {shop.sells(emma, "Persuasion", copies=9, price=40000): 1})
    settle(shop, second, ada)
    third = shop.bought(ada, {shop.sells(emma, "Sanditon", copies=9, price=50000): 1})
    settle(shop, third, ada)

    paid_out = [move.amount for move in shop.billing.transfers.values()]
    assert paid_out == [54000, 45000 - (54000 - 36000)]  # the second parcel's money was withheld
    assert sum(paid_out) == shop.accounts()["seller"]


@pytest.fixture
def received(shop, ada, emma):
    """Order and parcel, in a moment when billing has not been asked to pay the seller."""
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(parcels.receive, parcel.id, customer(ada))
    return order, parcel.id


def test_a_problem_reported_in_time_stops_the_sellers_money_until_it_is_settled(
    shop, ada, emma, received
):
    order, parcel = received
    shop.does(parcels.report_problem, parcel, customer(ada), "one corner is bent")
    shop.works()
    assert shop.billing.transfers == {}

    shop.does(parcels.settle_problem, parcel, seller(emma), refund=False, note="we talked")
    shop.works()

    assert [move.amount for move in shop.billing.transfers.values()] == [45000]
    assert shop.state(order) == "completed"


def test_what_comes_back_before_the_seller_was_paid_is_not_paid_to_him(shop, ada, emma, received):
    order, parcel = received
    shop.does(parcels.report_problem, parcel, customer(ada), "pages are missing")
    shop.works()
    shop.does(parcels.settle_problem, parcel, seller(emma), refund=True)
    shop.works()

    assert shop.billing.transfers == {}
    assert shop.accounts() == {"customer": -50000, "refund": 50000}
    assert shop.does(payments.owed_by, emma) == 0
    assert shop.state(order) == "cancelled"
    [letter] = [letter for letter in shop.post.sent if letter.kind == "sale_returned"]
    assert "already" not in letter.text


def test_what_billing_may_have_paid_already_is_made_good_by_the_next_transfers(
    shop, ada, emma, received
):
    _, parcel = received
    shop.billing.down = True
    shop.works()  # it was asked, and nobody knows what it did
    shop.does(parcels.report_problem, parcel, customer(ada), "pages are missing")
    shop.does(parcels.settle_problem, parcel, seller(emma), refund=True)
    shop.billing.down = False
    shop.works()

    assert [move.amount for move in shop.billing.transfers.values()] == [45000]
    assert shop.does(payments.owed_by, emma) == 45000


def settle(shop, order, buyer):
    for parcel in shop.parcels(order):
        shop.does(parcels.confirm, parcel.id, seller(parcel.seller_id))
        shop.does(parcels.send, parcel.id, seller(parcel.seller_id))
        shop.does(parcels.receive, parcel.id, customer(buyer))
        shop.works()


def test_billing_out_of_order_for_hours_loses_nothing(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    shop.billing.down = True
    order = shop.orders(ada, {offer: 1})
    shop.works()
    assert shop.state(order) == "reserved"

    shop.billing.down = False
    shop.works()
    shop.pays(order)
    shop.works()

    assert shop.state(order) == "paid"
    assert len(shop.billing.payments) == 1


def test_the_post_closed_for_an_hour_every_letter_arrives_once(shop, ada, emma):
    shop.post.down = True
    shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    assert shop.post.sent == []

    shop.post.down = False
    shop.works()

    assert shop.letters() == {
        ("ada", "order_reserved"): 1,
        ("ada", "order_paid"): 1,
        ("emma", "parcel_waiting"): 1,
    }


def test_a_seller_who_has_fewer_than_promised_is_told_and_sells_no_more(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=5)
    shop.orders(ada, {offer: 4})
    shop.works()

    shop.does(stock.set_on_hand, offer, 2, "by hand", emma)
    other = shop.orders(ada, {offer: 1})
    shop.works()

    assert shop.copies(offer) == (2, 4)
    assert shop.state(other) == "cancelled"
    assert shop.letters()["emma", "promised_copies_missing"] == 1


def test_nobody_touches_what_is_not_his(shop, ada, emma, boris):
    stranger = shop.has("eve")
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)

    for deed, who in (
        (parcels.confirm, seller(boris)),
        (parcels.send, seller(boris)),
        (parcels.receive, customer(stranger)),
        (parcels.cancel, customer(stranger)),
    ):
        with pytest.raises(NotFound):
            shop.does(deed, parcel.id, who)
    with pytest.raises(NotFound):
        shop.does(orders.cancel, order, customer(stranger))
    assert shop.parcel_states(order) == ["waiting"]


def test_what_is_on_its_way_cannot_be_cancelled(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))

    with pytest.raises(Conflict):
        shop.does(orders.cancel, order, customer(ada))
    with pytest.raises(Conflict):
        shop.does(parcels.reject, parcel.id, seller(emma), Because.OTHER)

    assert shop.parcel_states(order) == ["sent"]


def learns_of(shop, order):
    """Billing has told us that it is paid; the order has not heard of it yet."""
    [key] = shop.billing.payments
    shop.billing.customer(key, PaymentState.PAID)
    shop.does(payments.learn, order, 1, shop.billing.payments[key])


def test_nobody_is_asked_to_pay_again_while_the_news_of_his_payment_is_on_its_way(shop, ada, emma):
    order = shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})
    shop.works()
    learns_of(shop, order)

    with pytest.raises(Conflict):
        shop.does(orders.pay_again, order, customer(ada))
    shop.works()

    assert shop.state(order) == "paid"
    assert len(shop.billing.payments) == 1


def test_who_paid_in_time_is_not_late_though_the_news_is(shop, ada, emma):
    order = shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})
    shop.works()
    learns_of(shop, order)

    shop.time_passes(minutes=31)

    assert shop.state(order) == "paid"
    assert shop.letters()["ada", "order_cancelled"] == 0


def test_who_paid_and_cancels_at_once_gets_his_money_back(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)
    order = shop.orders(ada, {offer: 1})
    shop.works()
    learns_of(shop, order)

    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"
    assert shop.accounts() == {"customer": -50000, "refund": 50000}
    assert shop.copies(offer) == (1, 0)


def test_cancelling_again_what_was_short_paid_and_cancelled_changes_nothing(shop, ada, emma, boris):
    some, none = shop.sells(emma, "Emma", copies=1), shop.sells(boris, "Onegin", copies=0)
    order = shop.orders(ada, {some: 1, none: 1})
    shop.works()
    shop.does(orders.accept_short, order, customer(ada))
    shop.works()
    shop.pays(order)
    shop.works()

    shop.does(orders.cancel, order, customer(ada))
    shop.does(orders.cancel, order, customer(ada))
    shop.works()

    assert shop.state(order) == "cancelled"


def test_billing_away_for_an_hour_is_asked_about_a_payment_once(shop, ada, emma):
    shop.orders(ada, {shop.sells(emma, "Emma", copies=1): 1})
    shop.works()
    shop.billing.down = True

    for _ in range(5):
        shop.does(payments.ask_about_old, timedelta(0))
    shop.works()

    with shop.database.reading() as session:
        asked = select(OutboxMessage).where(OutboxMessage.name == "PaymentNews")
        assert len(session.scalars(asked).all()) == 1
    shop.billing.down = False
