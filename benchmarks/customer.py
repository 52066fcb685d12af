"""Somebody who buys by the REST API, and the stopwatch beside him."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 600.0  # seconds: a catalogue may be great
BETWEEN_LOOKS = 0.002
BUYER = {
    "name": "Anna Lebedeva",
    "phone": "+7 921 555-01-42",
    "email": "anna@example.com",
    "address": "Saint Petersburg, Nevsky 1",
}


class Customer:
    def __init__(self, shop: str, login: str = "reader") -> None:
        self._api = httpx.Client(base_url=f"{shop}/api/v1", timeout=30)
        token = self.asks("POST", "/auth/login", json={"login": login, "password": "bookshop"})
        self._api.headers["Authorization"] = f"Bearer {token['token']}"

    def asks(self, method: str, path: str, **more: Any) -> Any:
        answer = self._api.request(method, path, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def best_stocked_offers(self, wanted: int) -> list[int]:
        """Of the first hundred books: enough copies for every order of a benchmark."""
        books = self.asks("GET", "/books", params={"in_stock": "true", "per_page": 100})["results"]
        offers = [offer for book in books for offer in book["offers"]]
        offers.sort(key=lambda offer: offer["sellable"], reverse=True)
        return [offer["id"] for offer in offers[:wanted]]

    def fills_the_basket(self, offer_id: int) -> None:
        self.asks("PUT", f"/basket/items/{offer_id}", json={"quantity": 1})

    def orders(self) -> int:
        once = {"Idempotency-Key": str(uuid4())}
        order_id: int = self.asks("POST", "/orders", json=BUYER, headers=once)["id"]
        return order_id

    def state(self, order_id: int) -> str:
        state: str = self.asks("GET", f"/orders/{order_id}")["state"]
        return state

    def pay_url(self, order_id: int) -> str | None:
        payment = self.asks("GET", f"/orders/{order_id}")["payment"]
        url: str | None = payment and payment["pay_url"]
        return url


def seconds_until(condition: Callable[[], object]) -> float:
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(f"not true after {PATIENCE:g} s")
        time.sleep(BETWEEN_LOOKS)
    return time.perf_counter() - began


def seconds_for(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
