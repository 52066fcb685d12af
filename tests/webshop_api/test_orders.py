"""Order, pay, follow, take what is left, give up; and nobody sees what is not his."""

import pytest

from bookshop.orders import parcels
from tests.shop import seller
from tests.webshop_api.conftest import Program


@pytest.fixture
def emma_book(shop, emma_id):
    return shop.sells(emma_id, "Emma", copies=2, price=50000)


@pytest.fixture
def order(ada, emma_book, form, shop):
    """One copy, reserved and waiting to be paid."""
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})
    placed = ada.post("/orders", form).json["id"]
    shop.works()
    return placed


@pytest.fixture
def sent(order, shop, emma_id):
    """The order's one parcel, paid and on its way."""
    shop.pays(order)
    shop.works()
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma_id))
    shop.does(parcels.send, parcel.id, seller(emma_id), "RR123")
    shop.works()
    return f"/orders/{order}/parcels/{parcel.id}"


def test_a_placed_order_is_reserved_in_the_background_and_says_where_to_pay(
    ada, emma_book, form, shop
):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 2})

    placed = ada.post("/orders", form | {"total": "1000.00"})

    assert placed.status_code == 202
    assert placed.json == {"id": 1, "state": "placed"}
    assert placed.location.endswith("/api/v1/orders/1")
    assert ada.get("/basket").json["items"] == []
    assert ada.get("/orders/1").json["payment"] is None

    shop.works()
    order = ada.get("/orders/1").json
    assert (order["state"], order["total"], order["currency"]) == ("reserved", "1000.00", "RUB")
    assert order["payment"]["state"] == "open"
    assert order["payment"]["pay_url"].startswith("http")
    [parcel] = order["parcels"]
    assert (parcel["seller"], parcel["state"]) == ("emma", "planned")
    [line] = parcel["lines"]
    assert (line["title"], line["quantity"], line["price"]) == ("Emma", 2, "500.00")
    assert [event["what"] for event in order["history"]][:2] == ["OrderPlaced", "StockReserved"]


def test_a_double_click_places_one_order(ada, emma_book, form):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})
    key = {"Idempotency-Key": "click"}

    first, second = (ada.post("/orders", form, headers=key) for _ in range(2))

    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert len(ada.get("/orders").json) == 1


def test_one_key_of_two_people_is_two_keys(ada, boris, emma_book, form):
    for who in (ada, boris):
        who.put(f"/basket/items/{emma_book}", {"quantity": 1})
        assert who.post("/orders", form, headers={"Idempotency-Key": "1"}).status_code == 202

    assert ada.get("/orders").json[0]["id"] != boris.get("/orders").json[0]["id"]


def test_a_total_that_is_no_longer_right_is_told_with_the_new_one(ada, emma_book, form):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})

    answer = ada.post("/orders", form | {"total": "499.99"})

    assert answer.status_code == 409
    assert answer.json["code"] == "total_changed"
    assert answer.json["params"] == {"total": "500.00", "currency": "RUB"}
    assert ada.get("/basket").json["copies"] == 1


def test_what_is_wrong_with_the_form_stands_beside_its_field(ada, emma_book, form):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})
    mistakes = {
        "name": " ",
        "email": "ada",
        "phone": "none",
        "address": "x" * 501,
        "total": 500,
        "coupon": "FREE",
    }

    for field, value in mistakes.items():
        answer = ada.post("/orders", form | {field: value})
        assert answer.status_code == 422, field
        assert [fault["field"] for fault in answer.json["errors"]] == [field]


def test_an_empty_basket_cannot_be_ordered(ada, guest, form):
    for who in (ada, guest):
        assert who.post("/orders", form).json["code"] == "empty_basket"


def test_of_too_few_copies_the_customer_takes_what_is_left(ada, emma_book, form, shop):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 5})
    ada.post("/orders", form)
    shop.works()
    assert ada.get("/orders/1").json["state"] == "short"
    assert ada.get("/orders/1").json["parcels"][0]["lines"][0]["left"] == 2

    assert ada.post("/orders/1/accept-short").status_code == 202

    shop.works()
    assert ada.get("/orders/1").json["state"] == "reserved"
    assert ada.get("/orders/1").json["total"] == "1000.00"


