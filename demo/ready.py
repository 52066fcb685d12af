"""When a process may be called ready: each condition looks once and answers yes or not yet."""

import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

# It is given the log of the process.
Condition = Callable[[Path], bool]

PATIENCE = 2.0  # seconds for one look


def started(_log: Path) -> bool:
    """Being there is enough."""
    return True


def answers(url: str) -> Condition:
    """HTTP 200 at the address."""
    address = urlsplit(url)

    def ready(_log: Path) -> bool:
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
        try:
            connection.request("GET", address.path or "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def pongs(host: str, port: int) -> Condition:
    """A Redis that has read its file and takes commands (before that it answers -LOADING)."""

    def ready(_log: Path) -> bool:
        try:
            with socket.create_connection((host, port), PATIENCE) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    return ready


def says(word: str) -> Condition:
    """A line of its output begins with the word."""

    def ready(log: Path) -> bool:
        with log.open(errors="replace") as lines:
            return any(line.startswith(word) for line in lines)

    return ready
