"""What every test may count on."""

from collections.abc import Iterator

import pytest

from tests.processes.running import Running, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole shop as real processes, from a path with a space. Started once for all tests."""
    with running_demo(tmp_path_factory.mktemp("a demo") / "var") as running:
        yield running
        verdict = running.manage("audit", "--json")
        assert verdict.returncode == 0, verdict.stdout
