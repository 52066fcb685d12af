"""A seller looks after his parcels: sees, confirms, sends, rejects, settles."""

import pytest

from bookshop.database import now
from bookshop.orders import parcels
from bookshop.stock import offers
from bookshop.users import service as users
from bookshop.users.models import Role
from seller_dashboard.views.parcels import most_urgent_first, to_do
from tests.seller_dashboard.conftest import told
from tests.shop import customer, seller


@pytest.fixture
def novel(shop, emma):
    return shop.sells(emma, "Persuasion", copies=5, price=123450)


@pytest.fixture
def parcel(shop, ada, novel):
    [parcel] = shop.parcels(shop.bought(ada, {novel: 2}))
    return parcel


def state(shop, parcel):
    return shop.parcel_states(parcel.order_id)[0]


def written(page):
    """Whatever is to be read on the page as text."""
    parts = [*page.markdown, *page.text, *page.caption]
    return "\n".join(str(part.value) for part in parts)


def press(page, label):
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def test_a_waiting_parcel_is_listed_with_all_that_matters_and_a_way_in(visits, emma, parcel):
    page = visits(emma, "parcels")

    assert [heading.value for heading in page.subheader] == [f"Parcel {parcel.order_id}-1"]
    assert [link.label for link in page.page_link] == [f"Open parcel {parcel.order_id}-1"]
    sum_up = "Ada Lovelace · 2 books · Persuasion · you get 2,222.10\N{NO-BREAK SPACE}₽"
    assert sum_up in written(page)
    assert "Answer by" in written(page)
    assert "St James" not in written(page)  # where to, its own page tells


def test_a_parcel_that_came_to_nothing_promises_the_seller_nothing(visits, shop, emma, ada, parcel):
    shop.does(parcels.cancel, parcel.id, customer(ada))
    shop.works()

    for query in ({"view": "all"}, {"parcel": parcel.id}):
        page = visits(emma, "parcels", **query)
        if "view" in query:
            page.radio[0].set_value("all").run()
        assert "you get" not in written(page)
        assert "2,469.00\N{NO-BREAK SPACE}₽ back to the customer" in written(page)
        assert "Ada Lovelace" not in written(page)


def test_a_confirmed_parcel_says_until_when_it_is_to_be_sent(visits, shop, emma, parcel):
    shop.does(parcels.confirm, parcel.id, seller(emma))

    assert "Send by" in written(visits(emma, "parcels"))


def test_amounts_are_written_as_the_reader_is_used_to(visits, shop, emma, parcel):
    shop.does(users.change, emma, language="ru")

    shown = written(visits(emma, "parcels"))

    assert "2\N{NO-BREAK SPACE}222,10\N{NO-BREAK SPACE}₽" in shown


def test_confirmed_and_then_sent_with_its_tracking_number(visits, shop, emma, parcel):
    page = visits(emma, "parcels", parcel=parcel.id)
    assert "12 St James's Square" in written(page)

    press(page, "Confirm")
    assert state(shop, parcel) == "confirmed"
    assert told(page) == ["Confirmed. Send it when you can, and say so here."]

    page.text_input[0].input("RR123456785RU")
    press(page, "It is sent")
    assert state(shop, parcel) == "sent"
    assert "RR123456785RU" in written(page)
    assert not page.button


def test_a_button_pressed_in_a_second_window_changes_nothing_more(visits, shop, emma, parcel):
    first, second = (visits(emma, "parcels", parcel=parcel.id) for _ in range(2))

    press(first, "Confirm")
    press(second, "Confirm")

    assert state(shop, parcel) == "confirmed"
    events = [event.what for event in shop.order(parcel.order_id).history]
    assert events.count("ParcelConfirmed") == 1


def test_what_is_not_there_is_rejected_and_refunded(visits, shop, emma, novel, parcel):
    page = visits(emma, "parcels", parcel=parcel.id)

    page.text_area[0].input("The shelf was empty")
    press(page, "Reject the parcel")
    shop.works()

    assert state(shop, parcel) == "refunded"
    assert shop.copies(novel) == (3, 0)
    page.run()
    assert "St James" not in written(page)  # nobody needs the address any more


def test_too_late_a_confirmation_is_told_in_words(visits, shop, emma, ada, parcel):
    page = visits(emma, "parcels", parcel=parcel.id)
    shop.does(parcels.cancel, parcel.id, customer(ada))

    press(page, "Confirm")

    assert len(page.error) == 1
    assert "cannot be done any more" in page.error[0].value


def test_nothing_is_done_for_one_who_signed_out_meanwhile(visits, shop, emma, parcel):
    page = visits(emma, "parcels", parcel=parcel.id)
    visits.signs_out(emma)

    press(page, "Confirm")

    assert state(shop, parcel) == "waiting"
    assert [title.value for title in page.title] == ["For sellers"]


