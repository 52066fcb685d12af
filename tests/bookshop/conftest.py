"""A shop whose every service call is a transaction of its own."""

import pytest

from tests.shop import Shop


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.database.engine.dispose()
