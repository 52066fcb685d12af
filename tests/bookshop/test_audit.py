"""What the audit says of a shop in which something does not hold, and how it is printed."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from bookshop.audit import Verdict, audit, hearing
from bookshop.audit.hearing import PATIENCE
from bookshop.database import now
from bookshop.orders import service as orders
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.payments.models import Refund
from bookshop.users.models import Role
from manage import SHOWN_AT_MOST, _verdict
from tests.shop import Shop, customer


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_a_book_that_the_index_has_yet_to_hear_of_is_told_so(shop):
    emma = shop.has("emma", Role.SELLER)
    shop.works()
    shop.sells(emma, "Emma", copies=1)
    assert not [offence for offence in shop.offences() if "book" in offence]

    long_ago = now() - PATIENCE - timedelta(seconds=1)
    with shop.database.transaction() as session:
        session.execute(update(OutboxMessage).values(made_at=long_ago))

    [told] = [offence for offence in shop.offences() if offence.startswith("book ")]
    assert "still being indexed" in told
    shop.works()
    assert shop.offences() == []


def test_it_asks_the_database_no_more_of_ten_orders_than_of_two(shop):
    emma, ada = shop.has("emma", Role.SELLER), shop.has("ada")
    offer = shop.sells(emma, "Emma", copies=20)
    for _ in range(2):
        shop.bought(ada, {offer: 1})
    with counted(shop.database) as of_two:
        assert shop.offences() == []

    for _ in range(8):
        shop.bought(ada, {offer: 1})
    with counted(shop.database) as of_ten:
        assert shop.offences() == []

    assert len(of_ten) == len(of_two)


@contextmanager
def counted(database):
    asked = []
    remember = lambda *said: asked.append(said[2])  # noqa: E731 (to be taken away again)
    event.listen(database.engine, "before_cursor_execute", remember)
    yield asked
    event.remove(database.engine, "before_cursor_execute", remember)


def test_a_payment_that_billing_has_twice_is_told(shop):
    emma, ada = shop.has("emma", Role.SELLER), shop.has("ada")
    shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [(key, payment)] = shop.billing.payments.items()
    shop.billing.payments["another"] = replace(payment, id="another")

    assert shop.offences() == [f"billing has {key} 2 times"]


def test_money_that_is_due_and_that_nobody_sees_to_is_told(shop):
    emma, ada = shop.has("emma", Role.SELLER), shop.has("ada")
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    shop.billing.down = True
    shop.does(orders.cancel, order, customer(ada))
    shop.works()
    shop.billing.down = False
    with shop.database.transaction() as session:
        session.execute(update(Refund).values(made_at=now() - PATIENCE))
    assert shop.offences() == []

    with shop.database.transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.DONE))

    assert [offence for offence in shop.offences() if "forgotten" in offence] == [
        "refund-1-1: due, and forgotten"
    ]


def test_what_was_young_when_the_audit_began_is_so_until_its_end(shop):
    shop.has("ada")  # and nobody carries the news
    with shop.database.snapshot() as session:
        moment = now()
        assert hearing.deliveries(session, moment) == []
        assert hearing.deliveries(session, moment + PATIENCE) != []


def test_billing_that_does_not_answer_is_no_pass_and_is_not_said_to_disagree(shop):
    shop.billing.down = True

    with shop.database.snapshot() as session:
        verdicts = audit(session, shop.billing, shop.index)

    [silent] = [verdict for verdict in verdicts if not verdict.holds]
    first, second = _verdict(silent).splitlines()
    assert first == "4. billing and we say the same: COULD NOT BE ASKED"
    assert "BOOKSHOP_PORT" in second


def test_of_many_offenders_the_first_are_printed_and_the_rest_counted():
    offenders = [f"book {n}" for n in range(SHOWN_AT_MOST + 5)]

    lines = _verdict(Verdict(7, "it", offenders))

    assert lines.splitlines()[-2:] == ["  book 19", "  … and 5 more: --json tells all"]
    assert len(lines.splitlines()) == 1 + SHOWN_AT_MOST + 1
    assert len(offenders) == SHOWN_AT_MOST + 5
