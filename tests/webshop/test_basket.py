"""Putting in, changing, taking out, and what changed meanwhile."""

import pytest
from sqlalchemy import update

from bookshop.books.models import Book, Offer
from bookshop.stock import service as stock


@pytest.fixture
def dracula(shop, emma):
    offer = shop.sells(emma, "Dracula", copies=5, price=50000)
    shop.does(lambda session: session.execute(update(Book).values(isbn13="9799241583335")))
    shop.works()
    return offer


def puts_in(visitor, path="/books/9799241583335"):
    visitor.opens(path)
    visitor.submits("/basket/add")
    return visitor


def test_a_guest_puts_a_book_in_and_comes_back_to_it(guest, dracula):
    puts_in(guest)

    assert guest.last.request.path == "/books/9799241583335"
    assert "The book is in the basket" in guest.reads
    assert guest.page.get_element_by_id("basket-count").text_content() == "1 book"


def test_the_same_book_again_is_one_copy_more(guest, dracula):
    puts_in(puts_in(guest))

    guest.opens("/basket")
    assert "1,000.00" in guest.reads


def test_the_quantity_is_changed_and_the_book_taken_out(guest, dracula):
    puts_in(guest).opens("/basket")

    guest.submits("/basket/change", quantity="3")
    assert "1,500.00" in guest.reads

    guest.submits("/basket/change", remove="1")
    assert "Your basket is empty" in guest.reads


def test_a_quantity_that_is_none_is_told_at_its_line(guest, dracula):
    puts_in(guest).opens("/basket")

    for quantity in ("0", "-1", "100", "two", "1.5", "", "9" * 50):
        answer = guest.submits("/basket/change", quantity=quantity)

        assert answer.status_code == 422, quantity
        assert "whole number from 1 to 99" in guest.reads
        assert "500.00" in guest.reads


def test_with_htmx_only_the_basket_and_the_count_are_sent(guest, dracula):
    puts_in(guest).opens("/basket")
    guest.headers["HX-Request"] = "true"

    guest.submits("/basket/change", quantity="2")

    assert guest.last.text.count("<html") == 0
    assert 'hx-swap-oob="true"' in guest.last.text
    assert "1,000.00" in guest.last.text


def test_a_changed_price_is_told_once_in_the_line(guest, shop, dracula):
    puts_in(guest)
    shop.does(lambda session: session.execute(update(Offer).values(price=60000)))

    guest.opens("/basket")
    assert "it was 500.00\xa0₽, it is 600.00\xa0₽".replace("\xa0", " ") in guest.reads

    guest.opens("/basket")
    assert "has changed" not in guest.reads


def test_fewer_copies_than_wanted_are_told(guest, shop, dracula):
    puts_in(puts_in(guest))
    shop.does(stock.set_on_hand, dracula, 1, "by hand", None)

    guest.opens("/basket")

    assert "the seller has 1 copy" in guest.reads


def test_a_guests_basket_comes_along_when_he_signs_in(guest, shop, ada_id, dracula):
    puts_in(guest)

    guest.signs_in("ada").opens("/basket")

    assert "Dracula" in guest.reads


def test_two_guests_have_two_baskets(app, guest, dracula):
    puts_in(guest)

    other = type(guest)(app.test_client())
    other.opens("/basket")

    assert "Your basket is empty" in other.reads


def test_an_offer_that_is_not_there_is_a_404(guest, dracula):
    for offer in ("", "x", "0", "999999", "9" * 30):
        guest.opens("/books/9799241583335")

        assert guest.submits("/basket/add", offer=offer).status_code == 404, offer
