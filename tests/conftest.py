"""What every test may count on."""

from collections.abc import Iterator

import pytest

from bookshop.users.models import Role
from tests.processes.running import Running, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole shop as real processes, from a path with a space. Started once for all tests."""
    with running_demo(tmp_path_factory.mktemp("a demo") / "var") as running:
        yield running
        verdict = running.manage("audit", "--json")
        assert verdict.returncode == 0, verdict.stdout


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put is found by the next question, however busy the machine is; no long rests."""
    monkeypatch.setattr("search_index.views._PATIENCE", 20.0)
    monkeypatch.setattr("search_index.views._PATIENCE_FOR_NEW", 20.0)
    monkeypatch.setattr("search_index.views._REST", 0.05)


# The cast: a customer and two sellers of the test's own `shop`. A folder that meets them
# otherwise, as clients of the API for instance, says so in its own conftest.
@pytest.fixture
def ada(shop):
    return shop.has("ada")


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    return shop.has("boris", Role.SELLER)
