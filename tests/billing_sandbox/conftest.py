"""One sandbox and one merchant for most stories; a process of its own where one is killed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.billing_sandbox.merchant import Merchant
from tests.billing_sandbox.process import Sandbox

SECRET = "a secret of the two"
NO_FAULTS = {
    "latency_ms": 0,
    "error_rate": 0,
    "drop_webhooks": False,
    "duplicate_webhooks": False,
    "timeout_after_commit": False,
}


@pytest.fixture(scope="package")
def merchant() -> Iterator[Merchant]:
    merchant = Merchant(SECRET)
    yield merchant
    merchant.close()


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory, merchant: Merchant) -> Iterator[Sandbox]:
    file = tmp_path_factory.mktemp("billing") / "billing.sqlite"
    sandbox = Sandbox(file, merchant.url, SECRET)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.misbehaves(**NO_FAULTS)


@pytest.fixture
def a_sandbox_for(tmp_path: Path) -> Iterator[Callable[[str], Sandbox]]:
    """One of its own, that tells the given webhook."""
    started: list[Sandbox] = []

    def start(webhook: str) -> Sandbox:
        started.append(Sandbox(tmp_path / "billing.sqlite", webhook, SECRET))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.stop()
