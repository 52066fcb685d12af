"""Records that were refused, as their seller gets them back."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from bookshop.imports import reading

Refused = Callable[[bytes, dict[int, str], str], str]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    def refused(content: bytes, why: dict[int, str], heading: str) -> str:
        path, into = tmp_path / "sent", BytesIO()
        path.write_bytes(content)
        reading.write_refused(path, why, heading, into)
        return into.getvalue().decode()

    return refused
