"""The compose file's shop, from the outside: two webshops behind nginx, and what dies among them.

All in one file, so that one process of pytest has it and starts it once.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from typing import Any

import httpx
import pytest

from tests import crowd
from tests.topology.here import address_of
from tests.topology.people import PASSWORD, Customer, Seller, Visitor
from tests.topology.production import Production
from tests.topology.running import Running
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.processes, pytest.mark.timeout(300)]

WEBSHOP, BILLING, MAILBOX = 8000, 8002, 8025
CUSTOMERS = 8
PATIENCE = 60.0  # seconds; others may be at work here too
PAGES = ("/", "/books?q=dickens", "/books/9799223140013", "/api/v1/books?q=emma", "/basket")


def offer(who: Visitor, words: str, seller: Seller) -> int:
    """Found by these words, at this seller's."""
    [number] = [o["id"] for o in who.finds(words)["offers"] if o["seller"] == seller.name]
    return int(number)


def test_what_eight_want_at_once_is_sold_as_often_as_it_is_there(
    shop: Production, english: Seller, secondhand: Seller
) -> None:
    customers = [Customer(shop.url, f"customer{n}") for n in range(CUSTOMERS)]
    last_copy = offer(customers[0], "hard times dickens", secondhand)
    plenty = offer(customers[0], "emma", english)

    with ThreadPoolExecutor(CUSTOMERS) as together:
        bought = list(together.map(lambda who: who.buys(last_copy, plenty), customers))

    sold = [line["title"] for order in bought for line in lines(order)]
    assert sold.count("Hard Times") == 1
    assert sold.count("Emma") == CUSTOMERS
    for customer, order in zip(customers, bought, strict=True):
        news = f"Your order {order['id']} is paid"
        until(partial(gets, shop, customer, news), f"{customer.name} to read: {news}")


def test_ten_copies_that_two_hundred_want_at_once_are_sold_ten_times(
    shop: Production, webshops: list[Running], secondhand: Seller
) -> None:
    """Two webshops, two processes each; what the audit says is asked when all stories are told."""
    book = Customer(shop.url, "curious").finds("cranford gaskell")
    wanted = next(offer["id"] for offer in book["offers"] if offer["seller"] == secondhand.name)
    secondhand.asks("PATCH", f"/seller/offers/{wanted}", {"on_hand": crowd.COPIES})

    crowd.ten_are_sold_and_the_others_are_told(shop.url, wanted)


def test_money_and_parcel_change_hands(shop: Production, english: Seller) -> None:
    customer = Customer(shop.url, "receiver")
    order = customer.buys(offer(customer, "9799286624635", english))["id"]

    english.sends(order)
    customer.waits_for(order, lambda told: told["parcels"][0]["state"] == "sent")
    customer.has_received(order)

    customer.waits_for(order, lambda told: told["state"] == "completed")
    [paid_out] = until(lambda: transfers(shop, f"order {order}"), "the transfer")
    assert paid_out["amount"] == "612.90"  # 681 less ten percent


def lines(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for parcel in order["parcels"] for line in parcel["lines"] if line["quantity"]]


def gets(shop: Production, who: Visitor, news: str) -> bool:
    """A letter that says so; the mailbox lists those to one address."""
    return news in httpx.get(shop.here.url(MAILBOX), params={"to": who.reached_at["email"]}).text


def transfers(shop: Production, reference: str) -> list[dict[str, Any]]:
    made = httpx.get(shop.here.url(BILLING) + "/transfers").json()
    return [transfer for transfer in made if transfer["reference"] == reference]


def test_a_sign_in_its_forms_and_a_basket_hold_at_both_webshops(
    shop: Production, webshops: list[Running], english: Seller, operator: Visitor
) -> None:
    before = [answered(shop, webshop, operator) for webshop in webshops]
    ada = Customer(shop.url, "ada")

    ada.registers()
    ada.fills_in("/sign-in", "/sign-in", login=ada.name, password=PASSWORD)
    for _ in range(10):
        ada.fills_in("/books/9799241583335", "/basket/add", offer=offer(ada, "emma", english))
    copies = [ada.asks("GET", "/basket")["copies"] for _ in range(10)]

    assert copies == [10] * 10
    for webshop, then in zip(webshops, before, strict=True):
        assert answered(shop, webshop, operator) > then


