"""A container that is a process here."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.topology.compose import ROOT, Container


class Running:
    def __init__(
        self, container: Container, argv: Sequence[str], env: Mapping[str, str], log: Path
    ) -> None:
        self.container = container
        self.log = log
        self._argv, self._env = argv, env
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, which ends as one
            )

    def exit_code(self) -> int | None:
        return self._process.poll()

    def has_ended(self) -> bool:
        return self.exit_code() is not None

    def ask_to_end(self) -> None:
        """As Docker does: only the first process hears it."""
        self._process.terminate()

    def ends_in_time(self) -> bool:
        """Else it is killed, as Docker would."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.container.grace)
        in_time = self.has_ended()
        self.kill()
        return in_time

    def kill(self) -> None:
        self._all_of_it(signal.SIGKILL)
        self._process.wait()

    def freeze(self) -> None:
        self._all_of_it(signal.SIGSTOP)

    def is_spoken_to(self, port: int) -> bool:
        """Has somebody a connection to it, or to one of its children, at this port?"""
        return any(
            connection.laddr.port == port and connection.status == psutil.CONN_ESTABLISHED
            for process in (psutil.Process(self._process.pid), *self.children())
            for connection in process.net_connections(kind="tcp")
        )

    def children(self) -> set[psutil.Process]:
        return set(psutil.Process(self._process.pid).children(recursive=True))

    def _all_of_it(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
