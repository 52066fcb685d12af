"""The meetings of tests/races once more, where two write at the same moment."""

import pytest

from tests.postgres.server import empty_schema
from tests.races.scenes import Town
from tests.races.test_meetings import (  # noqa: F401
    test_two_that_meet_end_as_one_after_the_other,
    town,
)
from tests.rewinding import Moment
from tests.shop import Shop


@pytest.fixture(scope="module")
def quiet_town(server, tmp_path_factory):
    with empty_schema(server) as url:
        town = Town(Shop(tmp_path_factory.mktemp("shop"), url))
        yield town, Moment(town.shop)
        town.shop.database.engine.dispose()
