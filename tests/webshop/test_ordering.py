"""From the basket to the books: the order form and the page of an order."""

import pytest
from sqlalchemy import update

from bookshop.auth import links
from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.orders.moving import Who
from bookshop.orders.parcels import Because
from bookshop.stock import service as stock
from tests.shop import seller as as_seller
from tests.webshop.conftest import Visitor

ADDRESS = {
    "name": "Ada Lovelace",
    "phone": "+44 20 7930 1234",
    "email": "ada@example.com",
    "address": "12 St James's Square",
}


@pytest.fixture
def offers(shop, emma, boris):
    return {
        "Dracula": shop.sells(emma, "Dracula", copies=5, price=50000),
        "Dubliners": shop.sells(boris, "Dubliners", copies=5, price=30000),
    }


def fills_basket(visitor, *offers):
    visitor.opens("/basket")
    for offer in offers:
        token = visitor.opens("/sign-in") and visitor.page.forms[1].fields["csrf_token"]
        visitor.browser.post("/basket/add", data={"offer": offer, "csrf_token": token})


def orders(visitor, *offers, **changes) -> int:
    """The order's number."""
    fills_basket(visitor, *offers)
    visitor.opens("/checkout")
    visitor.submits("/checkout", **(ADDRESS | changes))
    assert visitor.last.request.path.startswith("/orders/"), visitor.reads
    return int(visitor.last.request.path.rpartition("/")[2])


def _paid(visitor, shop, *offers) -> int:
    order = orders(visitor, *offers)
    shop.works()
    shop.pays(order)
    shop.works()
    return order


def test_one_order_of_two_sellers_from_the_basket_to_the_books(shop, ada, offers, emma, boris):
    order = orders(ada, *offers.values())
    assert "We are reserving your books" in ada.reads

    shop.works()
    ada.opens(f"/orders/{order}")
    assert "Pay 800.00" in ada.reads
    assert "http://billing/pay/pay1" in ada.links

    shop.pays(order)
    shop.works()
    ada.opens(f"/orders/{order}")
    assert ada.reads.count("Waiting for the seller") == 2

    parcel_of = {parcel.seller_id: parcel.id for parcel in shop.parcels(order)}
    first = parcel_of[emma]
    shop.does(parcels.confirm, first, as_seller(emma))
    shop.does(parcels.send, first, as_seller(emma), "RR123")
    shop.does(parcels.reject, parcel_of[boris], as_seller(boris), Because.NOT_THERE)
    shop.works()
    ada.opens(f"/orders/{order}")
    assert "Tracking: RR123" in ada.reads
    assert "Your money is returned" in ada.reads

    ada.submits(f"/orders/{order}/parcels/{first}/received")
    shop.works()
    ada.opens(f"/orders/{order}")
    assert "Completed" in ada.reads
    assert ada.buttons() == [f"/orders/{order}/parcels/{first}/problem"]


