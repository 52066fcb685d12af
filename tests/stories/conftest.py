"""Every story runs with its messages in order and once, and shuffled and twice."""

import pytest

from bookshop.users.models import Role
from tests.shop import How, Shop, story

WAYS = {
    "in order, once": How(),
    "shuffled, twice": How(times=2, shuffled=True, seed=1),
    "shuffled, three times": How(times=3, shuffled=True, seed=7),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def shop(request, tmp_path):
    with story(Shop(tmp_path, how=request.param)) as shop:
        yield shop


@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
