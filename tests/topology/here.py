"""Where on this machine is what a container calls by its own names: addresses, ports, folders."""

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

from bookshop.settings import BILLING, DASHBOARD, MAILBOX, REDIS, SMTP
from tests.processes.running import free_ports
from tests.topology.compose import Container

FIRST = "127.0.0.1"
HTTP = 80
# A container's port, and how far it lies here from the first of six free ones, as in the demo.
FURTHER = {8000: 0, 8501: DASHBOARD, 8002: BILLING, 8025: MAILBOX, 1025: SMTP, 6379: REDIS}


def address_of(container: Container) -> str:
    """The nth replica is at 127.0.0.n, so that they have one port in common as containers do."""
    return f"127.0.0.{container.number}"


def replicas_have_room() -> bool:
    """Not on every system all of 127.0.0.0/8 is this machine."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((FIRST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Here:
    folder: Path
    database_url: str
    services: frozenset[str]
    first_port: int = field(default_factory=free_ports)
    http_port: int = field(default_factory=free_port)

    def port(self, inside: int) -> int:
        return self.http_port if inside == HTTP else self.first_port + FURTHER[inside]

    def url(self, inside: int, host: str = FIRST) -> str:
        return f"http://{host}:{self.port(inside)}"

    def path(self, container: Container, inside: str) -> Path:
        return self.folder / "volumes" / container.folders[inside]

    def brought(self, container: Container, said: str) -> str:
        """What is said in the container, as it is true here."""
        if said.startswith("postgresql://"):
            return self.database_url
        for inside in sorted(container.folders, key=len, reverse=True):
            said = said.replace(inside, str(self.path(container, inside)))
        said = re.sub(r"\b(127\.0\.0\.1|0\.0\.0\.0)\b", address_of(container), said)
        said = re.sub(rf"\b({'|'.join(self.services)})(?=:\d)", FIRST, said)  # any would do
        said = re.sub(r"(?<=[:=])\d+\b", self._its_port, said)
        return re.sub(r"//localhost(?!:)", f"//localhost:{self.port(HTTP)}", said)

    def _its_port(self, inside: re.Match[str]) -> str:
        number = int(inside[0])
        return str(self.port(number)) if number in FURTHER else inside[0]
