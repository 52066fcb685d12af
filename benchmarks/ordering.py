"""How many orders a second: from the basket until paid, and both its letters are queued.

Customers buy at the same moment, one order after the other, by HTTP from the demo's processes, and
share its cores. Each looks how his order is doing as often as its page does. Beside it stands the
processor time of an order in each process, until its letters have gone too: that hardly depends on
what else goes on here.
"""

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from sqlalchemy import func, make_url, select

from benchmarks.customer import BUYER, Customer, seconds_until
from bookshop.database import Database
from bookshop.notifications.models import Letter
from bookshop.settings import from_environment
from tests.postgres.server import postgres
from tests.processes.running import Running, running_demo

CUSTOMERS, ORDERS, OFFERS = 128, 512, 20
BETWEEN_LOOKS = 2.0  # seconds
JSON = {"Content-Type": "application/json"}
LETTERS = ("order_paid", "parcel_waiting")
# What stands in the command of a process, and what it is called here.
PROCESSES = {
    "webshop.app": "webshop",
    "manage.py relay": "relay",
    "worker rules": "rules",
    "worker billing": "billing",
    "worker mail": "mail",
    "billing_sandbox": "billing sandbox",
    "demo.mailbox": "mailbox",
    "-server": "redis",
    "postgres": "database",
    "benchmarks": "customers",
}


class Buyer:
    """One with an account, who asks as cheaply as can be: what is measured is the shop."""

    def __init__(self, shop: str, name: str) -> None:
        self._api = f"{shop}/api/v1"
        self.looks = 0
        self._headers = JSON
        known = {"login": name, "password": "correct horse"}
        self._asks("POST", "/users", known | {"email": f"{name}@example.net"})
        token = self._asks("POST", "/auth/login", known)["token"]
        self._headers = JSON | {"Authorization": f"Bearer {token}"}

    def buys(self, offer: int) -> None:
        """From the basket until it is paid."""
        self._asks("PUT", f"/basket/items/{offer}", {"quantity": 1})
        order = self._asks("POST", "/orders", BUYER)["id"]
        pay_url = self._until(order, lambda told: (told["payment"] or {}).get("pay_url"))
        _asked("POST", pay_url, {"outcome": "paid"}, JSON)
        self._until(order, lambda told: told["state"] == "paid")

    def _until(self, order: int, told: Callable[[dict[str, Any]], Any]) -> Any:
        while True:
            time.sleep(BETWEEN_LOOKS)
            self.looks += 1
            if found := told(self._asks("GET", f"/orders/{order}")):
                return found

    def _asks(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _asked(method, self._api + path, body, self._headers)


def measure(tell: Callable[[str, str], None]) -> None:
    """On SQLite, then on a PostgreSQL that writes as carefully as in production."""
    _measure("SQLite", tell)
    with postgres(options="") as url:
        _measure("PostgreSQL", tell, BOOKSHOP_DATABASE_URL=url)


def _measure(name: str, tell: Callable[[str, str], None], **environ: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bookshop-bench-") as folder,
        running_demo(Path(folder) / "var", **environ) as demo,
    ):
        buyers = [Buyer(demo.shop, f"buyer{n}") for n in range(CUSTOMERS)]
        offers = Customer(demo.shop).best_stocked_offers(OFFERS)
        _buy(demo, buyers, offers, CUSTOMERS)  # what is read only once is no part of it
        _letters_have_gone(demo)
        looked = sum(buyer.looks for buyer in buyers)
        before, began = _processor_ms(demo), time.perf_counter()
        _buy(demo, buyers, offers, ORDERS)
        took = time.perf_counter() - began
        _letters_have_gone(demo)
        spent = _processor_ms(demo) - before
        looked = sum(buyer.looks for buyer in buyers) - looked
    each = ", ".join(f"{process} {ms / ORDERS:.1f}" for process, ms in spent.most_common())
    tell(f"orders a second, {name}", f"{ORDERS / took:.1f}")
    tell("  processor time of an order", f"{spent.total() / ORDERS:.0f} ms: {each}")
    tell("  looks of its customer", f"{looked / ORDERS:.1f}")


def _buy(demo: Running, buyers: list[Buyer], offers: list[int], orders: int) -> None:
    """All customers at once; the end is the last letter queued."""
    database = _database(demo)
    before = _letters(database)
    chance = random.Random(orders)

    def buys(buyer: Buyer) -> None:
        for _ in range(orders // len(buyers)):
            buyer.buys(chance.choice(offers))

    with ThreadPoolExecutor(len(buyers)) as together:
        list(together.map(buys, buyers))
    seconds_until(lambda: _letters(database) == before + len(LETTERS) * orders)
    database.engine.dispose()


def _letters_have_gone(demo: Running) -> None:
    database = _database(demo)
    while _unsent(database):
        time.sleep(0.2)
    database.engine.dispose()


def _database(demo: Running) -> Database:
    return Database(from_environment(demo.environ).database_url)


def _unsent(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).select_from(Letter).where(Letter.sent_at.is_(None))
        return session.scalar(query) or 0


def _letters(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).select_from(Letter).where(Letter.kind.in_(LETTERS))
        return session.scalar(query) or 0


def _processor_ms(demo: Running) -> Counter[str]:
    """Of all that takes part, since it began."""
    own, spent = psutil.Process(), Counter[str]()
    for process in (own, *own.children(recursive=True), *_of_postgres(demo)):
        with suppress(psutil.NoSuchProcess):
            command, times = " ".join(process.cmdline()), process.cpu_times()
            name = next((name for words, name in PROCESSES.items() if words in command), "others")
            spent[name] += int(1000 * (times.user + times.system))
    return spent


def _of_postgres(demo: Running) -> Iterator[psutil.Process]:
    """It is no child of ours; the folder of its socket, which the address names, is its own."""
    url = from_environment(demo.environ).database_url
    if folder := make_url(url).query.get("host"):
        for each in psutil.process_iter(["cmdline"]):
            if f"{folder}/data" in (each.info["cmdline"] or []):
                yield from (each, *each.children())


def _asked(method: str, url: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Any:
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=60)
    connection.request(method, address.path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status >= 400:
        raise AssertionError(f"{method} {url}: {answer.status} {said.decode()}")
    return json.loads(said)


if __name__ == "__main__":
    measure(lambda what, figure: print(f"{what:<46} {figure}", flush=True))
