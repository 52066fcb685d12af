"""What the ledger refuses to write. Whatever happens, no kopeck is lost: stories/test_any_way."""

import pytest

from bookshop.money import Money
from bookshop.payments import ledger
from bookshop.payments.models import Account


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
