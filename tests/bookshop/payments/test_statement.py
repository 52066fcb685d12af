"""A seller's month adds up with the ledger, whatever happened in it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bookshop.database import now
from bookshop.orders import parcels
from bookshop.payments import statement
from bookshop.payments.models import Account, Entry
from tests.shop import customer, seller


def sold(shop, ada, emma, title, price, *, returned=False):
    """Bought, sent, received, paid out; and perhaps it came back after that."""
    order = shop.bought(ada, {shop.sells(emma, title, copies=1, price=price): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()
    if returned:
        shop.does(parcels.report_problem, parcel.id, customer(ada), "pages are missing")
        shop.does(parcels.settle_problem, parcel.id, seller(emma), refund=True)
        shop.works()
    return parcel.id


def of_month(shop, seller_id, year, month):
    with shop.database.reading() as session:
        return statement.of_month(session, seller_id, year, month)


def this_month(shop, seller_id):
    return of_month(shop, seller_id, now().year, now().month)


def test_each_parcel_with_what_the_shop_keeps_of_it(shop, ada, emma):
    parcel = sold(shop, ada, emma, "Emma", 30005)

    [line] = this_month(shop, emma).lines

    assert (line.parcel_id, line.total, line.commission) == (parcel, 30005, 3001)
    assert line.amount == line.paid_out == 27004


def test_it_says_what_the_ledger_says(shop, ada, emma, boris):
    sold(shop, ada, emma, "Emma", 60000, returned=True)
    sold(shop, ada, emma, "Persuasion", 40005)
    sold(shop, ada, boris, "Onegin", 30000)

    both = [this_month(shop, emma), this_month(shop, boris)]

    assert sum(month.amount for month in both) == shop.accounts()[Account.SELLER]
    assert sum(month.commission for month in both) == shop.accounts()[Account.COMMISSION]
    assert sum(month.total for month in both) == 40005 + 30000
    transferred = sum(move.amount for move in shop.billing.transfers.values())
    assert sum(month.paid_out for month in both) == transferred


def test_what_came_back_is_a_line_of_its_own_and_owed(shop, ada, emma):
    parcel = sold(shop, ada, emma, "Emma", 60000, returned=True)

    month = this_month(shop, emma)

    assert [(line.parcel_id, line.amount) for line in month.lines] == [
        (parcel, 54000),
        (parcel, -54000),
    ]
    assert (month.amount, month.paid_out, month.owed) == (0, 54000, 54000)


def test_a_line_says_what_was_withheld_of_it_for_a_return(shop, ada, emma):
    sold(shop, ada, emma, "Emma", 30000, returned=True)
    sold(shop, ada, emma, "Persuasion", 60000)

    *_, line = this_month(shop, emma).lines

    assert (line.amount, line.withheld, line.paid_out) == (54000, 27000, 27000)


def test_what_billing_has_not_done_yet_is_not_paid_out(shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=1): 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.billing.down = True
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()

    month = this_month(shop, emma)

    assert (month.amount, month.lines[0].paid_out, month.paid_out) == (45000, None, 0)


def test_a_month_begins_and_ends_at_midnight(shop, ada, emma):
    for title, at in (
        ("before", datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)),
        ("first", datetime(2026, 2, 1, tzinfo=UTC)),
        ("last", datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)),
        ("after", datetime(2026, 3, 1, tzinfo=UTC)),
    ):
        parcel = sold(shop, ada, emma, title, 10000)
        happened = update(Entry).where(Entry.parcel_id == parcel).values(at=at)
        shop.does(lambda session, happened=happened: session.execute(happened))

    assert len(of_month(shop, emma, 2026, 2).lines) == 2
    assert len(of_month(shop, emma, 2026, 1).lines) == 1
    assert of_month(shop, emma, 2025, 12).lines == []


@pytest.mark.parametrize(("year", "month"), [(1999, 12), (9999, 1), (2026, 0), (2026, 13)])
def test_there_is_no_such_month(shop, emma, year, month):
    with pytest.raises(statement.NoSuchMonth):
        of_month(shop, emma, year, month)
