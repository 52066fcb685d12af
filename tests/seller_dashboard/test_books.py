"""Prices and copies corrected by hand."""

import pytest

from bookshop.money import NotMoney
from bookshop.stock import offers
from seller_dashboard.views.books import Change, changes
from tests.seller_dashboard.conftest import told


@pytest.fixture
def novel(shop, emma):
    return shop.sells(emma, "Persuasion", copies=5, price=50000)


def offer(shop, seller, id):
    with shop.database.reading() as session:
        return offers.get(session, seller, id)


def edit(page, **cells):
    """Type into the cells of the table's first row, and look at the page."""
    page.session_state[page.data_editor[0].key] = {
        "edited_rows": {0: cells},
        "added_rows": [],
        "deleted_rows": [],
    }
    return page.run()


def press_save(page):
    [button] = [one for one in page.button if one.label.startswith("Save")]
    return button.click().run()


def test_a_price_and_copies_typed_in_are_saved(visits, shop, emma, novel):
    page = edit(visits(emma, "books"), price="612,5", on_hand=7)
    assert offer(shop, emma, novel).price == 50000

    press_save(page)

    assert told(page) == ["Saved."]
    saved = offer(shop, emma, novel)
    assert (saved.price, saved.on_hand, saved.on_sale) == (61250, 7, True)
    assert not page.button  # the table begins anew, with nothing to save


def test_taken_off_sale(visits, shop, emma, novel):
    press_save(edit(visits(emma, "books"), on_sale=False))

    assert not offer(shop, emma, novel).on_sale


def test_a_price_of_nothing_is_refused_and_nothing_is_saved(visits, shop, emma, novel):
    page = press_save(edit(visits(emma, "books"), price="0", on_hand=9))

    assert len(page.error) == 1
    assert offer(shop, emma, novel).on_hand == 5


def test_fewer_copies_than_promised_are_shown_as_missing(visits, shop, emma, ada, novel):
    shop.bought(ada, {novel: 3})

    page = press_save(edit(visits(emma, "books"), on_hand=1))

    [row] = page.data_editor[0].value.to_dict("records")
    assert (row["on_hand"], row["reserved"], row["sellable"], row["short"]) == (1, 3, 0, 2)


def test_only_ones_own_books_are_there_and_can_be_searched(visits, shop, emma, boris, novel):
    shop.sells(emma, "Emma", copies=1)
    shop.sells(boris, "Onegin", copies=1)
    page = visits(emma, "books")
    assert list(page.data_editor[0].value["title"]) == ["Emma", "Persuasion"]

    page.text_input[0].input("suas").run()

    assert list(page.data_editor[0].value["title"]) == ["Persuasion"]


def test_the_fewest_copies_come_first_when_asked(visits, shop, emma, novel):
    shop.sells(emma, "Zuleika Dobson", copies=1)
    page = visits(emma, "books")

    page.toggle[0].set_value(True).run()

    assert list(page.data_editor[0].value["title"]) == ["Zuleika Dobson", "Persuasion"]


def test_edits_never_move_to_another_book_when_the_order_of_rows_changes(visits, shop, emma, novel):
    shop.sells(emma, "Zuleika Dobson", copies=1)
    page = edit(visits(emma, "books"), on_hand=99)
    assert page.button

    page.toggle[0].set_value(True).run()

    assert not page.button  # the edit was of another table


def test_what_was_not_typed_stays_as_it_is(shop, emma, novel):
    found = [offer(shop, emma, novel)]

    assert changes(found, {0: {"on_hand": 4}}) == [Change(novel, None, 4, None)]
    with pytest.raises(NotMoney):
        changes(found, {0: {"price": "a lot"}})
