"""Two deeds that meet at any moment end as if one had come after the other."""

from collections.abc import Iterator
from itertools import permutations

import pytest
from sqlalchemy import Column, Table, select

from bookshop.database import UtcTime
from bookshop.orders.models import Order, Parcel
from bookshop.stock.models import Shelf
from bookshop.tables import Base
from tests.races.meeting import ITS_COMMIT, ITS_FIRST_LOCK, ITS_FIRST_WRITE, meet, outcome
from tests.races.scenes import SCENES, Town
from tests.rewinding import Moment
from tests.shop import Shop


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory) -> Iterator[tuple[Town, Moment]]:
    """Led there once; each test finds it as it was."""
    town = Town(Shop(tmp_path_factory.mktemp("shop")))
    yield town, Moment(town.shop)
    town.shop.database.engine.dispose()


@pytest.fixture
def town(quiet_town) -> Town:
    town, beginning = quiet_town
    beginning.come_back(town.shop)
    return town


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_two_that_meet_end_as_one_after_the_other(town, scene):
    deeds, shop = scene(town), town.shop
    beginning = Moment(shop)

    left, endings = [], []
    for names in permutations(deeds):
        beginning.come_back(shop)
        came_of_it = {name: outcome(deeds[name]) for name in names}
        left.append((came_of_it, what_is_left(shop)))
        endings.append((came_of_it, ending(shop)))

    for first, rival in permutations(deeds):
        for before in moments_of(shop):
            beginning.come_back(shop)
            outcomes = meet(shop, deeds[first], deeds[rival], before)
            came_of_it = dict(zip((first, rival), outcomes, strict=True))
            if (came_of_it, what_is_left(shop)) not in left:  # it may still end the same
                met = f"{rival} came before {before} of {first}"
                assert (came_of_it, ending(shop)) in endings, met


def moments_of(shop: Shop) -> tuple[str, ...]:
    """On SQLite the first to write keeps all others waiting until its commit."""
    if shop.database.engine.dialect.name == "sqlite":
        return (ITS_COMMIT,)
    return ITS_FIRST_LOCK, ITS_FIRST_WRITE, ITS_COMMIT


def what_is_left(shop: Shop) -> list[list[tuple[object, ...]]]:
    """All rows but for times and running numbers. What is the same here ends the same."""
    with shop.database.reading() as session:
        return [
            sorted(map(tuple, session.execute(select(*lasting_columns(table)))), key=repr)
            for table in Base.metadata.sorted_tables
            if lasting_columns(table)
        ]


def lasting_columns(table: Table) -> list[Column[object]]:
    fleeting = ("id", "message_id")
    return [
        column
        for column in table.columns
        if column.name not in fleeting and not isinstance(column.type, UtcTime)
    ]


def ending(shop: Shop) -> dict[str, object]:
    """Once every message has arrived: what can be seen, and nothing offends."""
    shop.works()
    assert shop.offences() == []
    with shop.database.reading() as session:
        orders = session.execute(select(Order.state, Order.cancelled_because).order_by(Order.id))
        parcels = session.execute(
            select(Parcel.state, Parcel.ended_because, Parcel.problem).order_by(Parcel.id)
        )
        shelves = session.execute(select(Shelf.on_hand, Shelf.reserved).order_by(Shelf.offer_id))
        seen = {"orders": orders.all(), "parcels": parcels.all(), "shelves": shelves.all()}
    billing = shop.billing
    return {
        **seen,
        "accounts": shop.accounts(),
        "letters": shop.letters(),
        "payments": sorted(payment.state for payment in billing.payments.values()),
        "refunds": sorted(move.amount for move in billing.refunds.values()),
        "transfers": sorted(move.amount for move in billing.transfers.values()),
    }
