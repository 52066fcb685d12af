"""Where CI is set, a browser, postgres or chaos test that is skipped fails the whole run.

A person without Chromium or PostgreSQL may run the rest; the machine that judges must run all.
Loaded by `pytest -p tests.ci_guard`.
"""

import os

import pytest

MUST_RUN = ("browser", "postgres", "chaos")


class Guard:
    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        was_skipped = report.skipped and not hasattr(report, "wasxfail")
        if was_skipped and any(mark in report.keywords for mark in MUST_RUN):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file or folder that skips itself as a whole has no marks yet; it is known by name."""
        if report.skipped and any(f"/{name}" in f"/{report.nodeid}" for name in MUST_RUN):
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, and must run where CI is set", red=True)
            for name in self.skipped:
                terminalreporter.line(name)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI"):
        config.pluginmanager.register(Guard(), "ci_guard")
