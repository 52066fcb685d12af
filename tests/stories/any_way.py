"""How a day is made for tests/stories/test_any_way.py: its shop, its troubles, and its end."""

import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select

from bookshop import outbox
from bookshop.books.models import Offer
from bookshop.errors import ShopError
from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.orders.moving import Who
from bookshop.orders.states import ParcelState, TooEarly
from bookshop.payments.gateway import BillingUnreachable
from bookshop.stock.models import Movement
from bookshop.users.models import Role
from tests.clock import clock_in_hand
from tests.rewinding import Moment
from tests.shop import Shop, customer, seller
from worker import schedule
from worker.delivering import deliver
from worker.subscriptions import ROUTES

CATALOGUE = "isbn,title,author,price,stock\n"
BOOKS = ("9780141439587,Emma,Jane Austen,100.05", "9780141439518,Pride,Jane Austen,0.70")
ENDED = (ParcelState.REJECTED, ParcelState.CANCELLED, ParcelState.RETURNED, ParcelState.REFUNDED)
HAPPENS = (BillingUnreachable, ConnectionRefusedError, TooEarly)  # and is tried again


class Killed(BaseException):
    """Whoever was at work is no more."""


class Line:
    """The line to billing: it may break when billing has done what it was asked."""

    breaks: type[BaseException] | None = None

    def __init__(self, billing):
        self.billing = billing

    def __getattr__(self, name):
        def asked(*args, **kwargs):
            answer = getattr(self.billing, name)(*args, **kwargs)
            if self.breaks:
                broken, self.breaks = self.breaks, None
                raise broken
            return answer

        return asked


@cache
def opened():
    """A shop with two sellers of the same two books, its people, and that moment."""
    shop = Shop(Path(tempfile.mkdtemp()))
    sellers = [shop.has(name, Role.SELLER) for name in ("emma", "boris")]
    for owner in sellers:
        shop.puts_on_sale(owner, catalogue(3, 5))
    buyers = [shop.has(name) for name in ("ada", "eve")]
    shop.works()
    return shop, sellers, buyers, Moment(shop)


def catalogue(*copies):
    return CATALOGUE + "".join(f"{book},{n}\n" for book, n in zip(BOOKS, copies, strict=True))


class Day(RuleBasedStateMachine):
    """What a day needs; what may happen in it, and what must always hold, is told there."""

    def __init__(self):
        super().__init__()
        self.ends = ExitStack()
        self.clock = self.ends.enter_context(clock_in_hand())
        self.shop, self.sellers, self.buyers, beginning = opened()
        beginning.come_back(self.shop)
        self.shop.index.rebuild()
        self.line = self.shop.tools.outside.billing = Line(self.shop.billing)
        with self.shop.database.reading() as session:
            self.offers = dict(session.execute(select(Offer.id, Offer.seller_id)).all())
        self.orders = {}  # and whose they are
        self.queue = []  # the deliveries in it
        self.short, self.movements_seen = Counter(), self.movements()[-1].id

    def teardown(self):
        try:
            self._all_works_again()
            self._everything_ends()
        finally:
            self.ends.close()

    # How it ends

    def _all_works_again(self):
        self.shop.billing.down, self.shop.post.down, self.line.breaks = False, False, None

    def _everything_ends(self):
        """Time goes by, what was promised is sent, and whoever has a problem is answered."""
        for parcel in self._parcels():
            if parcel.state is ParcelState.CONFIRMED:
                self.shop.does(parcels.send, parcel.id, seller(parcel.seller_id))
        for refund in (False, True):
            for _ in range(4):
                self.clock.moves(days=15)
                self.does_what_is_scheduled()
                self._everything_arrives()
            for parcel in self._parcels():
                if parcel.problem:
                    who = seller(parcel.seller_id)
                    self.shop.does(parcels.settle_problem, parcel.id, who, refund=refund, note="so")
        self._everything_arrives()
        assert self.shop.under_way() == []
        assert self.shop.offences() == []
        ends = {order: self.shop.state(order) for order in self.orders}
        assert set(ends.values()) <= {"completed", "cancelled"}, ends

    def does_what_is_scheduled(self):
        schedule.keep_deadlines(self.shop.tools)
        schedule.reconcile_payments(self.shop.tools)

    # Small words

    def tries(self, deed, *args, calm, **kwargs):
        """It may be refused, in words; then nothing has happened."""
        with suppress(ShopError):
            self.shop.does(deed, *args, **kwargs)
        self.perhaps_arrives(calm)

    def perhaps_arrives(self, calm):
        if calm:
            self._everything_arrives()

    def _everything_arrives(self):
        """As far as billing and the post let it; what was lost before is due again by then."""
        for _ in range(12):
            self.clock.moves(seconds=13)
            self.relay_carries()
            if not self.queue:
                return
            for delivery in self.queue:
                self.delivers(delivery)
            self.queue.clear()

    def relay_carries(self):
        with self.shop.database.transaction() as session:
            outbox.route(session, ROUTES)
            self.queue += [due.id for due in outbox.take_due(session, "a batch", 100)]

    def delivers(self, delivery):
        with suppress(Killed):
            error = deliver(delivery, self.shop.tools)
            if error and not isinstance(error, HAPPENS):
                raise error

    def customer(self, order):
        return customer(self.orders[order]) if self.orders[order] else Who("customer", None, order)

    def a_parcel(self, chance):
        """Rather one that something can still happen to."""
        all_of_them = self._parcels()
        alive = [parcel for parcel in all_of_them if parcel.state not in ENDED]
        return one_of(alive or all_of_them, chance)

    def _parcels(self):
        with self.shop.database.reading() as session:
            return session.scalars(select(Parcel).order_by(Parcel.id)).all()

    def movements(self):
        with self.shop.database.reading() as session:
            return session.scalars(select(Movement).order_by(Movement.id)).all()

    def all_moves(self):
        return [*self.shop.billing.refunds.values(), *self.shop.billing.transfers.values()]


def one_of(things, chance):
    return things[chance % len(things)]
