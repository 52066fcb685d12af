"""Every story runs with its messages in order and once, and shuffled and twice."""

import pytest

from bookshop.users.models import Role
from tests.shop import How, Shop

WAYS = {
    "in order, once": How(),
    "shuffled, twice": How(times=2, shuffled=True, seed=1),
    "shuffled, three times": How(times=3, shuffled=True, seed=7),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def shop(request, tmp_path):
    """At the end of every story the audit holds, and hearing everything again changes nothing."""
    shop = Shop(tmp_path, how=request.param)
    yield shop
    shop.works()
    assert shop.offences() == []
    before = (shop.accounts(), shop.letters())
    shop.handles_everything_again()
    assert (shop.accounts(), shop.letters()) == before
    assert shop.offences() == []


@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
