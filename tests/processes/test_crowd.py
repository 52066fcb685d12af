"""Many at once, on SQLite: real processes, four of them at the web's door."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import crowd
from tests.processes.running import Running, running_demo

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    """Rate limits are off: all come from one address here."""
    with running_demo(tmp_path / "var", BOOKSHOP_SAMPLE="off", WEB_CONCURRENCY="4") as running:
        yield running


def test_ten_copies_that_two_hundred_want_at_once_are_sold_ten_times(
    shop: Running, tmp_path: Path
) -> None:
    catalogue = tmp_path / "books.csv"
    catalogue.write_text(f"isbn,title,price,stock\n9780141439587,Emma,5.00,{crowd.COPIES}\n")
    assert shop.manage("import", str(catalogue), "--seller", "english").returncode == 0
    book = httpx.get(f"{shop.shop}/api/v1/books/9780141439587").json()

    crowd.ten_are_sold_and_the_others_are_told(shop.shop, book["offers"][0]["id"])

    verdict = shop.manage("audit", "--json")
    assert verdict.returncode == 0, verdict.stdout
