"""Two hundred customers who want the same book at the same moment, and there are ten copies."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.topology.people import Customer, pay_url
from tests.waiting import until

CUSTOMERS, COPIES = 200, 10
PATIENCE = 90.0  # seconds; others may be at work here too

Order = dict[str, Any]


def ten_are_sold_and_the_others_are_told(shop: str, offer: int) -> None:
    """Of these ways no step may fail: `asks` would not let it pass."""
    customers = [Customer(shop, f"crowd{n}") for n in range(CUSTOMERS)]
    with ThreadPoolExecutor(CUSTOMERS) as together:
        everybody_is_here = Barrier(CUSTOMERS)
        placed = list(together.map(lambda who: _orders(who, offer, everybody_is_here), customers))
        decided = list(map(_is_decided, customers, placed))
        lucky = [who for who, order in zip(customers, decided, strict=True) if pay_url(order)]
        list(together.map(lambda who: who.pays(placed[customers.index(who)]), lucky))

    assert Counter(order["state"] for order in decided) == {
        "reserved": COPIES,
        "cancelled": CUSTOMERS - COPIES,
    }
    for customer, order in zip(customers, decided, strict=True):
        if customer not in lucky:
            assert "StockRefused" in [event["what"] for event in order["history"]]
            unlucky = customer, order
    assert "The copies were gone" in _page(*unlucky)


def _orders(customer: Customer, offer: int, everybody_is_here: Barrier) -> int:
    customer.http.headers["Connection"] = "close"  # one at rest is closed while it is used again
    customer.asks("PUT", f"/basket/items/{offer}", {"quantity": 1})
    everybody_is_here.wait(PATIENCE)
    placed: int = customer.asks("POST", "/orders", {"name": "Ada", **customer.reached_at})["id"]
    return placed


def _is_decided(customer: Customer, order: int) -> Order:
    def so_far() -> Order | None:
        told = customer.order(order)
        return told if told["state"] == "cancelled" or pay_url(told) else None

    told = until(so_far, f"order {order} to be decided", PATIENCE)
    assert told is not None
    return told


def _page(customer: Customer, order: Order) -> str:
    english = {"Accept-Language": "en"}
    return customer.http.get(f"/orders/{order['id']}", headers=english).raise_for_status().text
