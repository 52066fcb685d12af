"""Somebody at the shop's doors, as stubborn as a person who wants something."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.chaos.shop import Book, Shop
from tests.waiting import until

PATIENCE = 90  # seconds in which every request must be answered, whatever dies meanwhile
TRY_AGAIN = 0.2
SEE_OTHER = (302, 303)
TOO_LATE = httpx.codes.CONFLICT


class Visitor:
    """By the REST API."""

    def __init__(self, shop: Shop, name: str) -> None:
        self.shop, self.name = shop, name
        self.http = httpx.Client(base_url=shop.running.shop, timeout=20)
        self.form = {"name": "Ada", "email": f"{name}@example.net", "address": "12 St James's"}

    def registers(self) -> None:
        new = {"login": self.name, "email": self.form["email"], "password": "correct horse"}
        self.asks("POST", "/api/v1/users", json=new, headers=_key(self.name))

    def signs_in(self, password: str) -> None:
        self.asks("POST", "/api/v1/auth/login", json={"login": self.name, "password": password})

    def puts_in_the_basket(self, book: Book, copies: int) -> None:
        self.asks("PUT", f"/api/v1/basket/items/{book.offer}", json={"quantity": copies})

    def orders(self, key: str, *, twice: bool) -> int:
        """The order's number; whoever clicks twice is told the same one twice."""
        send = self._order_form(key)
        with ThreadPoolExecutor(2) as together:
            sent = [together.submit(send) for _ in range(2 if twice else 1)]
        numbers = {each.result() for each in sent}
        if len(numbers) > 1:
            self.shop.seen.append(f"{key} made the orders {numbers}")
        self.shop.answered |= numbers
        return min(numbers)

    def order(self, order: int) -> dict[str, Any]:
        told: dict[str, Any] = self.asks("GET", f"/api/v1/orders/{order}").json()
        return told

    def does(self, deed: str, **form: str) -> None:
        """To an order: "12/cancel", "12/parcels/15/received"."""
        self.asks("POST", f"/api/v1/orders/{deed}", json=form)

    def presses(self, pay_url: str, outcome: str) -> bool:
        """On billing's page: paid or declined. False if it is over already."""
        return self.asks("POST", pay_url, json={"outcome": outcome}).is_success

    def comes_back_from_paying(self, order: int) -> None:
        self.asks("GET", f"/orders/{order}/returned")

    def asks(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Until there is an answer. That it broke nobody may ever see, nor that what he asks is
        wrong or not there; it may be too late for it.
        """
        return until(
            lambda: self._answer(method, path, more), f"{method} {path}", PATIENCE, TRY_AGAIN
        )

    def _answer(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response | None:
        self.shop.tally.count("requests")
        try:
            answer = self.http.request(method, path, **more)
        except httpx.TransportError:
            self.shop.tally.count("requests without an answer")
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            self.shop.tally.count("requests answered 503")
            return None
        may_be = answer.status_code < httpx.codes.BAD_REQUEST or answer.status_code == TOO_LATE
        if not may_be or "Traceback" in answer.text:
            self.shop.seen.append(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return None if answer.is_server_error else answer

    def _order_form(self, key: str) -> Callable[[], int]:
        def send() -> int:
            answer = self.asks("POST", "/api/v1/orders", json=self.form, headers=_key(key))
            assert answer.status_code == httpx.codes.ACCEPTED, answer.text
            return int(answer.json()["id"])

        return send


class PageVisitor(Visitor):
    """By the shop's pages and their forms."""

    def __init__(self, shop: Shop, name: str) -> None:
        super().__init__(shop, name)
        self.proof = _hidden(self.asks("GET", "/sign-in").text, "csrf_token")

    def puts_in_the_basket(self, book: Book, copies: int) -> None:
        assert self.asks("GET", f"/books/{book.book}").is_success
        self.sends("/basket/add", offer=str(book.offer), quantity=str(copies))

    def does(self, deed: str, **form: str) -> None:
        order = deed.split("/")[0]
        assert self.asks("GET", f"/orders/{order}").is_success
        self.sends(f"/orders/{deed}", **form)

    def sends(self, path: str, **form: str) -> httpx.Response:
        return self.asks("POST", path, data={**form, "csrf_token": self.proof})

    def _order_form(self, key: str) -> Callable[[], int]:
        page = self.asks("GET", "/checkout").text
        form = {**self.form, "key": _hidden(page, "key"), "total": _hidden(page, "total")}

        def send() -> int:
            answer = self.sends("/checkout", **form)
            assert answer.status_code in SEE_OTHER, answer.text
            return int(re.findall(r"/orders/(\d+)", answer.headers["Location"])[0])

        return send


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}
