"""Put in, take out, look; a guest's basket goes with him when he signs in."""

import pytest

from tests.shop import PASSWORD


@pytest.fixture
def emma_book(shop, emma_id):
    return shop.sells(emma_id, "Emma", copies=1, price=50000)


def test_a_basket_holds_what_was_put_in_even_more_than_there_is(ada, emma_book):
    answer = ada.put(f"/basket/items/{emma_book}", {"quantity": 3})

    assert answer.status_code == 200
    assert answer.json == ada.get("/basket").json
    assert (answer.json["total"], answer.json["currency"]) == ("1500.00", "RUB")
    [item] = answer.json["items"]
    assert (item["offer_id"], item["quantity"], item["sellable"]) == (emma_book, 3, 1)


def test_putting_in_again_sets_the_quantity(ada, emma_book):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 3})
    ada.put(f"/basket/items/{emma_book}", {"quantity": 2})

    assert ada.get("/basket").json["copies"] == 2


def test_a_quantity_is_a_whole_number_from_1_to_99(ada, emma_book):
    for quantity in (0, 100, -1, 1.5, "2", True, None, [], 10**30):
        answer = ada.put(f"/basket/items/{emma_book}", {"quantity": quantity})
        assert answer.status_code == 422, quantity
        assert answer.json["errors"][0]["field"] == "quantity"
    assert ada.get("/basket").json["items"] == []


def test_an_unknown_offer_is_404(ada):
    for offer in (12345, 0, 9999999999, "x", "-1"):
        assert ada.put(f"/basket/items/{offer}", {"quantity": 1}).status_code == 404, offer


def test_taking_out_twice_is_no_mistake(ada, emma_book):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})

    assert ada.delete(f"/basket/items/{emma_book}").status_code == 204
    assert ada.delete(f"/basket/items/{emma_book}").status_code == 204
    assert ada.get("/basket").json["items"] == []


def test_nobody_sees_the_basket_of_another(ada, boris, guest, emma_book):
    ada.put(f"/basket/items/{emma_book}", {"quantity": 1})

    assert boris.get("/basket").json["items"] == []
    assert guest.get("/basket").json["items"] == []


def test_a_guest_keeps_his_basket_and_takes_it_along_when_he_signs_in(guest, ada, emma_book):
    guest.put(f"/basket/items/{emma_book}", {"quantity": 2})
    assert guest.get("/basket").json["copies"] == 2

    guest.post("/auth/login", {"login": "ada", "password": PASSWORD})

    assert guest.get("/basket").json["copies"] == 2
    assert ada.get("/basket").json["copies"] == 2


def test_a_guest_takes_his_basket_along_into_a_new_account(guest, emma_book):
    guest.put(f"/basket/items/{emma_book}", {"quantity": 2})

    guest.post("/users", {"login": "new", "email": "new@example.com", "password": PASSWORD})

    assert guest.get("/basket").json["copies"] == 2
