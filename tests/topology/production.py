"""Production from plain processes, as docker-compose.yml starts it from containers.

Where an image is not ours something equal stands in: PostgreSQL and Redis are those of the other
tests, nginx is the one installed here, and for Mailpit there is the demo's mailbox.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from demo import redis
from demo.ready import answers, pongs, says
from tests.topology import nginx
from tests.topology.compose import ROOT, Container, containers
from tests.topology.here import FIRST, HTTP, Here, address_of
from tests.topology.names import name_server
from tests.topology.running import Running
from tests.waiting import until

# As docs/operations.md has it for a try.
DOT_ENV = {
    "POSTGRES_PASSWORD": "let-me-in",
    "BOOKSHOP_SECRET_KEY": "a long secret",
    "BOOKSHOP_BILLING_SECRET": "another one",
    "BOOKSHOP_BILLING_URL": "http://billing:8002",
    "BOOKSHOP_SMTP_URL": "smtp://mailpit:1025",
    "BOOKSHOP_PUBLIC_URL": "http://localhost",
}
REDIS, MAILBOX = 6379, 8025
PATIENCE = 60.0  # seconds until a container is well


class Production:
    def __init__(self, folder: Path, database_url: str) -> None:
        self._containers = containers(DOT_ENV)
        services = frozenset(container.service for container in self._containers)
        self.here = Here(folder, database_url, services)
        self.running: list[Running] = []
        self.url = self.here.url(HTTP)

    def addresses(self) -> dict[str, list[str]]:
        """What Docker's name server knows."""
        found: dict[str, list[str]] = {}
        for container in self._containers:
            found.setdefault(container.service, []).append(address_of(container))
        return found

    def start(self, names: str) -> None:
        """Each after what it waits for; all of it is well when this returns."""
        for container in self._containers:
            for service, condition in container.after.items():
                self._wait_for(service, condition)
            if argv := self._argv(container, names):
                self.running.append(self._launch(container, argv))
        for running in self.running:
            if not _comes_to_an_end(running.container):
                self.wait_until_well(running)

    def replicas(self, service: str) -> list[Running]:
        return [each for each in self.running if each.container.service == service]

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Like `docker compose run --rm migrate python manage.py ...`."""
        [migrate] = self.replicas("migrate")
        return subprocess.run(
            ["python", "manage.py", *command],
            cwd=ROOT,
            env=self._env(migrate.container),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def wait_until_well(self, running: Running) -> None:
        def well() -> bool:
            assert running.exit_code() is None, self._last_words(running)
            return self._is_well(running)

        until(well, f"{running.container.name} to be well", PATIENCE)

    def stop(self) -> list[str]:
        """First those that lean on others. Answers who had to be killed: nobody should."""
        leaning = [running for running in self.running if running.container.after]
        foundations = [running for running in self.running if not running.container.after]
        return [name for wave in (leaning, foundations) for name in _stopped_by_force(wave)]

    def _wait_for(self, service: str, condition: str) -> None:
        for running in self.replicas(service):
            if condition == "service_healthy":
                self.wait_until_well(running)
            else:
                until(running.has_ended, f"the end of {service}", PATIENCE)
                assert running.exit_code() == 0, self._last_words(running)

    def _is_well(self, running: Running) -> bool:
        """By its own healthcheck, where this machine has the program; else by an equal one."""
        container, (program, *_) = running.container, [*running.container.healthcheck, ""]
        match program:
            case "python":
                return self._passes(container, running.log)
            case "redis-cli":
                return pongs(FIRST, self.here.port(REDIS))(running.log)
            case "wget":
                path = urlsplit(container.healthcheck[-1]).path
                return answers(self.url + path)(running.log)
        if container.service == "mailpit":
            return answers(self.here.url(MAILBOX) + "/health")(running.log)
        return says("ready")(running.log)  # a worker has none: Docker takes it as it is

    def _passes(self, container: Container, log: Path) -> bool:
        """Not run before its address answers: that would slow down the others' start."""
        check = [self.here.brought(container, word) for word in container.healthcheck]
        address = re.search(r"http://[^']+", check[-1])
        if address and not answers(address[0])(log):
            return False
        return subprocess.run(check, env=self._env(container), capture_output=True).returncode == 0

    def _launch(self, container: Container, argv: list[str]) -> Running:
        for inside in container.folders:
            self.here.path(container, inside).mkdir(parents=True, exist_ok=True)
        log = self.here.folder / f"{container.name}.log"
        return Running(container, argv, self._env(container), log)

    def _argv(self, container: Container, names: str) -> list[str]:
        """What it runs; nothing for the database, which is there before."""
        match container.service:
            case "postgres":
                return []
            case "redis":
                own = redis.arguments(self.here.path(container, "/data"), self.here.port(REDIS))
                return [redis.server(), *own, *container.command[1:]]
            case "nginx":
                return nginx.command(self.here, names)
            case "mailpit":
                return ["python", "-m", "demo.mailbox"]
        return [self.here.brought(container, word) for word in container.command]

    def _env(self, container: Container) -> dict[str, str]:
        """Nothing of ours but where programs are found."""
        told = {
            name: self.here.brought(container, value)
            for name, value in container.environment.items()
        }
        if container.service == "mailpit":
            told = {"BOOKSHOP_VAR": str(self.here.folder / "mailbox")}
            told["BOOKSHOP_PORT"] = str(self.here.first_port)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return {"PATH": path, "HOME": str(self.here.folder), **told}

    def _last_words(self, running: Running) -> str:
        return f"{running.container.name} ended:\n{running.log.read_text(errors='replace')[-3000:]}"


def _comes_to_an_end(container: Container) -> bool:
    return container.service == "migrate"


def _stopped_by_force(wave: list[Running]) -> list[str]:
    for running in reversed(wave):
        running.ask_to_end()
    return [running.container.name for running in wave if not running.ends_in_time()]


@contextmanager
def production(folder: Path, database_url: str) -> Iterator[Production]:
    """Nothing of it is left running afterwards, and nobody had to be killed."""
    started = Production(folder, database_url)
    with name_server(started.addresses()) as names:
        try:
            started.start(names)
            yield started
        finally:
            killed = started.stop()
        assert killed == []
