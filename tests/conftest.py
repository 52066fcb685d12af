"""What every test may count on."""

import pytest

from bookshop.users.models import Role
from tests import compiled_once  # noqa: F401


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put is found by the next question, however busy the machine is; no long rests."""
    monkeypatch.setattr("search_index.views._PATIENCE", 20.0)
    monkeypatch.setattr("search_index.views._PATIENCE_FOR_NEW", 20.0)
    monkeypatch.setattr("search_index.views._REST", 0.05)


# The cast: a customer and two sellers of the test's own `shop`. A folder that meets them
# otherwise, as clients of the API for instance, says so in its own conftest.
@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
