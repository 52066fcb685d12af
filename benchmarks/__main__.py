"""`python -m benchmarks`: a demo of its own in a temporary folder, measured, and a table.

One customer at a time; what is measured is how long he waits. Rate limits are off. Then many buy at
once, on either database: how much the machine can bear. Then books are searched and imported:
BENCH_BOOKS of them (100,000), imported on PostgreSQL too where BENCH_POSTGRES_URL names one.
Nothing is judged: the figures belong to this machine and its load.
"""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks import catalogue, importing, ordering, searching
from benchmarks.customer import Customer, seconds_for, seconds_until
from tests.processes.running import Running, running_demo

ORDERS, PAID_ORDERS, LOOKS = 30, 10, 60
QUERIES = ["jane austen", "мастер и маргарита", "dostoevsky", "love", "9799241583335", "persuason"]


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {_python()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bookshop-bench-") as folder:
        var = Path(folder) / "var"
        with started(var, "the first start, until READY"):
            pass
        with started(var, "the second start, until READY") as demo:
            _tell("memory of all processes (PSS)", f"{_memory(demo):.0f} MB")
            look(demo)
            buy(demo)
            look_while_importing(demo)
    ordering.measure(_tell)
    searching.measure(_tell)
    importing.measure(_tell)
    if url := os.environ.get("BENCH_POSTGRES_URL"):
        importing.measure(lambda what, figure: _tell(f"PostgreSQL: {what}", figure), url)


@contextmanager
def started(var: Path, what: str) -> Iterator[Running]:
    began = time.perf_counter()
    with running_demo(var) as demo:
        _tell(what, f"{time.perf_counter() - began:.1f} s")
        yield demo


def look(demo: Running) -> None:
    with httpx.Client(base_url=demo.shop, timeout=30) as visitor:
        book = visitor.get("/api/v1/books").json()["results"][0]["isbn13"]
        _measure("the list page", LOOKS, lambda n: _get(visitor, f"/books?page={n % 20 + 1}"))
        _measure("a book's page", LOOKS, lambda n: _get(visitor, f"/books/{book}"))
        _measure(
            "a search by the API",
            LOOKS,
            lambda n: _get(visitor, f"/api/v1/books?q={QUERIES[n % len(QUERIES)]}"),
        )


def buy(demo: Running) -> None:
    customer, mail = Customer(demo.shop), demo.var / "mail"
    [offer] = customer.best_stocked_offers(1)
    everything_is_delivered(demo)
    before = _letters(mail)
    _report("POST /orders until reserved", [_reserved(customer, offer) for _ in range(ORDERS)])
    seconds_until(lambda: _letters(mail) == before + ORDERS)
    _report(
        "paid at billing until both letters are there",
        [_paid(customer, offer, mail) for _ in range(PAID_ORDERS)],
    )


def look_while_importing(demo: Running) -> None:
    """A book's page as it is while a seller's great catalogue comes in."""
    seller = Customer(demo.shop, "english")
    with tempfile.NamedTemporaryFile() as file, httpx.Client(base_url=demo.shop) as visitor:
        catalogue.write_csv(Path(file.name), importing.BOOKS)
        book = visitor.get("/api/v1/books").json()["results"][0]["isbn13"]
        uploaded = seller.asks("POST", "/seller/imports?apply=true", files={"file": file})
        asked = f"/seller/imports/{uploaded['id']}"
        seconds_until(lambda: seller.asks("GET", asked)["state"] == "applying")
        looked = []
        while seller.asks("GET", asked)["state"] == "applying":
            looked += [seconds_for(lambda: _get(visitor, f"/books/{book}")) for _ in range(20)]
    _report(f"a book's page while {importing.BOOKS:,} books are applied", looked)


def everything_is_delivered(demo: Running) -> None:
    """No letter comes from now on but those we wait for."""
    operator = httpx.Client(base_url=demo.shop)
    login = {"login": "operator", "password": "bookshop"}
    token = operator.post("/api/v1/auth/login", json=login).json()["token"]
    operator.headers["Authorization"] = f"Bearer {token}"

    def nothing_is_open() -> bool:
        metrics = operator.get("/metrics").raise_for_status().text
        return "shop_deliveries_open{" not in metrics

    seconds_until(nothing_is_open)


def _reserved(customer: Customer, offer: int) -> float:
    customer.fills_the_basket(offer)
    began = time.perf_counter()
    order = customer.orders()
    seconds_until(lambda: customer.state(order) == "reserved")
    return time.perf_counter() - began


def _paid(customer: Customer, offer: int, mail: Path) -> float:
    """The customer's letter that it is paid, and the seller's that a parcel waits."""
    before = _letters(mail)
    customer.fills_the_basket(offer)
    order = customer.orders()
    seconds_until(lambda: customer.pay_url(order) and _letters(mail) == before + 1)
    pay_url = customer.pay_url(order) or ""
    began = time.perf_counter()
    httpx.post(pay_url, json={"outcome": "paid"}).raise_for_status()
    seconds_until(lambda: _letters(mail) == before + 3)
    return time.perf_counter() - began


def _letters(mail: Path) -> int:
    return sum(1 for _ in mail.glob("[!.]*.eml"))


def _get(visitor: httpx.Client, address: str) -> None:
    visitor.get(address).raise_for_status()


def _memory(demo: Running) -> float:
    """What is shared is counted once, in parts."""
    own = psutil.Process(demo.process.pid)
    everyone = [own, *own.children(recursive=True)]
    shares: list[int] = [process.memory_full_info().pss for process in everyone]
    return sum(shares) / 1024**2


def _measure(what: str, times: int, deed: Callable[[int], object]) -> None:
    deed(0)  # what is read only once is no part of it
    _report(what, [seconds_for(lambda n=n: deed(n)) for n in range(times)])  # type: ignore[misc]


def _report(what: str, seconds: Sequence[float]) -> None:
    ms = sorted(1000 * each for each in seconds)
    p50, p95 = ms[len(ms) // 2], ms[int(len(ms) * 0.95)]
    _tell(what, f"p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(ms)} times)")


def _tell(what: str, figure: str) -> None:
    print(f"{what:<46} {figure}", flush=True)


def _python() -> str:
    return platform.python_version()


if __name__ == "__main__":
    main()