def test_somebody_elses_parcel_is_not_there(visits, boris, parcel):
    assert told(visits(boris, "parcels", parcel=parcel.id)) == [
        "There is no such parcel, or it is not yours."
    ]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "٣", "9" * 30, ""])
def test_no_address_of_a_parcel_breaks_the_page(visits, emma, parcel, number):
    assert told(visits(emma, "parcels", parcel=number)) == [
        "There is no such parcel, or it is not yours."
    ]


def test_before_it_is_paid_a_parcel_is_nobodys_business(visits, shop, ada, emma, novel):
    order = shop.orders(ada, {novel: 1})
    shop.works()
    [unpaid] = shop.parcels(order)

    assert told(visits(emma, "parcels", parcel=unpaid.id)) == [
        "There is no such parcel, or it is not yours."
    ]
    assert told(visits(emma, "parcels")) == ["Nothing here. New orders come by email too."]


def test_what_a_customer_writes_is_never_read_as_markdown(visits, shop, emma, ada, parcel):
    _report(shop, parcel, emma, ada, "**[click](http://evil)**")

    page = visits(emma, "parcels", parcel=parcel.id)

    assert "**[click](http://evil)**" in [text.value for text in page.text]
    assert "http://evil" not in "".join(part.value for part in page.markdown)


def test_a_seller_settles_a_problem_by_giving_the_money_back(visits, shop, emma, ada, parcel):
    _report(shop, parcel, emma, ada, "The pages are wet")

    page = visits(emma, "parcels", parcel=parcel.id)
    assert "The pages are wet" in written(page)
    assert [button.label for button in page.button] == [
        "Reject the complaint",
        "Yes, give back 2,469.00\N{NO-BREAK SPACE}₽",
    ]
    [asked] = page.expander
    assert asked.label == "Give the money back"
    assert "The customer gets 2,469.00" in asked.markdown[0].value
    asked.button[0].click().run()
    shop.works()

    assert state(shop, parcel) == "refunded"


def test_what_was_paid_out_and_then_given_back_says_that_it_is_withheld(
    visits, shop, emma, ada, parcel
):
    _report(shop, parcel, emma, ada, "Where is it?")
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()
    shop.does(parcels.report_problem, parcel.id, customer(ada), "Now it is wet")
    shop.does(parcels.settle_problem, parcel.id, seller(emma), refund=True, note="Sorry")
    shop.works()

    page = visits(emma, "parcels", parcel=parcel.id)

    withheld = "2,222.10\N{NO-BREAK SPACE}₽ is taken from your next transfers"
    assert withheld in written(page)
    told = list(page.table[1].value["What"])
    assert told.count(r"The money goes back\: Sorry") == 1
    assert told[1] == "The problem was settled"


def test_an_operator_rejects_a_complaint_and_has_to_say_why(visits, shop, emma, ada, parcel):
    operator = shop.has("olga", Role.OPERATOR)
    shop.does(users.change, operator, language="en")
    _report(shop, parcel, emma, ada, "Where is it?")
    assert len(visits(operator, "problems").page_link) == 1

    page = press(visits(operator, "problems", parcel=parcel.id), "Reject the complaint")
    assert told(page) == ["Say in a few words why you reject the complaint: the customer reads it."]
    page.text_area[0].input("It is at your post office")
    press(page, "Reject the complaint")

    assert shop.parcels(parcel.order_id)[0].problem == ""
    assert told(visits(operator, "problems")) == ["No customer reports a problem."]


def test_the_seller_reads_by_what_he_finds_each_book(visits, shop, ada, emma):
    catalogue = "sku,title,authors,price,stock\nA-12,Persuasion,Jane Austen,500,3\n"
    shop.puts_on_sale(emma, catalogue)
    [offer] = shop.does(offers.of_seller, emma).offers
    [parcel] = shop.parcels(shop.bought(ada, {offer.id: 1}))

    [book] = visits(emma, "parcels", parcel=parcel.id).table[0].value["Book"]

    assert book == "Persuasion  \nJane Austen  \nyour code A\\-12"


def test_what_is_most_urgent_comes_first(shop, emma, ada, novel):
    sent, confirmed, late, early = (shop.parcels(shop.bought(ada, {novel: 1}))[0] for _ in range(4))
    for parcel in (sent, confirmed):
        shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, sent.id, seller(emma))
    with shop.database.transaction() as session:
        session.merge(early).confirm_by = now()

    with shop.database.reading() as session:
        all_of_them = most_urgent_first(parcels.of_seller(session, emma))
        waiting_for_her = to_do(session, emma)

    assert [one.id for one in all_of_them] == [early.id, late.id, confirmed.id, sent.id]
    assert [one.id for one in waiting_for_her] == [early.id, late.id, confirmed.id]


def _report(shop, parcel, seller_id, customer_id, words):
    shop.does(parcels.confirm, parcel.id, seller(seller_id))
    shop.does(parcels.send, parcel.id, seller(seller_id))
    shop.does(parcels.report_problem, parcel.id, customer(customer_id), words)