def test_after_a_declined_payment_another_can_be_tried(ada, order, shop):
    shop.pays(order, "declined")
    shop.works()
    assert ada.get(f"/orders/{order}").json["payment"] == {"state": "declined", "pay_url": None}

    assert ada.post(f"/orders/{order}/pay-again").status_code == 202

    shop.works()
    assert ada.get(f"/orders/{order}").json["payment"]["state"] == "open"


def test_a_cancelled_order_gives_its_copies_back(ada, order, emma_book, shop):
    answer = ada.post(f"/orders/{order}/cancel")

    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert answer.json["history"][-1]["what"] in ("OrderCancelled", "ParcelCancelled")
    assert shop.copies(emma_book) == (2, 0)
    assert ada.post(f"/orders/{order}/pay-again").status_code == 409


def test_when_the_books_have_come_the_seller_gets_his_money(ada, order, sent, shop):
    answer = ada.post(f"{sent}/received")

    assert answer.json["parcels"][0]["state"] == "received"
    shop.works()
    assert ada.get(f"/orders/{order}").json["state"] == "completed"


def test_a_problem_is_told_in_words(ada, sent):
    assert ada.post(f"{sent}/problem").status_code == 422
    assert ada.post(f"{sent}/problem", {"words": " "}).json["errors"][0]["field"] == "words"

    answer = ada.post(f"{sent}/problem", {"words": "Pages 5 to 9 are missing"})

    assert answer.status_code == 200
    assert answer.json["history"][-1]["what"] == "ProblemReported"


def test_what_is_on_its_way_cannot_be_cancelled(ada, order, sent):
    assert ada.post(f"{sent}/cancel").status_code == 409
    assert ada.post(f"/orders/{order}/cancel").status_code == 409


def test_a_paid_parcel_is_cancelled_and_refunded(ada, order, shop):
    shop.pays(order)
    shop.works()
    parcel = shop.parcels(order)[0].id

    answer = ada.post(f"/orders/{order}/parcels/{parcel}/cancel")

    assert answer.json["parcels"][0]["state"] == "cancelled"
    shop.works()
    assert shop.accounts() == {"customer": -50000, "refund": 50000}


DEEDS = ["", "/cancel", "/accept-short", "/pay-again"]
DEEDS_WITH_A_PARCEL = ["/received", "/cancel", "/problem"]


def test_what_is_not_yours_is_not_there(boris, guest, order, sent):
    for stranger in (boris, guest):
        assert stranger.get(f"/orders/{order}").status_code == 404
        for deed in DEEDS[1:]:
            assert stranger.post(f"/orders/{order}{deed}").status_code == 404
        for deed in DEEDS_WITH_A_PARCEL:
            words = {"words": "mine"} if deed == "/problem" else None
            assert stranger.post(f"{sent}{deed}", words).status_code == 404
    assert boris.get("/orders").json == []
    assert guest.get("/orders").status_code == 401


def test_a_parcel_is_found_only_under_its_own_order(ada, order, sent, form, emma_book):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})
    another = ada.post("/orders", form).json["id"]
    parcel = sent.rpartition("/")[2]

    assert ada.post(f"/orders/{another}/parcels/{parcel}/received").status_code == 404


def test_a_guests_order_is_seen_by_the_browser_that_placed_it_alone(guest, app, emma_book, form):
    guest.put(f"/basket/items/{emma_book}", {"quantity": 1})
    order = guest.post("/orders", form).json["id"]
    another = Program(app.test_client())
    another.get("/basket")

    assert guest.get(f"/orders/{order}").status_code == 200
    assert guest.post(f"/orders/{order}/cancel").json["state"] == "cancelled"
    assert another.get(f"/orders/{order}").status_code == 404


def test_an_order_of_many_sellers_costs_no_more_queries(ada, shop, form, emma_id, boris, queries):
    boris_id = boris.get("/users/me").json["id"]

    def place(sellers: list[int], books: int) -> int:
        for owner in sellers:
            for n in range(books):
                title = f"{owner} {n} {books}"
                ada.put(f"/basket/items/{shop.sells(owner, title, copies=9)}", {"quantity": 1})
        assert queries(ada.get, "/basket") <= 2
        order = ada.post("/orders", form).json["id"]
        shop.works()
        return order

    small = queries(ada.get, f"/orders/{place([emma_id], 1)}")
    large = queries(ada.get, f"/orders/{place([emma_id, boris_id], 5)}")
    many = queries(ada.get, "/orders")

    assert small == large <= 9
    assert many <= 4
