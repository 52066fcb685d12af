"""Many at once, on SQLite: real processes, four of them at the web's door."""

from pathlib import Path

import httpx
import pytest

from tests import crowd
from tests.processes.running import Running

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def test_ten_copies_that_two_hundred_want_at_once_are_sold_ten_times(
    demo: Running, tmp_path: Path
) -> None:
    """What the audit says is asked when all stories are told."""
    catalogue = tmp_path / "books.csv"
    catalogue.write_text(f"isbn,title,price,stock\n9785000000014,Ten,5.00,{crowd.COPIES}\n")
    assert demo.manage("import", str(catalogue), "--seller", "classics").returncode == 0
    book = httpx.get(f"{demo.shop}/api/v1/books/9785000000014").json()

    crowd.ten_are_sold_and_the_others_are_told(demo.shop, book["offers"][0]["id"])
