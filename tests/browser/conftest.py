"""A shop that all these stories share, and a real Chromium: the one on this machine, else
Playwright's own where it has been installed.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.processes.running import Running, running_demo

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NewVisitor = Callable[..., Page]


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole shop as real processes, from a path with a space, with four at the web's door."""
    var = tmp_path_factory.mktemp("a demo") / "var"
    with running_demo(var, WEB_CONCURRENCY="4") as running:
        yield running
        verdict = running.manage("audit", "--json")
        assert verdict.returncode == 0, verdict.stdout


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        except Error as error:
            pytest.skip(f"there is no Chromium here: {error}")
        yield browser
        browser.close()


@pytest.fixture
def visitor(
    chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewVisitor]:
    """Somebody new at a browser of his own; whatever a page logs as an error fails the test."""
    contexts, complaints = [], []
    failed_before = request.session.testsfailed

    def comes(width: int = 1280, locale: str = "en-GB") -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield comes
    for number, context in enumerate(contexts):
        if request.session.testsfailed > failed_before:
            for page in context.pages:
                page.screenshot(path=tmp_path / f"{number}.png")  # for whoever asks why
        context.close()
    assert complaints == []