def test_the_form_sent_twice_is_one_order(ada, offers, shop):
    fills_basket(ada, offers["Dracula"])
    ada.opens("/checkout")
    (form,) = [form for form in ada.page.forms if form.action == "/checkout"]
    typed = dict(form.form_values()) | ADDRESS

    answers = [ada.browser.post("/checkout", data=typed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    ada.opens("/orders")
    assert len(ada.page.xpath("//*[@class='orders']/li")) == 1


def test_a_total_that_is_no_longer_right_is_a_409_with_the_new_one(ada, offers, shop):
    fills_basket(ada, offers["Dracula"])
    ada.opens("/checkout")
    shop.does(lambda session: session.execute(update(Offer).values(price=77700)))

    answer = ada.submits("/checkout", **ADDRESS)

    assert answer.status_code == 409
    assert "Place the order and pay 777.00" in ada.reads
    assert ada.page.get_element_by_id("address").text_content().strip() == ADDRESS["address"]
    ada.submits("/checkout")
    assert ada.last.request.path.startswith("/orders/")


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(ada, offers):
    fills_basket(ada, offers["Dracula"])
    ada.opens("/checkout")

    for field, typed, said in (
        ("name", "", "Please fill this in"),
        ("email", "ada", "is not an email address"),
        ("phone", "12", "A phone number is 5 to 20 digits"),
        ("address", " ", "Please fill this in"),
        ("address", "x" * 501, "too long"),
    ):
        answer = ada.submits("/checkout", **(ADDRESS | {field: typed}))

        assert answer.status_code == 422, typed
        assert said in ada.page.get_element_by_id(f"{field}-error").text_content()
        assert ada.focused == [field]
        other = "email" if field == "name" else "name"
        assert ada.page.get_element_by_id(other).value == ADDRESS[other]


def test_several_mistakes_are_also_listed_on_top_each_with_the_way_to_it(ada, offers):
    fills_basket(ada, offers["Dracula"])
    ada.opens("/checkout")

    ada.submits("/checkout", **(ADDRESS | {"name": "", "email": "ada"}))

    assert "2 things to put right" in ada.reads
    assert {"#name", "#email"} <= set(ada.links)
    assert ada.focused == ["name", "email"]


def test_an_empty_basket_has_nothing_to_order(guest):
    guest.opens("/checkout")

    assert guest.last.request.path == "/basket"


def test_part_that_is_gone_is_told_and_the_customer_chooses(ada, offers, shop):
    order = orders(ada, *offers.values())
    shop.does(stock.set_on_hand, offers["Dubliners"], 0, "by hand", None)
    shop.works()

    ada.opens(f"/orders/{order}")
    assert "Dubliners: none is left" in ada.reads
    ada.submits(f"/orders/{order}/accept-short")
    shop.works()

    ada.opens(f"/orders/{order}")
    assert "Pay 500.00" in ada.reads


def test_a_declined_payment_can_be_tried_again(ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    shop.works()
    shop.pays(order, "declined")
    shop.works()

    ada.opens(f"/orders/{order}")
    assert "The payment did not go through" in ada.reads
    ada.submits(f"/orders/{order}/pay-again")
    shop.works()

    ada.opens(f"/orders/{order}")
    assert "http://billing/pay/pay2" in ada.links


def test_an_order_is_cancelled_by_its_customer(ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    shop.works()

    ada.opens(f"/orders/{order}")
    assert ada.page.xpath(f"//details//form[@action='/orders/{order}/cancel']")  # asked once more
    ada.submits(f"/orders/{order}/cancel")

    assert "This order is cancelled. Cancelled by you" in ada.reads
    assert "If you have just paid, all of the money comes back." in ada.reads
    assert "Nothing was charged." not in ada.reads  # billing has not closed the payment yet
    look = ada.page.get_element_by_id("live").get("hx-get")
    shop.works()
    assert "Nothing was charged." in ada.opens(look).text
    assert "To pay" not in ada.last.text
    assert shop.copies(offers["Dracula"]) == (5, 0)


def test_a_paid_order_that_is_cancelled_says_what_became_of_the_money(ada, offers, shop):
    whole, by_parcel = (_paid(ada, shop, offers["Dracula"]) for _ in range(2))
    (parcel,) = shop.parcels(by_parcel)
    for order, way in ((whole, "cancel"), (by_parcel, f"parcels/{parcel.id}/cancel")):
        ada.opens(f"/orders/{order}")
        ada.submits(f"/orders/{order}/{way}")

        said = "This order is cancelled. Cancelled by you. "
        assert said + "We are returning 500.00 ₽ the way you paid." in ada.reads
        shop.works()
        ada.opens(f"/orders/{order}")
        assert said + "We have returned 500.00 ₽ the way you paid; it may take" in ada.reads


def test_a_parcel_refunded_after_a_problem_keeps_its_story(ada, offers, shop, emma):
    order = _paid(ada, shop, offers["Dracula"])
    (parcel,) = [parcel.id for parcel in shop.parcels(order)]
    shop.does(parcels.confirm, parcel, as_seller(emma))
    shop.does(parcels.send, parcel, as_seller(emma))
    for way in ("received", "problem"):
        ada.opens(f"/orders/{order}")
        ada.submits(f"/orders/{order}/parcels/{parcel}/{way}", words="Page 9 is <torn>")
        shop.works()
    settling = {"refund": True, "note": "Our mistake"}
    shop.does(parcels.settle_problem, parcel, as_seller(emma), **settling)
    shop.works()

    ada.opens(f"/orders/{order}")

    steps = [step.text_content() for step in ada.page.xpath("//*[@class='timeline']/li/strong")]
    assert [step.removeprefix("Done: ") for step in steps] == [
        "Ordered",
        "Paid",
        "The seller has confirmed",
        "Sent",
        "You have the books",
        "You told us of a problem",
        "The seller gives the money back",
        "Your money is returned",
    ]
    assert "“Page 9 is <torn>”" in ada.reads
    assert "“Our mistake”" in ada.reads
    assert shop.state(order) == "completed"
    for page in (f"/orders/{order}", "/orders"):
        ada.opens(page)
        assert ada.page.xpath("//*[contains(@class, 'badge')]")[0].text_content() == "× Refunded"


def test_one_parcel_is_cancelled_and_refunded(ada, offers, shop):
    order = orders(ada, *offers.values())
    shop.works()
    shop.pays(order)
    shop.works()
    first = shop.parcels(order)[0].id

    ada.opens(f"/orders/{order}")
    ada.submits(f"/orders/{order}/parcels/{first}/cancel")
    shop.works()

    assert shop.parcel_states(order) == ["refunded", "waiting"]


def test_each_step_that_was_reached_says_when(ada, offers, shop):
    order = orders(ada, *offers.values())
    shop.works()
    shop.pays(order)
    shop.works()
    first, second = (parcel.id for parcel in shop.parcels(order))
    shop.does(parcels.cancel, first, Who("operator"))
    shop.does(parcels.confirm, second, Who("operator"))
    shop.works()

    ada.opens(f"/orders/{order}")

    reached = ada.page.xpath("//*[@class='timeline']/li[@class='done' or @class='fail']")
    assert len(reached) == 4 + 3
    assert all(step.xpath(".//time") for step in reached)


def test_of_a_confirmed_parcel_that_is_not_sent_the_customer_hears_that_he_may_cancel(
    ada, offers, shop, emma
):
    order = orders(ada, offers["Dracula"])
    shop.works()
    shop.pays(order)
    shop.works()
    (parcel,) = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, as_seller(emma))
    ada.opens(f"/orders/{order}")
    assert "He sends it by" in ada.reads
    look = ada.page.get_element_by_id("live").get("hx-get")

    shop.does(lambda session: session.execute(update(Parcel).values(send_by=now())))

    assert "It should have been sent by" in ada.opens(look).text
    ada.opens(f"/orders/{order}")
    ada.submits(f"/orders/{order}/parcels/{parcel.id}/cancel")
    shop.works()
    assert shop.parcel_states(order) == ["refunded"]


def test_a_problem_is_reported_in_words(ada, offers, shop, emma):
    order = orders(ada, offers["Dracula"])
    shop.works()
    shop.pays(order)
    shop.works()
    (parcel,) = [parcel.id for parcel in shop.parcels(order)]
    shop.does(parcels.confirm, parcel, as_seller(emma))
    shop.does(parcels.send, parcel, as_seller(emma))

    ada.opens(f"/orders/{order}")
    ada.submits(f"/orders/{order}/parcels/{parcel}/problem", words="Half of it is missing <b>")

    assert "“Half of it is missing <b>”" in ada.reads


def test_what_came_too_late_is_explained_on_the_page_of_the_order(ada, offers, shop, emma):
    order = orders(ada, offers["Dracula"])
    shop.works()
    shop.pays(order)
    shop.works()
    ada.opens(f"/orders/{order}")
    (parcel,) = [parcel.id for parcel in shop.parcels(order)]
    shop.does(parcels.confirm, parcel, as_seller(emma))
    shop.does(parcels.send, parcel, as_seller(emma))

    answer = ada.submits(f"/orders/{order}/cancel")

    assert answer.status_code == 200
    assert "Your books are on their way already" in ada.reads


def test_the_live_part_is_sent_only_when_something_changed(ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    ada.opens(f"/orders/{order}")
    look = ada.page.get_element_by_id("live").get("hx-get")

    assert ada.opens(look).status_code == 204
    shop.works()
    assert "The books are kept for you" in ada.opens(look).text


def test_the_pay_page_opens_by_itself_right_after_ordering(ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    assert ada.last.request.args["pay"] == "1"
    look = ada.page.get_element_by_id("live").get("hx-get")
    shop.works()

    assert ada.opens(look).headers["HX-Redirect"] == "http://billing/pay/pay1"
    ada.opens(f"/orders/{order}")
    later = ada.page.get_element_by_id("live").get("hx-get")
    assert "HX-Redirect" not in ada.opens(later).headers


def test_billing_is_asked_when_the_customer_comes_back(ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    shop.works()
    shop.billing.customer("payment-1-1", "paid")

    ada.opens(f"/orders/{order}/returned")
    shop.works()

    ada.opens(f"/orders/{order}")
    assert "Waiting for the seller" in ada.reads


def test_a_guest_sees_his_order_in_this_browser_and_by_the_link_in_the_letter(
    app, guest, offers, shop
):
    order = orders(guest, offers["Dracula"])
    assert guest.opens(f"/orders/{order}").status_code == 200

    elsewhere = Visitor(app.test_client())
    assert elsewhere.opens(f"/orders/{order}").status_code == 404
    token = links.signed(shop.settings.secret_key, links.ORDER_OF_A_GUEST, order)
    assert elsewhere.opens(f"/orders/link/{token}").status_code == 200
    assert elsewhere.opens(f"/orders/{order}").status_code == 200
    assert elsewhere.opens(f"/orders/{order + 1}").status_code == 404


def test_a_guest_has_the_orders_of_his_browser_in_one_list(app, guest, ada, offers, shop, queries):
    orders(ada, offers["Dracula"])
    own = [orders(guest, *offers.values()) for _ in range(2)]

    with queries() as asked:
        guest.opens("/orders")

    assert len(asked) <= 4, asked
    listed = [link for link in guest.links if link.startswith("/orders/")]
    assert listed == [f"/orders/{order}" for order in reversed(own)]
    assert "Others open by the link in their letter." in guest.reads
    assert "/sign-in?next=/orders" in guest.links
    elsewhere = Visitor(app.test_client())
    elsewhere.opens("/orders")
    assert "Nothing was ordered in this browser yet." in elsewhere.reads
    assert "/sign-in?next=/orders" in elsewhere.links


def test_what_was_ordered_before_signing_in_stays_in_the_list_until_signing_out(
    guest, ada, offers, shop
):
    orders(ada, offers["Dracula"])
    as_a_guest = orders(guest, *offers.values())

    guest.signs_in("ada")
    guest.opens("/orders")
    assert len([link for link in guest.links if link.startswith("/orders/")]) == 2

    guest.opens("/account")
    guest.submits("/sign-out")
    guest.opens("/orders")
    assert "Nothing was ordered in this browser yet." in guest.reads
    assert guest.opens(f"/orders/{as_a_guest}").status_code == 404


def test_another_persons_order_is_not_there(app, ada, offers, shop):
    order = orders(ada, offers["Dracula"])
    shop.has("eve")
    eve = Visitor(app.test_client()).signs_in("eve")

    assert eve.opens(f"/orders/{order}").status_code == 404
    assert eve.opens(f"/orders/{order}/live").status_code == 404
    token = eve.opens("/account") and eve.page.forms[1].fields["csrf_token"]
    for deed in ("cancel", "pay-again", "accept-short"):
        answer = eve.browser.post(f"/orders/{order}/{deed}", data={"csrf_token": token})
        assert answer.status_code == 404, deed
    assert shop.state(order) == "placed"


def test_a_guests_order_does_not_open_another_orders_parcels(app, guest, ada, offers, shop):
    others = orders(ada, offers["Dubliners"])
    own = orders(guest, offers["Dracula"])
    shop.works()
    parcel = shop.parcels(others)[0].id
    guest.opens(f"/orders/{own}")
    token = guest.page.forms[1].fields["csrf_token"]

    answer = guest.browser.post(
        f"/orders/{own}/parcels/{parcel}/cancel", data={"csrf_token": token}
    )

    assert answer.status_code == 404


def test_longer_orders_do_not_cost_more_queries(ada, shop, emma, boris, queries):
    def many(seller: int) -> list[int]:
        return [shop.sells(seller, f"Volume {n} of {seller}", copies=3) for n in range(6)]

    wanted = [*many(emma), *many(boris)]
    orders(ada, *wanted)
    fills_basket(ada, *wanted)

    for path, most in (("/orders", 5), ("/orders/1", 12), ("/basket", 5)):
        ada.opens(path)
        with queries() as asked:
            ada.opens(path)
        assert len(asked) <= most, (path, asked)
