"""The guards that are the database's, once more; and its locks, which SQLite does without."""

import pytest

from tests.guards.removing import saying
from tests.guards.test_controls import (  # noqa: F401
    cast,
    tell,
    test_a_promise_of_the_database_is_kept_by_its_guard,
)
from tests.postgres.server import empty_schema
from tests.races.meeting import ITS_FIRST_WRITE, meet
from tests.races.scenes import Town, send_and_cancel
from tests.rewinding import Moment
from tests.shop import Shop


@pytest.fixture(scope="module")
def a_shop(server, tmp_path_factory):
    with empty_schema(server) as url:
        shop = Shop(tmp_path_factory.mktemp("shop"), url)
        yield shop
        shop.database.engine.dispose()


def test_without_its_locks_an_order_is_sent_and_given_back_at_once(url, tmp_path):
    town = Town(Shop(tmp_path, url))
    deeds = send_and_cancel(town)
    beginning = Moment(town.shop)

    def both_at_once():
        return meet(town.shop, deeds["send"], deeds["cancel"], ITS_FIRST_WRITE)

    assert both_at_once() == ("done", "AlreadySent")

    beginning.come_back(town.shop)
    with saying(r" FOR (NO KEY )?UPDATE[\w ]*$", "")(town.shop):
        assert both_at_once() == ("done", "done")
    town.shop.works()
    assert len(town.shop.billing.refunds) == 1
    town.shop.database.engine.dispose()
