"""A shop of one customer and two sellers, and any service call in a transaction of its own."""

import pytest

from bookshop.users.models import Role
from tests.shop import Shop


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.database.engine.dispose()


@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
