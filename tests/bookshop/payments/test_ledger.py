"""Whatever anybody does with orders and parcels, in any order, no kopeck is lost or made."""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bookshop.errors import ShopError
from bookshop.money import Money
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.parcels import Because
from bookshop.orders.states import ParcelState
from bookshop.payments import ledger
from bookshop.payments.models import Account
from bookshop.users.models import Role
from tests.shop import Shop, customer, seller

ALIVE = (ParcelState.WAITING, ParcelState.SENT, ParcelState.RECEIVED, ParcelState.SETTLED)
CHANCES = st.integers(0, 1000)


class Trade(RuleBasedStateMachine):
    """Two sellers, one customer, and all they may do at any moment, refused or not."""

    @initialize()
    def opens(self):
        self.folder = tempfile.TemporaryDirectory()
        self.shop = Shop(Path(self.folder.name))
        self.ada = self.shop.has("ada")
        sellers = [self.shop.has(name, Role.SELLER) for name in ("emma", "boris")]
        self.offers = [
            self.shop.sells(owner, f"book {n}", copies=5, price=price)
            for n, (owner, price) in enumerate(zip(sellers * 2, (10005, 33333, 1, 70), strict=True))
        ]
        self.made = []

    def teardown(self):
        if hasattr(self, "shop"):
            self.shop.billing.down = False
            self.shop.works()
            assert self.shop.offences() == []
            self.shop.database.engine.dispose()
            self.folder.cleanup()

    @rule(chance=CHANCES, quantity=st.integers(1, 3), pays=st.sampled_from([True, True, False]))
    def customer_orders(self, chance, quantity, pays):
        wanted = {self.offers[(chance + n) % 4]: quantity for n in range(1 + chance % 2)}
        self.made.append(self.shop.orders(self.ada, wanted))
        self.shop.works()
        if pays:
            self.customer_pays(-1, "paid")

    @precondition(lambda self: self.made)
    @rule(chance=CHANCES, outcome=st.sampled_from(["paid", "declined"]))
    def customer_pays(self, chance, outcome):
        order = self._one_of(self.made, chance)
        if any(key.startswith(f"payment-{order}-") for key in self.shop.billing.payments):
            self.shop.pays(order, outcome)
            self.shop.works()

    @precondition(lambda self: self.made)
    @rule(
        chance=CHANCES,
        deed=st.sampled_from([orders.cancel, orders.pay_again, orders.accept_short]),
    )
    def customer_decides(self, chance, deed):
        self._tries(deed, self._one_of(self.made, chance), customer(self.ada))

    @precondition(lambda self: self.made)
    @rule(chance=CHANCES, received=st.booleans())
    def seller_sends(self, chance, received):
        parcel = self._a_parcel(chance)
        self._tries(parcels.confirm, parcel.id, seller(parcel.seller_id))
        self._tries(parcels.send, parcel.id, seller(parcel.seller_id))
        if received:
            self._tries(parcels.receive, parcel.id, customer(self.ada))

    @precondition(lambda self: self.made)
    @rule(chance=CHANCES, because=st.sampled_from(Because))
    def seller_rejects(self, chance, because):
        parcel = self._a_parcel(chance)
        self._tries(parcels.reject, parcel.id, seller(parcel.seller_id), because)

    @precondition(lambda self: self.made)
    @rule(chance=CHANCES, deed=st.sampled_from([parcels.receive, parcels.receive, parcels.cancel]))
    def customer_receives(self, chance, deed):
        self._tries(deed, self._a_parcel(chance).id, customer(self.ada))

    @precondition(lambda self: self.made)
    @rule(chance=CHANCES, refund=st.booleans())
    def customer_complains(self, chance, refund):
        parcel = self._a_parcel(chance)
        self._tries(parcels.report_problem, parcel.id, customer(self.ada), "it is wet")
        self._tries(parcels.settle_problem, parcel.id, seller(parcel.seller_id), refund=refund)

    @precondition(lambda self: len(self.made) > 2)
    @rule(hours=st.sampled_from([1, 49, 400]))
    def time_passes(self, hours):
        self.shop.time_passes(hours=hours)

    @rule(down=st.booleans())
    def billing_comes_and_goes(self, down):
        self.shop.billing.down = down
        self.shop.works()

    @invariant()
    def adds_up(self):
        if not hasattr(self, "shop"):
            return
        for order in (None, *self.made):
            with self.shop.database.reading() as session:
                of = ledger.balances(session, order)
            paid_in = of.pop(Account.CUSTOMER)
            assert paid_in + sum(of.values()) == 0
            assert paid_in <= 0 <= min(of.values())

    @invariant()
    def sells_no_more_than_there_are(self):
        for offer in getattr(self, "offers", []):
            on_hand, reserved = self.shop.copies(offer)
            assert 0 <= reserved <= on_hand

    def _tries(self, deed, *args, **kwargs):
        """It may be refused, in words; then nothing has happened."""
        with suppress(ShopError):
            self.shop.does(deed, *args, **kwargs)
        self.shop.works()

    def _a_parcel(self, chance):
        """Rather one that something can still happen to."""
        all_of_them = [parcel for order in self.made for parcel in self.shop.parcels(order)]
        alive = [parcel for parcel in all_of_them if parcel.state in ALIVE]
        return self._one_of(alive or all_of_them, chance)

    @staticmethod
    def _one_of(things, chance):
        return things[chance % len(things)]


TestTrade = Trade.TestCase
TestTrade.settings = settings(
    max_examples=7,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_movement_that_does_not_sum_to_zero_is_not_written(shop):
    with pytest.raises(ledger.Unbalanced):
        shop.does(ledger._write, "oops", {Account.ESCROW: 1, Account.CUSTOMER: -2}, 1)

    assert shop.accounts() == {}


def test_the_same_movement_is_never_written_twice(shop):
    shop.does(ledger.capture, 1, "payment-1-1", Money(100))

    with pytest.raises(Exception, match="UNIQUE"):
        shop.does(ledger.capture, 1, "payment-1-1", Money(100))
    assert shop.accounts() == {"customer": -100, "escrow": 100}


def test_no_more_leaves_an_order_than_it_holds(shop):
    shop.does(ledger.capture, 1, "payment-1-1", Money(100))
    shop.does(ledger.refund, 1, 1, "refund-1-1", Money(60))

    with pytest.raises(ledger.Overdrawn):
        shop.does(ledger.refund, 1, 1, "refund-1-2", Money(60))
    with pytest.raises(ledger.Overdrawn):
        shop.does(ledger.settle, 1, 1, 7, Money(40), Money(1))

    assert shop.accounts() == {"customer": -100, "escrow": 40, "refund": 60}
