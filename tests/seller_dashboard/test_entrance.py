"""Who may come in, and where everybody else is shown to."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bookshop.users import service as users
from bookshop.users.models import Role
from tests.seller_dashboard.conftest import links, way_out


def titles(page):
    assert not page.exception
    return [title.value for title in page.title]


def next_page(page):
    """Where the shop's sign-in is asked to lead."""
    return parse_qs(urlsplit(way_out(page)).query)["next"]


def test_a_stranger_is_shown_to_the_shops_sign_in_and_comes_back_to_the_same_parcel(shop, visits):
    page = visits(None, parcel=12)

    assert titles(page) == ["For sellers"]
    assert way_out(page).startswith(f"{shop.settings.public_url}/sign-in?next=")
    assert next_page(page) == [f"{shop.settings.dashboard_url}/?parcel=12"]


def test_a_token_that_nobody_was_given_opens_nothing(visits, emma):
    visits(emma)
    visits.signs_out(emma)

    assert titles(visits(None, "books")) == ["For sellers"]


def test_a_customer_is_told_that_this_is_for_sellers(visits, ada, shop):
    shop.does(users.change, ada, language="en")

    page = visits(ada, "books")

    assert titles(page) == ["This is the sellers’ entrance"]
    assert way_out(page) == shop.settings.public_url


def test_an_operator_comes_to_the_problems_and_to_nobodys_books(visits, shop):
    operator = shop.has("olga", Role.OPERATOR)
    shop.does(users.change, operator, language="en")

    page = visits(operator)

    assert titles(page) == ["Problems"]
    assert links(page)["Operations"] == f"{shop.settings.public_url}/operator"
    assert titles(visits(operator, "books")) == ["This page is not yours"]


def test_a_seller_sees_no_operators_page(visits, emma):
    assert titles(visits(emma, "problems")) == ["This page is not yours"]


def test_a_letters_link_opens_its_parcel_at_once(visits, shop, ada, emma):
    order = shop.bought(ada, {shop.sells(emma, "Emma", copies=3): 1})
    [parcel] = shop.parcels(order)

    page = visits(emma, "start", parcel=parcel.id)

    assert titles(page) == [f"Parcel {order}-1"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_says_which_language_it_is_in(visits, shop, emma, language):
    shop.does(users.change, emma, language=language)

    html = "".join(one.proto.body for one in visits(emma).get("html"))

    assert f'document.documentElement.lang = "{language}"' in html


def test_who_signed_out_in_the_shop_sees_nothing_more_here(visits, emma):
    page = visits(emma, "books")
    assert titles(page) == ["Books"]

    visits.signs_out(emma)
    page.run()

    assert titles(page) == ["For sellers"]
