"""A whole bookshop on a real database, spoken to in the words of the trade.

What the worker processes do is done here by `works`: every committed message is brought to its
handlers by the worker's own code. How messages come is a parameter: in order and once, or
shuffled and twice.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from bookshop import outbox
from bookshop.audit import audit
from bookshop.auth import service as auth
from bookshop.basket import service as basket
from bookshop.books.models import Book, Offer
from bookshop.database import Database, now
from bookshop.imports import service as imports
from bookshop.imports.models import Import
from bookshop.imports.uploads import keep
from bookshop.messages import BooksChanged
from bookshop.money import Money
from bookshop.orders import deadlines, parcels
from bookshop.orders import service as orders
from bookshop.orders.models import Order, Parcel
from bookshop.orders.moving import Who
from bookshop.outbox import Delivery, DeliveryState
from bookshop.payments import ledger
from bookshop.payments import service as payments
from bookshop.payments.models import Account, PaymentState
from bookshop.settings import Settings, from_environment
from bookshop.stock.models import Movement, Shelf
from bookshop.tables import Base
from bookshop.users import service as users
from bookshop.users.models import Role
from bookshop.users.service import NewUser
from search_index import open_index
from tests.fakes import FakeBilling, FakePost
from worker.delivering import deliver
from worker.handlers import Errand
from worker.subscriptions import HANDLERS, ROUTES
from worker.tools import Tools

PASSWORD = "correct horse"
PASSWORD_HASH = auth.hashed(PASSWORD)  # once: it is slow on purpose


@dataclass(frozen=True)
class How:
    """How messages come to their handlers."""

    times: int = 1
    shuffled: bool = False
    seed: int = 0


class Shop:
    def __init__(self, folder: Path, url: str | None = None, how: How = How()) -> None:
        self.settings = settings_in(folder, url)
        self.database = database_with_tables(self.settings)
        self.billing, self.post = FakeBilling(), FakePost()
        self.index = open_index(self.settings, self.database)
        outside = SimpleNamespace(billing=self.billing, post=self.post, index=self.index)
        self.tools = Tools(self.settings, self.database, outside)
        self.how = how
        self.chance = random.Random(how.seed)

    # People and books

    def has(self, login: str, role: Role = Role.CUSTOMER) -> int:
        new = NewUser(
            login, f"{login}@example.com", role=role, shop_name=f"{login}'s shop", language="en"
        )
        with self.database.transaction() as session:
            return users.create(session, new, PASSWORD_HASH).id

    def sells(self, seller: int, title: str, *, copies: int, price: int = 50000) -> int:
        """The offer's id. The same title is the same book."""
        with self.database.transaction() as session:
            book = session.scalars(select(Book).where(Book.title == title)).one_or_none()
            if book is None:
                book = Book(title=title, authors="Anon", own_seller_id=seller, own_key=title)
            offer = Offer(book=book, seller_id=seller, price=Money(price))
            session.add_all([book, offer])
            session.flush()
            session.add(Shelf(offer_id=offer.id, on_hand=copies))
            session.add(Movement(offer_id=offer.id, why="by hand", before=0, after=copies))
            outbox.announce(session, BooksChanged([book.id]))
            return offer.id

    def uploads(self, seller: int, catalogue: str | bytes, **asked: bool) -> int:
        """The import's id; nothing is checked yet. `asked` as in imports.receive."""
        content = catalogue.encode() if isinstance(catalogue, str) else catalogue
        kept = keep(BytesIO(content), self.settings.uploads)
        with self.database.transaction() as session:
            return imports.receive(session, seller, "books.csv", kept, **asked).id

    def puts_on_sale(self, seller: int, catalogue: str | bytes, **asked: bool) -> int:
        """Uploaded, checked and applied."""
        import_id = self.uploads(seller, catalogue, apply_at_once=True, **asked)
        self.works()
        assert self.report(import_id)["state"] == "applied"
        return import_id

    # Customers

    def fills_basket(self, owner: basket.Owner, wanted: dict[int, int]) -> None:
        with self.database.transaction() as session:
            for offer, quantity in wanted.items():
                basket.put(session, owner, offer, quantity)

    def orders(self, customer: int | None, wanted: dict[int, int]) -> int:
        """Fill the basket and place the order; nothing is delivered yet."""
        owner = basket.Owner(customer) if customer else basket.Owner(guest_token="a guest")
        self.fills_basket(owner, wanted)
        buyer = orders.Buyer(
            "Ada Lovelace", "ada@example.com", "12 St James's Square", "+44 20 7930", "en", customer
        )
        with self.database.transaction() as session:
            return orders.place(session, owner, buyer, self.settings.commission_percent).order_id

    def pays(self, order: int, outcome: str = "paid") -> None:
        """On billing's page; then the webhook comes."""
        with self.database.reading() as session:
            key = payments.of_order(session, order)[-1].key
        self.billing.customer(key, PaymentState(outcome))
        self.webhook(key)

    def webhook(self, key: str, event: str | None = None) -> None:
        with self.database.transaction() as session:
            payments.heard_from_billing(session, event or f"event of {key}", "payment", "{}", key)

    def does(self, deed: Any, *args: Any, **kwargs: Any) -> Any:
        """Any service call, in a transaction of its own."""
        with self.database.transaction() as session:
            return deed(session, *args, **kwargs)

    def bought(self, customer: int | None, wanted: dict[int, int]) -> int:
        """Ordered, reserved and paid."""
        order = self.orders(customer, wanted)
        self.works()
        self.pays(order)
        self.works()
        assert self.state(order) == "paid"
        return order

    # Time and messages

    def works(self) -> None:
        """Until no message is under way but those that fail."""
        for _ in range(60):
            if not self._carry():
                return
        raise AssertionError(f"still under way: {self.under_way()}")

    def time_passes(self, **time: int) -> None:
        moment = now() + timedelta(**time)
        with self.database.reading() as session:
            found = deadlines.overdue(session, moment)
        for deed, id in found:
            self.does(deed, id, moment)
        self.works()

    def _carry(self) -> bool:
        with self.database.transaction() as session:
            routed = outbox.route(session, ROUTES)
        done_before = self._count_done()
        ids = self.under_way()
        if self.how.shuffled:
            self.chance.shuffle(ids)
        for id in ids:
            deliver(id, self.tools)
            for _ in range(self.how.times - 1):
                self._handle_again(id)
        return bool(routed) or self._count_done() > done_before

    def under_way(self) -> list[int]:
        with self.database.reading() as session:
            query = select(Delivery.id).where(Delivery.state != DeliveryState.DONE)
            return list(session.scalars(query.order_by(Delivery.id)))

    def _count_done(self) -> int:
        with self.database.reading() as session:
            query = select(func.count()).where(Delivery.state == DeliveryState.DONE)
            return session.scalar(query.select_from(Delivery)) or 0

    def _handle_again(self, delivery_id: int) -> None:
        """As if the mark *done* had been lost: the handler runs once more."""
        with self.database.reading() as session:
            delivery = session.get_one(Delivery, delivery_id)
        if delivery.state is not DeliveryState.DONE:
            return
        handler, message = HANDLERS[delivery.handler], delivery.message.message
        if isinstance(handler, Errand):
            answer = handler.ask(message, self.tools)
            self.does(handler.record, message, answer)
        else:
            self.does(handler, message, self.settings)

    def handles_everything_again(self) -> None:
        """Every message there ever was, in any order, to every handler."""
        with self.database.reading() as session:
            ids = list(session.scalars(select(Delivery.id)))
        self.chance.shuffle(ids)
        for id in ids:
            self._handle_again(id)
        self.works()

    # What one sees

    def order(self, order_id: int) -> Order:
        with self.database.reading() as session:
            return orders.get(session, order_id, Who("operator"))

    def state(self, order_id: int) -> str:
        return self.order(order_id).state.value

    def parcels(self, order_id: int) -> list[Parcel]:
        return self.order(order_id).parcels

    def parcel_states(self, order_id: int) -> list[str]:
        return [parcel.state.value for parcel in self.parcels(order_id)]

    def report(self, import_id: int, language: str = "en") -> dict[str, Any]:
        with self.database.reading() as session:
            return imports.report(session.get_one(Import, import_id), language)

    def copies(self, offer_id: int) -> tuple[int, int]:
        """On hand, reserved."""
        with self.database.reading() as session:
            shelf = session.get_one(Shelf, offer_id)
            return shelf.on_hand, shelf.reserved

    def accounts(self, order_id: int | None = None) -> dict[str, int]:
        """The ledger's balances that are not zero."""
        with self.database.reading() as session:
            of = ledger.balances(session, order_id)
        return {account.value: int(amount) for account, amount in of.items() if amount}

    def held(self, order_id: int) -> int:
        return self.accounts(order_id).get(Account.ESCROW, 0)

    def letters(self) -> Counter[tuple[str, str]]:
        """How many of each (recipient's login, kind) were sent."""
        return Counter(
            (letter.recipient.partition("@")[0], letter.kind)
            for letter in self.post.sent
            if letter.kind != "welcome"
        )

    def offences(self) -> list[str]:
        """What the audit finds."""
        with self.database.snapshot() as session:
            verdicts = audit(session, self.billing, self.index)
        return [offence for verdict in verdicts for offence in verdict.offenders]


