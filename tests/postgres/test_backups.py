"""A dump by PostgreSQL's own tools, put back in the place of what came after it."""

import shutil

import pytest

from bookshop import backups
from tests.bookshop.test_backups import kept

pytestmark = pytest.mark.skipif(not shutil.which("pg_restore"), reason="pg_restore is not here")


def test_every_row_is_there_again(shop, ada, emma, tmp_path):
    offer = shop.sells(emma, "Emma", copies=3)
    shop.bought(ada, {offer: 2})
    before = kept(shop.database)

    backups.backup(shop.settings, tmp_path / "backup")
    shop.has("late")
    shop.works()
    assert kept(shop.database) != before
    backups.restore(shop.settings, tmp_path / "backup")

    assert kept(shop.database) == before
