import pytest
from sqlalchemy import select

from bookshop.messages import BooksChanged
from bookshop.money import Money
from bookshop.outbox import OutboxMessage
from bookshop.stock import offers
from bookshop.stock import service as stock


def titles(shop, seller, words="", **asked):
    with shop.database.reading() as session:
        return [offer.title for offer in offers.of_seller(session, seller, words, **asked).offers]


def announced(shop):
    with shop.database.reading() as session:
        name = BooksChanged.__name__
        return len(session.scalars(select(OutboxMessage).where(OutboxMessage.name == name)).all())


def test_a_seller_sees_his_own_by_title_or_those_running_out_first(shop, emma, boris):
    for title, copies in (("Persuasion", 1), ("Emma", 7), ("Sanditon", 4)):
        shop.sells(emma, title, copies=copies)
    shop.sells(boris, "Emma", copies=2)

    assert titles(shop, emma) == ["Emma", "Persuasion", "Sanditon"]
    assert titles(shop, emma, running_out=True) == ["Persuasion", "Sanditon", "Emma"]
    assert titles(shop, boris) == ["Emma"]


def test_page_by_page_nothing_is_lost(shop, emma):
    wanted = [f"Book {n}" for n in range(5)]
    for title in wanted:
        shop.sells(emma, title, copies=1)

    pages = [titles(shop, emma, page=page, per_page=2) for page in (1, 2, 3)]

    assert [title for page in pages for title in page] == wanted
    with shop.database.reading() as session:
        assert offers.of_seller(session, emma, page=9, per_page=2).total == 5


@pytest.mark.parametrize("words", ["онегин", "ОНЕГИН", " Евгений ", "гин"])
def test_part_of_a_title_finds_it_in_any_case_and_alphabet(shop, emma, words):
    shop.sells(emma, "Евгений Онегин", copies=1)
    shop.sells(emma, "Emma", copies=1)

    assert titles(shop, emma, words) == ["Евгений Онегин"]


@pytest.mark.parametrize("words", ["%", "_", "\\"])
def test_signs_of_the_database_mean_themselves(shop, emma, words):
    shop.sells(emma, "Emma", copies=1)

    assert titles(shop, emma, words) == []


def test_what_is_not_named_in_a_change_stays(shop, emma):
    offer = shop.sells(emma, "Emma", copies=5, price=10000)

    shop.does(offers.change, emma, offer, price=Money(20000))
    shown = shop.does(offers.change, emma, offer, on_hand=2)

    assert (shown.price, shown.on_hand, shown.on_sale) == (20000, 2, True)


def test_reservations_stay_and_what_is_short_is_shown(shop, ada, emma):
    offer = shop.sells(emma, "Emma", copies=5)
    shop.orders(ada, {offer: 4})
    shop.works()

    shown = shop.does(offers.change, emma, offer, on_hand=1)

    assert (shown.reserved, shown.sellable, shown.short) == (4, 0, 3)


def test_off_sale_and_on_again_is_told_to_the_index_and_twice_the_same_is_not(shop, emma):
    offer = shop.sells(emma, "Emma", copies=5)
    before = announced(shop)

    for on_sale in (False, False, True, True):
        assert shop.does(offers.change, emma, offer, on_sale=on_sale).on_sale is on_sale

    assert announced(shop) == before + 2
    shop.works()
    assert shop.offences() == []


@pytest.mark.parametrize("price", [0, -1, offers.HIGHEST_PRICE + 1])
def test_a_price_is_more_than_nothing_and_not_beyond_belief(shop, emma, price):
    offer = shop.sells(emma, "Emma", copies=5, price=10000)

    with pytest.raises(offers.BadPrice):
        shop.does(offers.change, emma, offer, price=Money(price), on_hand=0)

    assert shop.copies(offer) == (5, 0)


def test_what_is_another_sellers_is_not_there(shop, emma, boris):
    offer = shop.sells(emma, "Emma", copies=5)

    with pytest.raises(stock.NoSuchShelf):
        shop.does(offers.change, boris, offer, on_hand=0)
    with pytest.raises(stock.NoSuchShelf):
        shop.does(offers.get, boris, offer)
    assert shop.copies(offer) == (5, 0)