@contextmanager
def story(shop: Shop) -> Iterator[Shop]:
    """At its end the audit holds, and hearing everything again changes nothing."""
    try:
        yield shop
        shop.works()
        assert shop.offences() == []
        before = (shop.accounts(), shop.letters())
        shop.handles_everything_again()
        assert (shop.accounts(), shop.letters()) == before
        assert shop.offences() == []
    finally:
        shop.database.engine.dispose()


def database_with_tables(settings: Settings) -> Database:
    """On SQLite a copy of one that was made before: making the tables takes its time."""
    if settings.database_url.startswith("sqlite"):
        shutil.copy(_empty_sqlite(), settings.database_url.removeprefix("sqlite:///"))
        return Database(settings.database_url)
    database = Database(settings.database_url)
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    return database


@cache
def _empty_sqlite() -> Path:
    file = Path(tempfile.mkdtemp()) / "empty.sqlite"
    database = Database(f"sqlite:///{file}")
    Base.metadata.create_all(database.engine)
    database.engine.dispose()
    return file


def settings_in(folder: Path, url: str | None = None) -> Settings:
    environ = {
        "BOOKSHOP_VAR": str(folder),
        "BOOKSHOP_SECRET_KEY": "s",
        "BOOKSHOP_RATE_LIMITS": "off",
    }
    if url:
        environ["BOOKSHOP_DATABASE_URL"] = url
    settings = from_environment(environ)
    assert settings.commission_percent == Decimal(10)
    return settings


def seller(user_id: int) -> Who:
    return Who("seller", user_id)


def customer(user_id: int) -> Who:
    return Who("customer", user_id)


__all__ = ["How", "Shop", "customer", "parcels", "seller", "story"]
