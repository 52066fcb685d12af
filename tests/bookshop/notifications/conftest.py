"""A bookshop with a real database, whose billing answers at once, and which writes its letters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from bookshop.basket import service as basket
from bookshop.books.models import Book, Offer
from bookshop.database import Base, Database, now
from bookshop.messages import (
    Message,
    OrderPlaced,
    PaymentConfirmed,
    PaymentDue,
    PaymentRefused,
    RefundDue,
    RefundMade,
    StockReserved,
    TransferDue,
    TransferMade,
)
from bookshop.money import Money
from bookshop.notifications import service as notifications
from bookshop.notifications.links import Links
from bookshop.notifications.models import Letter
from bookshop.orders import deadlines, parcels
from bookshop.orders import service as orders
from bookshop.orders.models import Parcel
from bookshop.orders.moving import Who
from bookshop.outbox import OutboxMessage
from bookshop.payments import service as payments
from bookshop.payments.gateway import BilledMove, BilledPayment
from bookshop.payments.models import Payment, PaymentState
from bookshop.stock.models import Shelf
from bookshop.users import service as users
from bookshop.users.models import Role, User

Deed = Callable[..., None]
STAFF = Who("operator")
HOLD = timedelta(minutes=30)
LINKS = Links("http://shop.test", "http://desk.test", "a secret for tests")


@dataclass
class SmallBookshop:
    """Anna buys; "Old & New" and "Second Shelf" sell. All read and are written to in `language`."""

    database: Database
    language: str
    _followed: int = 0

    def __post_init__(self) -> None:
        self.anna = self.joins("anna", first_name="Anna").id
        self.first = self.joins("oldnew", role=Role.SELLER, shop_name="Old & New").id
        self.second = self.joins("shelf", role=Role.SELLER, shop_name="Second Shelf").id
        self.emma = self.sells(self.first, "Emma <3", 53800, copies=2)
        self.idiot = self.sells(self.second, "Идиот", 71300, copies=5)

    def joins(self, login: str, **facts: str) -> User:
        new = users.NewUser(login, f"{login}@example.org", language=self.language, **facts)
        with self.database.transaction() as session:
            return users.create(session, new, "no password")

    def sells(self, seller_id: int, title: str, price: int, copies: int) -> int:
        with self.database.transaction() as session:
            book = Book(
                own_seller_id=seller_id,
                own_key=title,
                title=title,
                authors="Somebody",
                language="en",
            )
            session.add(book)
            session.flush()
            offer = Offer(book_id=book.id, seller_id=seller_id, price=Money(price))
            session.add(offer)
            session.flush()
            session.add(Shelf(offer_id=offer.id, on_hand=copies))
            return offer.id

    def orders(self, wanted: dict[int, int], *, guest: bool = False, name: str = "Anna") -> int:
        """The id of the placed order; nobody has reserved anything yet."""
        owner = basket.Owner(guest_token="g") if guest else basket.Owner(user_id=self.anna)
        buyer = orders.Buyer(
            name,
            "anna@example.org",
            "Sadovaya st. 12",
            language=self.language,
            user_id=None if guest else self.anna,
        )
        with self.database.transaction() as session:
            for offer_id, copies in wanted.items():
                basket.put(session, owner, offer_id, copies)
            return orders.place(session, owner, buyer, Decimal(10)).order_id

    def pays(self, order_id: int, state: PaymentState = PaymentState.PAID) -> None:
        """Billing tells what came of the newest attempt."""
        with self.database.transaction() as session:
            payment = payments.of_order(session, order_id)[-1]
            payments.learn(session, order_id, payment.attempt, _billed(payment, state))
        self.settles_down()

    def has_paid_for(self, wanted: dict[int, int], *, guest: bool = False) -> int:
        order_id = self.orders(wanted, guest=guest)
        self.settles_down()
        self.pays(order_id)
        return order_id

    def waits(self, duration: timedelta) -> None:
        """Whatever is overdue by then is done."""
        moment = now() + duration
        with self.database.reading() as session:
            found = deadlines.overdue(session, moment)
        for deed, id in found:
            with self.database.transaction() as session:
                deed(session, id, moment)
        self.settles_down()

    def does(self, deed: Deed, id: int, who: Who, *words: object, **more: object) -> None:
        """One thing that is done with an order or a parcel, and all that follows from it."""
        with self.database.transaction() as session:
            deed(session, id, who, *words, **more)
        self.settles_down()

    def sends(self, parcel_id: int, tracking: str = "") -> None:
        self.does(parcels.confirm, parcel_id, STAFF)
        self.does(parcels.send, parcel_id, STAFF, tracking)

    def parcels_of(self, order_id: int) -> list[Parcel]:
        with self.database.reading() as session:
            query = select(Parcel).where(Parcel.order_id == order_id).order_by(Parcel.id)
            return list(session.scalars(query))

    @property
    def customer(self) -> Who:
        return Who("customer", self.anna)

    def settles_down(self) -> None:
        """Each message reaches its rule, billing or the letters, until there is no new one."""
        while news := self._news():
            for message in news:
                self._follow(message)
                self.writes(message)

    def writes(self, message: Message) -> None:
        with self.database.transaction() as session:
            notifications.write(session, message, LINKS)

    def letters(self, kind: str = "") -> list[Letter]:
        with self.database.reading() as session:
            query = select(Letter).order_by(Letter.id)
            return list(session.scalars(query.where(Letter.kind == kind) if kind else query))

    def messages(self, name: str = "") -> list[Message]:
        with self.database.reading() as session:
            rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
            return [row.message for row in rows if name in ("", row.name)]

    def _news(self) -> list[Message]:
        found = self.messages()[self._followed :]
        self._followed += len(found)
        return found

    def _follow(self, message: Message) -> None:
        with self.database.transaction() as session:
            match message:
                case OrderPlaced(order_id, round):
                    orders.reserve(session, order_id, round, HOLD)
                case StockReserved(order_id, round):
                    orders.start_payment(session, order_id, round)
                case PaymentDue(order_id, attempt, amount):
                    payment = payments.get(session, order_id, attempt)
                    opened = _billed(payment, PaymentState.OPEN)
                    payments.learn(session, order_id, attempt, opened)
                case PaymentConfirmed() | PaymentRefused():
                    orders.follow_payment(session, message)
                case RefundDue(_, parcel_id, n, amount):
                    key = f"refund-{parcel_id}-{n}"
                    payments.refunded(session, parcel_id, n, BilledMove(f"r{key}", key, amount))
                case TransferDue(_, parcel_id, amount):
                    key = f"transfer-{parcel_id}"
                    payments.paid_out(session, parcel_id, BilledMove(f"t{key}", key, amount))
                case RefundMade():
                    parcels.follow_refund(session, message)
                case TransferMade():
                    parcels.follow_transfer(session, message)


def _billed(payment: Payment, state: PaymentState) -> BilledPayment:
    key = payment.key
    return BilledPayment(f"b-{key}", state, payment.amount, key, f"http://pay.test/{key}", Money(0))


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Made once, with all that SQLAlchemy has compiled for them."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.sqlite'}")
    Base.metadata.create_all(database.engine)
    return database


@pytest.fixture
def empty(tables: Database) -> Database:
    with tables.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    return tables


@pytest.fixture(params=["en", "ru"])
def shop(request: pytest.FixtureRequest, empty: Database) -> SmallBookshop:
    return SmallBookshop(empty, request.param)


@pytest.fixture
def english_shop(empty: Database) -> SmallBookshop:
    return SmallBookshop(empty, "en")
