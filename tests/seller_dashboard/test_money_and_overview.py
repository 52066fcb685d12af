"""What was earned, and the figures of the first page."""

from datetime import date

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from bookshop import money
from bookshop.money import Money
from bookshop.orders import parcels
from bookshop.users import service as users
from seller_dashboard.views.statement import months
from seller_dashboard.wording import plain
from tests.seller_dashboard.conftest import told
from tests.shop import customer, seller


@pytest.fixture
def paid_out(shop, ada, emma):
    """A parcel of 1000 roubles that the customer has received."""
    novel = shop.sells(emma, "Persuasion", copies=5, price=50000)
    [parcel] = shop.parcels(shop.bought(ada, {novel: 2}))
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()
    return parcel


def figures(page):
    assert not page.exception
    return {metric.label: metric.value.replace("\N{NO-BREAK SPACE}", " ") for metric in page.metric}


def test_the_statement_adds_up(visits, emma, paid_out):
    page = visits(emma, "statement")

    assert figures(page) == {
        "Sold for": "1,000.00 ₽",
        "Commission": "100.00 ₽",
        "Yours": "900.00 ₽",
        "Paid out": "900.00 ₽",
    }
    [table] = page.table
    [what] = table.value["What"]
    assert f": sale, parcel [{paid_out.order_id}-1](" in what
    assert f"/parcel?parcel={paid_out.id})" in what
    assert list(table.value["Yours"]) == [90000]  # a number: it stands to the right
    words = convert_arrow_bytes_to_pandas_df(table.proto.arrow_data.styler.display_values)
    assert money.shown(Money(90000), "en") in words.to_string()


def test_a_return_is_named_as_one(visits, shop, ada, emma, paid_out):
    shop.does(parcels.report_problem, paid_out.id, customer(ada), "Pages are missing")
    shop.does(parcels.settle_problem, paid_out.id, seller(emma), refund=True)

    [table] = visits(emma, "statement").table

    assert ["return" in what for what in table.value["What"]] == [False, True]
    assert list(table.value["Yours"]) == [90000, -90000]


def test_a_month_without_sales_says_so(visits, emma):
    assert told(visits(emma, "statement")) == ["No parcel was received this month."]


def test_months_are_counted_back_over_the_new_year():
    assert months(date(2025, 11, 23), date(2026, 1, 2)) == [
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    ]


def test_the_overview_shows_what_waits_what_runs_out_and_what_was_sold(
    visits, shop, ada, emma, paid_out
):
    shop.bought(ada, {shop.sells(emma, "Emma", copies=9, price=30000): 1})
    rejected = shop.bought(ada, {shop.sells(emma, "Sanditon", copies=9): 1})
    [parcel] = shop.parcels(rejected)
    shop.does(parcels.reject, parcel.id, seller(emma), parcels.Because.OTHER)

    page = visits(emma)

    assert figures(page) == {
        "Waiting for you": "1",
        "To be sent": "0",
        "Running out": "1",
        "Sold this month": "1,300.00 ₽",
    }
    assert "until" in page.warning[0].value


def test_the_overview_counts_a_reported_problem_and_leads_to_it(visits, shop, ada, emma, paid_out):
    shop.does(parcels.report_problem, paid_out.id, customer(ada), "Pages are missing")

    page = visits(emma)

    assert figures(page)["Waiting for you"] == "1"
    assert page.error[0].value == "1 customer reports a problem"
    assert page.page_link[0].label == f"Open parcel {paid_out.order_id}-1"


def test_a_seller_without_books_is_shown_where_to_begin(visits, emma):
    page = visits(emma)

    assert told(page) == ["Nothing of yours is on sale yet: begin with a catalogue."]
    assert page.page_link[0].label == "Upload a catalogue"


def test_a_russian_reader_reads_russian_amounts(visits, shop, emma, paid_out):
    shop.does(users.change, emma, language="ru")

    assert "1 000,00 ₽" in figures(visits(emma, "statement")).values()


def test_what_people_wrote_is_not_markdown():
    assert plain("*a* [b](c)\n:red[d]") == r"\*a\* \[b\]\(c\) \:red\[d\]"
