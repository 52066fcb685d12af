"""A small demo to start, watch and end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from demo.processes import FOLDER

PATIENCE = 15.0


def wait_until(claim: Callable[[], object], seconds: float = PATIENCE) -> float:
    """How long it took; a claim that never comes true fails the test."""
    begun = time.monotonic()
    while not claim():
        assert time.monotonic() - begun < seconds, "it did not come true in time"
        time.sleep(0.01)
    return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def six_free_ports() -> int:
    """The first of a row, like BOOKSHOP_PORT."""
    while True:
        first = free_port()
        row = range(first, first + 6)
        if not any(map(is_open_at, row)):
            return first


def is_open_at(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def is_alive(pid: int) -> bool:
    """A zombie is dead: nobody has buried it yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX"
    return False


class SmallShop:
    """Each of its processes writes its own process id, and those of its children, to a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "log"
        self.output = folder / "output"
        self.rows: list[dict[str, object]] = []

    def has(self, name: str, code: str = "signal.pause()", **more: object) -> None:
        self.rows.append({"name": name, "code": self._preface(name) + code, **more})

    def serves(self, name: str, port: int) -> None:
        """A process that answers HTTP 200."""
        self.has(name, ANSWER.format(port=port), port=port)

    def opens(self) -> None:
        argv = [sys.executable, "-m", "tests.demo.small_shop", "guard"]
        with self.output.open("wb") as output:
            self.guard = subprocess.Popen(
                [*argv, json.dumps(self.rows), str(self.logs)],
                cwd=FOLDER,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def is_open(self) -> "SmallShop":
        self.opens()
        wait_until(lambda: "READY" in self.said() or self.guard.poll() is not None)
        assert "READY" in self.said(), self.said()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def supervisor(self) -> int:
        return int(self.said().split("supervisor ")[1].split()[0])

    def pids(self, name: str) -> list[int]:
        """In the order they came: one more with each start."""
        file = Path(self.pids_file(name))
        return [int(pid) for pid in file.read_text().split()] if file.exists() else []

    def pids_file(self, name: str) -> str:
        return str(self.folder / f"{name}.pids")

    def everyone(self) -> list[int]:
        return [int(pid) for file in self.folder.glob("*.pids") for pid in file.read_text().split()]

    def leftovers(self) -> list[int]:
        return list(filter(is_alive, [self.guard.pid, self.supervisor(), *self.everyone()]))

    def nobody_is_left(self) -> bool:
        return not self.leftovers()

    def close(self) -> None:
        if self.guard.poll() is None:
            self.guard.send_signal(signal.SIGTERM)
        self.guard.wait(PATIENCE)

    def _preface(self, name: str) -> str:
        return (
            "import os, signal, subprocess, sys\n"
            "def note(pid):\n"
            f"    with open({self.pids_file(name)!r}, 'a') as file:\n"
            "        print(pid, file=file)\n"
            "note(os.getpid())\n"
        )


ANSWER = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", {port}), Answer).serve_forever()
"""


@pytest.fixture
def shop(tmp_path):
    shop = SmallShop(tmp_path)
    yield shop
    shop.close()
    for pid in shop.leftovers():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
