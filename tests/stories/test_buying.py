"""The good way: ordered, reserved, paid, confirmed, sent, received, paid out."""

from bookshop.orders import parcels
from tests.shop import customer, seller


def test_two_sellers_one_order_everyone_gets_what_is_his(shop, ada, emma, boris):
    persuasion = shop.sells(emma, "Persuasion", copies=5, price=80000)
    onegin = shop.sells(boris, "Onegin", copies=3, price=30050)

    order = shop.orders(ada, {persuasion: 2, onegin: 1})
    shop.works()
    assert shop.state(order) == "reserved"
    assert shop.copies(persuasion) == (5, 2)

    shop.pays(order)
    shop.works()
    assert shop.state(order) == "paid"
    assert shop.parcel_states(order) == ["waiting", "waiting"]
    assert shop.held(order) == 190050

    for parcel in shop.parcels(order):
        shop.does(parcels.confirm, parcel.id, seller(parcel.seller_id))
        shop.works()
        shop.does(parcels.send, parcel.id, seller(parcel.seller_id), "RR123")
        shop.works()
        shop.does(parcels.receive, parcel.id, customer(ada))
        shop.works()

    assert shop.state(order) == "completed"
    assert shop.parcel_states(order) == ["settled", "settled"]
    assert shop.copies(persuasion) == (3, 0)
    assert shop.copies(onegin) == (2, 0)
    assert shop.accounts() == {
        "customer": -190050,
        "seller": 144000 + 27045,
        "commission": 16000 + 3005,
    }
    assert sorted(move.amount for move in shop.billing.transfers.values()) == [27045, 144000]
    assert shop.letters() == {
        ("ada", "order_reserved"): 1,
        ("ada", "order_paid"): 1,
        ("emma", "parcel_waiting"): 1,
        ("boris", "parcel_waiting"): 1,
        ("ada", "parcel_confirmed"): 2,
        ("ada", "parcel_sent"): 2,
        ("emma", "transfer_made"): 1,
        ("boris", "transfer_made"): 1,
    }


def test_what_is_not_marked_received_is_so_two_weeks_after_sending(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))

    shop.time_passes(days=13)
    assert shop.parcel_states(order) == ["sent"]

    shop.time_passes(days=15)
    assert shop.parcel_states(order) == ["settled"]
    assert shop.state(order) == "completed"


def test_the_last_copy_is_sold_once(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=1)

    first, second = shop.orders(ada, {offer: 1}), shop.orders(ada, {offer: 1})
    shop.works()

    assert sorted([shop.state(first), shop.state(second)]) == ["cancelled", "reserved"]
    assert shop.copies(offer) == (1, 1)
    assert len(shop.billing.payments) == 1


def test_doing_a_thing_twice_does_it_once(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=4): 3})
    [parcel] = shop.parcels(order)

    for deed, who in (
        (parcels.confirm, seller(emma)),
        (parcels.send, seller(emma)),
        (parcels.receive, customer(ada)),
    ):
        shop.does(deed, parcel.id, who)
        shop.does(deed, parcel.id, who)
        shop.works()

    assert shop.state(order) == "completed"
    assert len(shop.billing.transfers) == 1
