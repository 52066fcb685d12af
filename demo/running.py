"""One process of the demo: what it is (Process) and how it is doing now (Running)."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from demo.ready import Condition, started

FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0
LIVED_WELL = 30.0  # seconds after which an earlier death no longer counts


@dataclass(frozen=True)
class Process:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)  # beside the supervisor's own
    ready: Condition = started
    host: str = "127.0.0.1"
    ports: Sequence[int] = ()
    patience: float = 60.0  # seconds it may take to be ready


class Running:
    def __init__(self, process: Process, folder: Path, log: Path) -> None:
        self.process = process
        self.log = log
        self.is_ready = False
        self.exit_code: int | None = None
        self.start_again_at: float | None = None
        self._folder = folder
        self._delay = FIRST_DELAY
        _keep_the_last(log)
        self.start()

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self.exit_code is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.process.argv,
                env={**os.environ, **self.process.env, "PYTHONUNBUFFERED": "1"},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, to be ended as one
            )
        self.started_at = time.monotonic()
        self.exit_code = self.start_again_at = None

    def ended(self, exit_code: int) -> None:
        """Note how, and let nothing of it live on: its children may hold the port."""
        self.exit_code = self._popen.returncode = exit_code
        self._signal_group(signal.SIGKILL)

    def plan_to_start_again(self) -> float:
        """After how many seconds: the more often it has failed of late, the longer."""
        if self._was_killed or time.monotonic() - self.started_at >= LIVED_WELL:
            self._delay = FIRST_DELAY
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY)
        self.start_again_at = time.monotonic() + delay
        return delay

    def look_whether_ready(self) -> bool:
        self.is_ready = self.is_ready or self.process.ready(self.log)
        return self.is_ready

    def ask_to_end(self) -> None:
        if self.alive:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        if self.alive:
            self._signal_group(signal.SIGKILL)

    def how_it_ended(self) -> str:
        assert self.exit_code is not None
        if self.exit_code < 0:
            return f"by {signal.Signals(-self.exit_code).name}"
        return f"with exit code {self.exit_code}"

    def last_words(self, lines: int = 20) -> str:
        with self.log.open(errors="replace") as log:
            return "".join(f"    {line.rstrip()}\n" for line in deque(log, lines))

    @property
    def _was_killed(self) -> bool:
        """Somebody ended it from outside: no reason to keep it waiting."""
        return self.exit_code in (-signal.SIGKILL, -signal.SIGTERM)

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # gone; on macOS, only zombies left
            os.killpg(self.pid, number)


def _keep_the_last(log: Path) -> None:
    """The output of the run before stays beside the new one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
