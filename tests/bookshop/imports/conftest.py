"""Files are written where the test may write, under a name that says nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.bookshop.imports.imported import Imported, Upload, imported


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    def upload(content: str | bytes, **asked: Any) -> Imported:
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return imported(path, **asked)

    return upload
