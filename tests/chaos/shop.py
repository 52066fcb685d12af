"""The shop of a run: the real processes, its few books, and what everybody in it knows."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import make_url, select

from bookshop.books.models import Offer
from bookshop.database import Database
from bookshop.imports import by_hand
from bookshop.settings import REDIS, from_environment
from bookshop.stock.models import Shelf
from tests.chaos.mailbox import PostOffice
from tests.chaos.plan import Plan
from tests.chaos.tally import Tally
from tests.processes.running import Running, running_demo

SELLERS = ("english", "secondhand", "classics", "russian")
# Of each seller's books: so many copies. Few, so that customers compete for them.
COPIES = (1, 2, 3, 5, 8, 12, 20, 500, 500, 500)
APPLICATION = "chaos"  # what PostgreSQL calls the shop's connections


@dataclass(frozen=True)
class Book:
    """As its seller offers it."""

    offer: int
    book: int
    seller: int
    copies: int


@dataclass
class Shop:
    plan: Plan
    running: Running
    database: Database
    post: PostOffice
    tally: Tally
    books: list[Book] = field(default_factory=list)
    opened_at: float = 0
    closing: threading.Event = field(default_factory=threading.Event)  # no new orders, no faults
    over: threading.Event = field(default_factory=threading.Event)  # everybody goes home
    answered: set[int] = field(default_factory=set)  # the order numbers customers were told
    left_alone: set[int] = field(default_factory=set)  # parcels somebody means to leave as they are
    seen: list[str] = field(default_factory=list)  # by customers and sellers, and never should be

    def time_left(self) -> float:
        """Seconds until no new orders are taken."""
        return self.opened_at + self.plan.minutes * 60 - time.monotonic()

    @property
    def redis_port(self) -> int:
        return int(self.running.environ["BOOKSHOP_PORT"]) + REDIS

    @property
    def on_postgres(self) -> bool:
        return self.database.engine.dialect.name == "postgresql"

    def some_books(self, chance: Random) -> list[Book]:
        """One, or one of each of two sellers."""
        first, second = chance.choice(self.books), chance.choice(self.books)
        return [first] if first.seller == second.seller else [first, second]


@contextmanager
def opened(folder: Path, database_url: str | None, plan: Plan) -> Iterator[Shop]:
    tally = Tally()
    post = PostOffice(folder / "mail", tally)
    environ = {
        "BOOKSHOP_SAMPLE": "off",
        "BOOKSHOP_SMTP_URL": post.url,
        "BOOKSHOP_RESERVATION_MINUTES": "1",
    }
    if database_url:
        environ["BOOKSHOP_DATABASE_URL"] = _named(database_url, APPLICATION)
    with running_demo(folder / "var", **environ) as running:
        settings = from_environment(running.environ)
        own = _named(settings.database_url, "chaos, looking on") if database_url else None
        database = Database(own or settings.database_url)
        shop = Shop(plan, running, database, post, tally)
        post.open()
        try:
            _fill_the_shelves(shop, folder)
            shop.opened_at = time.monotonic()
            yield shop
        finally:
            shop.closing.set()
            shop.over.set()
            post.close()
            database.engine.dispose()


def _named(url: str, application: str) -> str:
    named = make_url(url).update_query_dict({"application_name": application})
    return named.render_as_string(hide_password=False)


def _fill_the_shelves(shop: Shop, folder: Path) -> None:
    settings = from_environment(shop.running.environ)
    for seller in SELLERS:
        rows = [f"{seller}-{n},{seller} {n},Anon,{n + 1}99.90,{c}" for n, c in enumerate(COPIES)]
        file = folder / f"{seller}.csv"
        file.write_text("\n".join(["sku,title,authors,price,stock", *rows]))
        told = by_hand.run(settings, shop.database, file, seller, dry_run=False, language="en")
        assert told["new"] == len(COPIES), told
    query = select(Offer.id, Offer.book_id, Offer.seller_id, Shelf.on_hand).join(
        Shelf, Shelf.offer_id == Offer.id
    )
    with shop.database.reading() as session:
        shop.books = [Book(*row) for row in session.execute(query.order_by(Offer.id))]
    assert len(shop.books) == len(SELLERS) * len(COPIES)
