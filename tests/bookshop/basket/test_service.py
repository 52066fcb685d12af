import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookshop.basket import service as basket
from bookshop.basket.service import MOST_COPIES, Owner
from bookshop.money import Money
from bookshop.stock import offers

GUEST = Owner(guest_token="a cookie")


@pytest.fixture
def books(shop, emma, boris):
    """Three offers: two of Emma's, one of Boris's."""
    return [
        shop.sells(emma, "Emma", copies=5, price=10000),
        shop.sells(emma, "Persuasion", copies=5, price=20000),
        shop.sells(boris, "Onegin", copies=5, price=30000),
    ]


def holds(shop, owner):
    with shop.database.reading() as session:
        return {line.offer.id: line.quantity for line in basket.look(session, owner).lines}


def test_put_says_how_many_there_are_and_add_how_many_more(shop, ada, books):
    one, other, _ = books
    owner = Owner(ada)

    for _ in range(2):
        shop.does(basket.put, owner, one, 2)
        shop.does(basket.add, owner, other, 2)

    assert holds(shop, owner) == {one: 2, other: 4}


def test_no_more_than_99_however_many_are_added(shop, ada, books):
    shop.does(basket.put, Owner(ada), books[0], 98)
    shop.does(basket.add, Owner(ada), books[0], 50)

    assert holds(shop, Owner(ada)) == {books[0]: MOST_COPIES}


@pytest.mark.parametrize("quantity", [0, -1, 100, "", "two", "1.5", 1.0, True, None, "9" * 5000])
def test_a_quantity_is_a_whole_number_from_1_to_99(shop, ada, books, quantity):
    with pytest.raises(basket.BadQuantity) as error:
        shop.does(basket.put, Owner(ada), books[0], quantity)

    assert error.value.field == "quantity"
    assert holds(shop, Owner(ada)) == {}


def test_what_is_not_on_sale_cannot_be_put_in_but_taken_out(shop, ada, emma, books):
    shop.does(basket.put, Owner(ada), books[0], 1)
    shop.does(offers.change, emma, books[0], on_sale=False)

    with pytest.raises(basket.NoSuchOffer):
        shop.does(basket.put, Owner(ada), books[0], 2)
    with pytest.raises(basket.NoSuchOffer):
        shop.does(basket.put, Owner(ada), 999, 1)

    with shop.database.reading() as session:
        [line] = basket.look(session, Owner(ada)).lines
    assert not line.on_sale
    for _ in range(2):
        shop.does(basket.remove, Owner(ada), books[0])
    assert holds(shop, Owner(ada)) == {}


def test_signing_in_takes_the_larger_of_both_and_never_the_sum(shop, ada, books):
    one, other, third = books
    shop.does(basket.put, Owner(ada), one, 3)
    shop.does(basket.put, Owner(ada), other, 1)
    shop.does(basket.put, GUEST, one, 2)
    shop.does(basket.put, GUEST, other, 4)
    shop.does(basket.put, GUEST, third, 1)

    for _ in range(2):
        shop.does(basket.merge, GUEST.guest_token, ada)

    assert holds(shop, Owner(ada)) == {one: 3, other: 4, third: 1}
    assert holds(shop, GUEST) == {}


def test_what_is_put_in_after_signing_in_once_more_is_merged_the_same_way(shop, ada, books):
    for _ in range(2):
        shop.does(basket.put, GUEST, books[0], 2)
        shop.does(basket.merge, GUEST.guest_token, ada)

    assert holds(shop, Owner(ada)) == {books[0]: 2}


def test_a_basket_is_nobody_elses(shop, ada, books):
    shop.does(basket.put, GUEST, books[0], 1)

    assert holds(shop, Owner(ada)) == {}
    assert holds(shop, Owner(guest_token="another cookie")) == {}
    with shop.database.reading() as session:
        assert basket.copies(session, GUEST) == 1


def test_what_it_costs_seller_by_seller(shop, ada, books):
    for offer in books:
        shop.does(basket.put, Owner(ada), offer, 2)

    with shop.database.reading() as session:
        contents = basket.look(session, Owner(ada))
    assert [(group.shop.name, group.total) for group in contents.groups] == [
        ("boris's shop", 60000),
        ("emma's shop", 60000),
    ]
    assert (contents.total, contents.copies) == (120000, 6)


def test_a_new_price_is_told_until_it_is_accepted(shop, ada, emma, books):
    shop.does(basket.put, Owner(ada), books[0], 1)
    shop.does(offers.change, emma, books[0], price=Money(15000))

    def changed():
        with shop.database.reading() as session:
            [line] = basket.look(session, Owner(ada)).lines
        return line.price_changed, line.total

    assert changed() == (True, 15000)
    shop.does(basket.accept_prices, Owner(ada))
    assert changed() == (False, 15000)


@given(st.integers(1, MOST_COPIES))
def test_a_quantity_may_come_as_it_was_typed(number):
    assert basket.checked_quantity(f" {number} ") == basket.checked_quantity(number) == number
