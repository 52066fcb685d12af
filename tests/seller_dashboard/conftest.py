"""A whole shop, and its dashboard as one person sees it: real sign-ins, real services."""

import re
from functools import partial
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from bookshop.auth import service as auth
from bookshop.users import service as users
from bookshop.users.models import Role
from seller_dashboard import desk
from seller_dashboard.app import who_has
from tests.shop import Shop


class Visits:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.tokens: dict[int, str] = {}

    def __call__(self, user: int | None, place: str = "start", **query: object) -> AppTest:
        """The page, drawn. `place` is the one shown at the dashboard's own address."""
        opened = desk.Shop(self.shop.settings, self.shop.database)
        resolve = partial(who_has, self._token(user))
        page = AppTest.from_function(
            _dashboard,
            default_timeout=60,
            kwargs={"shop": opened, "resolve": resolve, "place": place},
        )
        for name, value in query.items():
            page.query_params[name] = str(value)
        return page.run()

    def signs_out(self, user: int) -> None:
        self.shop.does(auth.sign_out, self.tokens[user])

    def _token(self, user: int | None) -> str | None:
        if user is None:
            return None
        person = self.shop.does(users.get, user)
        self.tokens[user] = self.shop.does(auth.sign_in_at_once, person)
        return self.tokens[user]


def _dashboard(shop, resolve, place):
    from seller_dashboard.entrance import receive

    receive(shop, resolve, place)


def told(page: AppTest) -> list[str]:
    """What the page says in its coloured boxes."""
    boxes = [*page.success, *page.error, *page.warning, *page.info]
    assert not page.exception, page.exception
    return [box.value for box in boxes]


def press(page: AppTest, label: str) -> AppTest:
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def links(page: AppTest) -> dict[str, str]:
    """The addresses that lead out of the dashboard into another tab, by their names."""
    return {one.proto.label: one.proto.url for one in page.get("link_button")}


def way_out(page: AppTest) -> str:
    """The address that the page itself leads on to, in its own tab."""
    [link] = re.findall(r"<a (.*?)>", "".join(one.proto.body for one in page.get("html")))
    assert "target" not in link
    return unescape(re.search(r'href="(.*?)"', link)[1])


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def visits(shop):
    return Visits(shop)


@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    """A seller who reads English."""
    seller = shop.has("emma", Role.SELLER)
    shop.does(users.change, seller, language="en")
    return seller


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