def answered(shop: Production, webshop: Running, operator: Visitor) -> float:
    """How many requests, by all its processes together."""
    who = {"login": operator.name, "password": PASSWORD}
    token = operator.asks("POST", "/auth/login", who)["token"]
    address = shop.here.url(WEBSHOP, address_of(webshop.container)) + "/metrics"
    told = httpx.get(address, headers={"Authorization": f"Bearer {token}"}).text.splitlines()
    return sum(
        float(line.split()[-1])
        for line in told
        if line.startswith("shop_requests_total") and "sign_in" not in line
    )


def test_limits_count_at_both_webshops_whatever_a_visitor_says_of_himself(shop: Production) -> None:
    eager = Visitor(shop.url, "eager")

    answers = [
        eager.http.post("/api/v1/users", json={}, headers={"X-Forwarded-For": f"203.0.113.{n}"})
        for n in range(12)
    ]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2


def test_the_dashboard_speaks_over_a_websocket_through_nginx(shop: Production) -> None:
    asks = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asks |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}

    with httpx.stream("GET", shop.url + "/dashboard/_stcore/stream", headers=asks) as answer:
        assert answer.status_code == 101
    assert "<title>" in httpx.get(shop.url + "/dashboard/").text


@pytest.mark.parametrize("way", [Running.kill, Running.ask_to_end], ids=["killed", "stopped"])
def test_no_customer_notices_that_a_webshop_goes(
    way: Callable[[Running], None], shop: Production, webshops: list[Running], english: Seller
) -> None:
    _, second = webshops
    customer = Customer(shop.url, f"{way.__name__}.notwithstanding")
    dracula = offer(customer, "dracula stoker", english)

    with people_browsing(shop) as seen:
        until(lambda: len(seen) > 10, "people to browse", PATIENCE)
        way(second)
        so_far = len(seen)
        until(lambda: len(seen) > so_far + 40, "them to go on", PATIENCE)
        order = customer.buys(dracula)

    assert set(seen) == {200}
    assert order["state"] == "paid"
    assert second.ends_in_time()


@contextmanager
def people_browsing(shop: Production) -> Iterator[list[int]]:
    """How each page was answered that they have seen so far."""
    seen: list[int] = []
    enough = threading.Event()

    def browse(who: Visitor) -> None:
        for page in cycle(PAGES):
            seen.append(who.http.get(page).status_code)
            if enough.is_set():
                return

    with ThreadPoolExecutor() as together:
        going = [together.submit(browse, Visitor(shop.url, f"browser{n}")) for n in range(3)]
        try:
            yield seen
        finally:
            enough.set()
    for each in going:
        each.result()


def test_orders_go_on_when_a_worker_dies_with_one_in_hand(
    shop: Production, english: Seller
) -> None:
    """A frozen worker is handed what comes next as any other is, and does not get to it."""
    _, second = shop.replicas("worker-rules")
    customers = [Customer(shop.url, f"patient{n}") for n in range(4)]
    wanted = offer(customers[0], "sense and sensibility", english)

    second.freeze()
    orders = [customer.orders(wanted) for customer in customers]
    second.kill()

    for customer, order in zip(customers, orders, strict=True):
        customer.pays(order)


def test_an_upload_is_taken_to_its_end_by_a_webshop_that_is_to_stop(
    shop: Production, webshops: list[Running], english: Seller
) -> None:
    go_on = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"isbn,title,authors,price,stock\n"
        assert go_on.wait(30)
        yield b"9780141439587,A Slow Book,Anon,100.00,3\n"

    def spoken_to() -> list[Running]:
        port = shop.here.port(WEBSHOP)
        return [webshop for webshop in webshops if webshop.is_spoken_to(port)]

    until(lambda: not spoken_to(), "nobody to be there")
    with ThreadPoolExecutor(1) as elsewhere:
        uploading = elsewhere.submit(english.uploads, "slow.csv", slowly())
        [stopping] = until(spoken_to, "a webshop to take it")
        workers = stopping.children()
        stopping.ask_to_end()
        until(lambda: stopping.children() < workers, "it to hear")
        with people_browsing(shop) as seen:
            until(lambda: len(seen) > 40, "people to go on at the other")
        go_on.set()

    assert english.waits_for(uploading.result())["accepted"] == 1
    assert stopping.ends_in_time()
