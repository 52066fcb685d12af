"""Processes die while people buy. Afterwards everyone has the right book or the right money.

Minutes long, so it is not part of `make test`: run `make chaos`.
"""

import os
import random
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path

import httpx
import psutil
import pytest
import redis

from tests.processes.running import Running, running_demo
from tests.waiting import until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

ORDERS = 24  # at least; customers go on coming until enough was killed
KILLS = 8
VICTIMS = ("worker rules", "worker billing", "relay", "redis-server", "valkey-server")


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[Running]:
    with running_demo(tmp_path_factory.mktemp("chaos") / "var") as running:
        yield running


@dataclass
class Customer:
    """A guest of his own, over the REST API, who tries again as a person would."""

    shop: Running
    number: int

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.shop.shop + "/api/v1", timeout=20)

    def buys(self, offer: int) -> int:
        self.asks("PUT", f"/basket/items/{offer}", {"quantity": 1})
        who = {"name": "Ada", "email": f"c{self.number}@example.net", "address": "here"}
        placed = self.asks("POST", "/orders", who, key=f"chaos-{self.number}")
        return int(placed["id"])

    def order(self, order: int) -> dict:
        return self.asks("GET", f"/orders/{order}")

    def asks(self, method: str, path: str, body: dict | None = None, key: str = "") -> dict:
        headers = {"Idempotency-Key": key} if key else {}

        def answered() -> httpx.Response | None:
            try:
                answer = self.http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                return None
            assert answer.status_code < 500 or answer.status_code == 503, answer.text
            return (
                {"answer": answer.json() if answer.content else {}} if answer.is_success else None
            )

        return until(answered, f"{method} {path}", patience=60)["answer"]


def test_nothing_is_lost_or_doubled_when_processes_are_killed(shop: Running):
    chance = random.Random(5)
    offers = [offer for offer, _ in hot_offers(shop, 4)]
    done = threading.Event()
    killed: list[int] = []
    killer = threading.Thread(target=kills, args=(shop, chance, done, killed))
    killer.start()
    try:
        bought = []
        for number in takewhile(lambda n: n < ORDERS or len(killed) < KILLS, count()):
            customer = Customer(shop, number)
            bought.append((customer, customer.buys(chance.choice(offers))))
        for customer, order in bought:
            until(lambda c=customer, o=order: decided(c.order(o)), f"order {order}", patience=90)
            payment = customer.order(order)["payment"]
            if payment and payment["pay_url"]:
                httpx.post(payment["pay_url"], json={"outcome": "paid"}, timeout=20)
    finally:
        done.set()
        killer.join()

    for customer, order in bought:
        until(
            lambda c=customer, o=order: c.order(o)["state"] in ("paid", "cancelled"),
            f"order {order}",
            patience=90,
        )
    until(lambda: shop.manage("audit").returncode == 0, "the audit to hold", patience=90)
    states = [customer.order(order)["state"] for customer, order in bought]
    paid = [p for p in httpx.get(shop.billing + "/payments").json() if p["state"] == "paid"]
    assert len(paid) == states.count("paid")


def test_a_wiped_redis_loses_nothing(shop: Running):
    port = int(shop.shop.rsplit(":", 1)[1]) + 5
    [(offer, _)] = hot_offers(shop, 1)
    customer = Customer(shop, 1000)

    order = customer.buys(offer)
    redis.Redis(port=port).flushall()

    until(lambda: decided(customer.order(order)), "the order reserved", patience=60)


def kills(shop: Running, chance: random.Random, done: threading.Event, killed: list[int]) -> None:
    while not done.wait(chance.uniform(0.3, 1.5)):
        if found := victims(shop.var):
            killed.append(chance.choice(found))
            os.kill(killed[-1], signal.SIGKILL)


def victims(var: Path) -> list[int]:
    """Processes of this shop that may die; the web servers and billing have their own tests."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        command = " ".join(process.info["cmdline"] or [])
        own = (process.info["environ"] or {}).get("BOOKSHOP_VAR") == str(var)
        if own and any(victim in command for victim in VICTIMS):
            found.append(process.pid)
    return found


def hot_offers(shop: Running, wanted: int) -> list[tuple[int, int]]:
    """Offers with few copies, so that customers compete for them."""
    found = httpx.get(
        shop.shop + "/api/v1/books", params={"seller": "secondhand", "in_stock": True}
    ).json()["results"]
    offers = [(o["id"], o["sellable"]) for book in found for o in book["offers"] if o["sellable"]]
    return sorted(offers, key=lambda offer: offer[1])[:wanted]


def decided(order: dict) -> bool:
    payment = order["payment"]
    return order["state"] in ("paid", "cancelled") or bool(payment and payment["pay_url"])
