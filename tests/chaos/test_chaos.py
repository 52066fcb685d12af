"""All goes wrong while people buy. Afterwards everyone has the right book or the right money.

Minutes long, so it is not part of `make test`: run `make chaos`.
"""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bookshop.orders.models import Order, Parcel
from tests.chaos import faults, promises
from tests.chaos.customers import Customer
from tests.chaos.plan import DATABASES, MINUTES, SEED, Plan
from tests.chaos.sellers import Seller
from tests.chaos.settling import under_way
from tests.chaos.shop import SELLERS, Shop, opened
from tests.postgres import server
from tests.waiting import until

SETTLES = 120  # seconds: a reservation's minute, and a try after half a minute
LONG = 5  # minutes: then everything must have gone wrong; in fewer, a slow machine may miss one
LONGER = 60  # seconds, on a machine too slow for every fault to have happened in time
PLAN = Plan(SEED, MINUTES)

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(MINUTES * 60 + 420),
    pytest.mark.parametrize("database", DATABASES),
]


@pytest.fixture
def shop(database: str, tmp_path: Path) -> Iterator[Shop]:
    if database == "sqlite":
        with opened(tmp_path, None, PLAN) as shop:
            yield shop
    else:
        with (
            server.engine(tmp_path) as postgres,
            server.empty_schema(postgres) as url,
            opened(tmp_path, url, PLAN) as shop,
        ):
            yield shop


def test_nothing_is_lost_doubled_or_sold_twice(
    shop: Shop, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\nchaos on {database}: SEED={SEED} MINUTES={MINUTES:g}")
    goes_wrong_and_settles(shop)
    offences = under_way(shop) + promises.broken(shop)
    with capsys.disabled():
        print(shop.tally.table({**faults.happened(shop), **states(shop)}))

    assert not offences, "\n".join(offences)
    assert MINUTES < LONG or faults.missed(shop) == []


def goes_wrong_and_settles(shop: Shop) -> None:
    people = [Customer(shop, number).lives for number in range(PLAN.customers)]
    people += [Seller(shop, name).lives for name in SELLERS]
    with ThreadPoolExecutor(len(people) + len(faults.SPOILERS)) as everybody:
        going = [everybody.submit(life) for life in people]
        spoiling = [everybody.submit(spoil, shop) for spoil in faults.SPOILERS]
        try:
            wait(going + spoiling, shop.time_left(), FIRST_EXCEPTION)
            with suppress(AssertionError):  # told in the end
                until(lambda: MINUTES < 1 or not faults.missed(shop), patience=LONGER, every=1)
            shop.closing.set()
            wait(spoiling)
            closed_at = time.monotonic()
            with suppress(AssertionError):  # what has not settled is told among the offences
                until(lambda: not under_way(shop), patience=SETTLES, every=0.5)
            shop.tally.count("seconds to settle", round(time.monotonic() - closed_at))
        finally:
            shop.closing.set()
            shop.over.set()
    for each in going + spoiling:
        each.result()


def states(shop: Shop) -> dict[str, int]:
    """How many orders and parcels are in each."""
    with shop.database.reading() as session:
        return {
            f"{kind.__tablename__} {state}": number
            for kind in (Order, Parcel)
            for state, number in session.execute(
                select(kind.state, func.count()).group_by(kind.state)
            )
        }
