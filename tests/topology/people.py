"""Customers and sellers of a running shop, over HTTP, each from an address of his own."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

import httpx

from tests.waiting import until

PASSWORD = "correct horse"
_tls = httpx.create_ssl_context()  # one for all: to make it takes long
_addresses = (f"127.1.{n // 250}.{n % 250 + 1}" for n in count())


class Visitor:
    def __init__(self, shop: str, name: str) -> None:
        self.name = name
        self.reached_at = {"email": f"{name}@example.net", "address": "12 St James's Square"}
        # Limits count by address.
        own = httpx.HTTPTransport(local_address=next(_addresses), verify=_tls)
        self.http = httpx.Client(base_url=shop, transport=own, timeout=30)

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """Of the REST API."""
        answer = self.http.request(method, f"/api/v1{path}", json=body, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def finds(self, words: str) -> dict[str, Any]:
        """The first book, once there is one."""
        found = until(lambda: self.asks("GET", "/books", params={"q": words})["results"], words)
        book: dict[str, Any] = found[0]
        return book

    def registers(self) -> None:
        new = {"login": self.name, "email": self.reached_at["email"], "password": PASSWORD}
        self.asks("POST", "/users", new)

    def signs_in(self) -> None:
        self.asks("POST", "/auth/login", {"login": self.name, "password": PASSWORD})

    def fills_in(self, page: str, sent_to: str, **form: object) -> None:
        """What proves that a form is ours comes with the page, and goes with the form."""
        shown = self.http.get(page).text
        proof = re.search(r'name="csrf_token" value="([^"]+)"', shown)
        assert proof is not None, shown
        answer = self.http.post(sent_to, data={**form, "csrf_token": proof[1]})
        assert answer.status_code == 302, f"{sent_to}: {answer.status_code} {answer.text}"


class Customer(Visitor):
    def buys(self, *offers: int) -> dict[str, Any]:
        """And pays; if something is gone, he takes what is left."""
        order = self.orders(*offers)
        decided = self.waits_for(order, lambda told: told["state"] != "placed")
        if decided["state"] == "short":
            self.asks("POST", f"/orders/{order}/accept-short")
        self.pays(order)
        return self.order(order)

    def orders(self, *offers: int) -> int:
        for offer in offers:
            self.asks("PUT", f"/basket/items/{offer}", {"quantity": 1})
        placed: int = self.asks("POST", "/orders", {"name": "Ada", **self.reached_at})["id"]
        return placed

    def order(self, order: int) -> dict[str, Any]:
        told: dict[str, Any] = self.asks("GET", f"/orders/{order}")
        return told

    def waits_for(self, order: int, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        def so_far() -> dict[str, Any] | None:
            told = self.order(order)
            return told if true(told) else None

        told = until(so_far, f"order {order}", patience=40)
        assert told is not None
        return told

    def pays(self, order: int) -> None:
        """On billing's page, when it has opened one; then the shop hears of it."""
        told = self.waits_for(order, lambda told: bool(pay_url(told)))
        httpx.post(pay_url(told), json={"outcome": "paid"}, timeout=20).raise_for_status()
        self.waits_for(order, lambda told: told["state"] == "paid")

    def has_received(self, order: int) -> None:
        for parcel in self.order(order)["parcels"]:
            self.asks("POST", f"/orders/{order}/parcels/{parcel['id']}/received")


class Seller(Visitor):
    def uploads(self, name: str, content: Iterable[bytes]) -> int:
        """Piece by piece as they come, and applied without a preview."""
        received = self.http.post(
            "/api/v1/seller/imports",
            content=_in_a_form(name, content),
            headers={"Content-Type": "multipart/form-data; boundary=boundary"},
            params={"apply": "true"},
        )
        assert received.status_code == 202, received.text
        number: int = received.json()["id"]
        return number

    def waits_for(self, upload: int) -> dict[str, Any]:
        def applied() -> dict[str, Any] | None:
            told = self.asks("GET", f"/seller/imports/{upload}")
            return told if told["state"] == "applied" else None

        told = until(applied, f"import {upload}", patience=40)
        assert told is not None
        return told

    def sends(self, order: int) -> None:
        [parcel] = [p for p in self.asks("GET", "/seller/parcels") if p["order_id"] == order]
        self.asks("POST", f"/seller/parcels/{parcel['id']}/confirm")
        self.asks("POST", f"/seller/parcels/{parcel['id']}/sent", {"tracking": "RA123"})


def _in_a_form(name: str, content: Iterable[bytes]) -> Iterator[bytes]:
    yield f'--boundary\r\nContent-Disposition: form-data; name="file"; filename="{name}"'.encode()
    yield b"\r\n\r\n"
    yield from content
    yield b"\r\n--boundary--\r\n"


def pay_url(order: dict[str, Any]) -> str:
    payment = order["payment"]
    return (payment and payment["pay_url"]) or ""
