"""Every story runs with its messages in order and once, and shuffled and twice."""

import pytest

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
