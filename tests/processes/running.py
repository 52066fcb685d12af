"""The whole shop as real processes, started as a person would start it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTS = 6
PATIENCE = 180  # seconds until READY


@dataclass(frozen=True)
class Running:
    var: Path
    shop: str
    dashboard: str
    mailbox: str
    billing: str
    queues: str
    process: subprocess.Popen[str]
    environ: dict[str, str]

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Any of the operator's commands, against this shop."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )


@contextmanager
def running_demo(var: Path, **environ: str) -> Iterator[Running]:
    """From `manage.py demo` to Ctrl-C; nothing may be left running after that."""
    env = {
        **os.environ,
        "BOOKSHOP_VAR": str(var),
        "BOOKSHOP_PORT": str(free_ports()),
        "BOOKSHOP_RATE_LIMITS": "off",
        **environ,
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        ready = _wait_until_ready(process)
        urls = dict(part.split("=", 1) for part in ready.split()[1:])
        yield Running(var=var, process=process, environ=env, **urls)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=15)


def _wait_until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    deadline = time.monotonic() + PATIENCE
    for line in process.stdout:
        if line.startswith("READY "):
            return line
        said.append(line)
        assert time.monotonic() < deadline, "".join(said)
    raise AssertionError("the demo ended before it was ready:\n" + "".join(said))


def free_ports() -> int:
    """The first of so many neighbouring ports that nobody listens on.

    Tests that run beside this one have a number next to ours: they begin to look elsewhere.
    """
    for first in range(20000 + 16 * os.getpid() % 12000, 60000, PORTS):
        if all(_is_free(port) for port in range(first, first + PORTS)):
            return first
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
