"""Whatever happens in whatever order, and however little works: nothing is oversold, nobody is
charged twice, nothing is lost; and once all works again, all of it ends well.

BOOKSHOP_ANY_WAY=500 tries so many ways instead of a few.
"""

import os
import random
from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select

from bookshop.audit import hearing, inside
from bookshop.errors import ShopError
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.parcels import Because
from bookshop.payments import ledger
from bookshop.payments import service as payments
from bookshop.payments.gateway import BillingUnreachable
from bookshop.payments.models import Account, PaymentState
from bookshop.stock import offers as shelves
from bookshop.stock.models import Shelf
from tests.shop import seller
from tests.stories.any_way import Day, Killed, catalogue, one_of

WAYS = int(os.environ.get("BOOKSHOP_ANY_WAY", 3))
CHANCES = st.integers(0, 10_000)
CALM = st.sampled_from([True, True, False])  # whether all that is under way arrives at once


class AnyWay(Day):
    """Everybody may try anything at any moment; whoever carries the messages may do it badly."""

    # Customers

    @initialize(chance=CHANCES)
    def the_day_begins(self, chance):
        for n in range(2):
            self.customer_orders(chance + n, copies=1, pays=True, calm=True)

    @rule(
        chance=CHANCES,
        copies=st.integers(1, 3),
        pays=st.sampled_from([True, True, False]),
        calm=CALM,
    )
    def customer_orders(self, chance, copies, pays, calm):
        buyer = [*self.buyers, None][chance % 3]
        offers = random.Random(chance).sample(sorted(self.offers), 1 + chance % 2)
        with suppress(ShopError):  # one of them is not on sale
            self.orders[self.shop.orders(buyer, dict.fromkeys(offers, copies))] = buyer
        self.perhaps_arrives(calm)
        if pays:
            self.customer_pays(-1, "paid", True, calm)

    @rule(
        chance=CHANCES,
        outcome=st.sampled_from(["paid", "declined"]),
        webhook=st.booleans(),
        calm=CALM,
    )
    def customer_pays(self, chance, outcome, webhook, calm):
        at_billing = self.shop.billing.payments
        still_open = [key for key in at_billing if at_billing[key].state is PaymentState.OPEN]
        if still_open:
            key = one_of(still_open, chance)
            self.shop.billing.customer(key, PaymentState(outcome))
            if webhook:
                self.shop.webhook(key, f"{key} {outcome}")
            self.perhaps_arrives(calm)

    @precondition(lambda self: self.orders)
    @rule(
        chance=CHANCES,
        deed=st.sampled_from([orders.cancel, orders.pay_again, orders.accept_short]),
        calm=CALM,
    )
    def customer_decides(self, chance, deed, calm):
        order = one_of(list(self.orders), chance)
        self.tries(deed, order, self.customer(order), calm=calm)

    @precondition(lambda self: self.orders)
    @rule(chance=CHANCES, calm=CALM)
    def customer_returns_from_billing(self, chance, calm):
        order = one_of(list(self.orders), chance)
        self.tries(payments.customer_came_back, order, calm=calm)

    @precondition(lambda self: self.orders)
    @rule(
        chance=CHANCES,
        deed=st.sampled_from([parcels.receive, parcels.receive, parcels.cancel]),
        calm=CALM,
    )
    def customer_of_a_parcel(self, chance, deed, calm):
        parcel = self.a_parcel(chance)
        self.tries(deed, parcel.id, self.customer(parcel.order_id), calm=calm)

    @precondition(lambda self: self.orders)
    @rule(chance=CHANCES, refund=st.sampled_from([None, True, False]), calm=CALM)
    def customer_complains(self, chance, refund, calm):
        parcel = self.a_parcel(chance)
        buyer, who = self.customer(parcel.order_id), seller(parcel.seller_id)
        self.tries(parcels.report_problem, parcel.id, buyer, "it is wet", calm=calm)
        if refund is not None:
            self.settles(parcel, who, refund, calm)

    # Sellers

    @precondition(lambda self: self.orders)
    @rule(chance=CHANCES, how_far=st.sampled_from([1, 2, 3, 3, 3]), calm=CALM)
    def seller_answers(self, chance, how_far, calm):
        parcel = self.a_parcel(chance)
        who, buyer = seller(parcel.seller_id), self.customer(parcel.order_id)
        good_way = ((parcels.confirm, who), (parcels.send, who), (parcels.receive, buyer))
        for deed, of_whom in good_way[:how_far]:
            self.tries(deed, parcel.id, of_whom, calm=calm)

    @precondition(lambda self: self.orders)
    @rule(chance=CHANCES, because=st.sampled_from(Because), calm=CALM)
    def seller_rejects(self, chance, because, calm):
        parcel = self.a_parcel(chance)
        self.tries(parcels.reject, parcel.id, seller(parcel.seller_id), because, calm=calm)

    @precondition(lambda self: self.orders)
    @rule(chance=CHANCES, refund=st.booleans(), calm=CALM)
    def seller_settles(self, chance, refund, calm):
        parcel = self.a_parcel(chance)
        self.settles(parcel, seller(parcel.seller_id), refund, calm)

    def settles(self, parcel, who, refund, calm):
        deed = parcels.settle_problem
        self.tries(deed, parcel.id, who, refund=refund, note="we talked", calm=calm)

    @rule(chance=CHANCES, copies=st.integers(0, 6), on_sale=st.sampled_from([None, True, False]))
    def seller_counts(self, chance, copies, on_sale):
        offer = one_of(sorted(self.offers), chance)
        owner = self.offers[offer]
        self.tries(shelves.change, owner, offer, on_hand=copies, on_sale=on_sale, calm=False)

    @rule(chance=CHANCES, copies=st.tuples(st.integers(0, 6), st.integers(0, 6)), calm=CALM)
    def seller_uploads(self, chance, copies, calm):
        self.shop.uploads(one_of(self.sellers, chance), catalogue(*copies), apply_at_once=True)
        self.perhaps_arrives(calm)

    # Whoever carries the messages, and what becomes of them

    @rule(chance=CHANCES, most=st.integers(1, 12), stay=st.booleans())
    def workers_work(self, chance, most, stay):
        """On some of what is queued, in any order; it may be queued a second time."""
        self.relay_carries()
        some = random.Random(chance).sample(self.queue, min(most, len(self.queue)))
        for delivery in some:
            self.delivers(delivery)
        if not stay:
            self.queue = [delivery for delivery in self.queue if delivery not in some]

    @precondition(lambda self: self.shop.billing.payments)
    @rule(chance=CHANCES, event=st.integers(1, 3))
    def webhook_comes(self, chance, event):
        """Early or late, or again."""
        key = one_of(list(self.shop.billing.payments), chance)
        self.shop.webhook(key, f"{key} {event}")

    @rule(
        billing=st.sampled_from(["works", "is away", BillingUnreachable, Killed]),
        post_is_closed=st.booleans(),
        queue_is_wiped=st.booleans(),
    )
    def luck_turns(self, billing, post_is_closed, queue_is_wiped):
        """Away, or it does the next thing it is asked, and nobody hears of it."""
        self.shop.billing.down = billing == "is away"
        self.line.breaks = billing if isinstance(billing, type) else None
        self.shop.post.down = post_is_closed
        if queue_is_wiped:
            self.queue.clear()

    @rule(
        time=st.sampled_from(
            [{"seconds": 15}, {"minutes": 10}, {"minutes": 31}, {"hours": 25}, {"days": 15}]
        ),
        calm=CALM,
    )
    def time_passes(self, time, calm):
        self.clock.moves(**time)
        self.does_what_is_scheduled()
        self.perhaps_arrives(calm)

    # What holds at every moment

    @invariant()
    def audit_holds(self):
        with self.shop.database.reading() as session:
            for check in (inside.copies, inside.covers, inside.money, hearing.letters):
                assert check(session) == []

    @invariant()
    def every_account_is_what_it_may_be(self):
        with self.shop.database.reading() as session:
            for order in (None, *self.orders):
                of = ledger.balances(session, order)
                assert sum(of.values()) == 0
                assert of.pop(Account.CUSTOMER) <= 0 <= min(of.values())

    @invariant()
    def nobody_pays_twice(self):
        states = (PaymentState.PAID, PaymentState.OPEN)
        at_billing = [p for p in self.shop.billing.payments.values() if p.state in states]
        orders_paid = Counter((p.reference.rpartition("-")[0], p.state) for p in at_billing)
        assert max(orders_paid.values(), default=1) == 1

    @invariant()
    def no_more_leaves_billing_than_came_in(self):
        """But what sellers owe for books that came back."""
        with self.shop.database.reading() as session:
            owed = sum(payments.owed_by(session, owner) for owner in self.sellers)
        at_billing = self.shop.billing.payments.values()
        came = sum(p.amount for p in at_billing if p.state is PaymentState.PAID)
        left = sum(move.amount for move in self.all_moves())
        assert left <= came + owed

    @invariant()
    def stock_adds_up_and_only_a_seller_makes_it_short(self):
        moved, lowered = Counter(), set()
        for movement in self.movements():
            change = movement.after - movement.before
            moved[movement.offer_id] += change
            if movement.id > self.movements_seen and change < 0:
                lowered.add(movement.offer_id)
            last = movement.id
        self.movements_seen = last
        with self.shop.database.reading() as session:
            for shelf in session.scalars(select(Shelf)):
                assert shelf.on_hand == moved[shelf.offer_id]
                assert shelf.short <= self.short[shelf.offer_id] or shelf.offer_id in lowered
                self.short[shelf.offer_id] = shelf.short

    @invariant()
    def each_letter_is_sent_once(self):
        sent = Counter((one.event, one.recipient, one.kind) for one in self.shop.post.sent)
        assert max(sent.values(), default=1) == 1


TestAnyWay = AnyWay.TestCase
TestAnyWay.settings = settings(
    max_examples=WAYS,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
