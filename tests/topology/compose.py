"""What docker-compose.yml and the Dockerfile say: each container, what it runs, when it is well."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERS_GRACE = 10.0  # seconds, where stop_grace_period is not given


@dataclass(frozen=True)
class Container:
    """One of a service's replicas."""

    service: str
    number: int
    command: list[str]  # empty: what its image, not ours, runs
    environment: dict[str, str]
    healthcheck: list[str]  # empty: none
    after: dict[str, str]  # another service, and what is waited for there
    folders: dict[str, str]  # a path in the container, and whose folder that is
    grace: float  # seconds between being asked to end and being killed

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"


def containers(environ: Mapping[str, str]) -> list[Container]:
    """Each after those it waits for. `environ` is what .env says."""
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services: dict[str, dict[str, Any]] = _filled_in(told["services"], environ)
    return [each for name in _in_order(services) for each in _replicas(name, services[name])]


def _filled_in(told: Any, environ: Mapping[str, str]) -> Any:
    """${NAME}, ${NAME:?why}, ${NAME:-default}, wherever they stand."""

    def value(found: re.Match[str]) -> str:
        name, kind, words = found.groups()
        return environ.get(name) or (words if kind == ":-" else environ[name])

    match told:
        case str():
            return re.sub(r"\$\{(\w+)(?:(:[?-])([^}]*))?\}", value, told)
        case dict():
            return {name: _filled_in(each, environ) for name, each in told.items()}
        case list():
            return [_filled_in(each, environ) for each in told]
    return told


def _in_order(services: dict[str, dict[str, Any]]) -> Iterator[str]:
    waiting = dict(services)
    while waiting:
        free = [name for name in waiting if not waiting.keys() & _needs(waiting[name])]
        for name in free:
            del waiting[name]
        yield from free


def _needs(service: dict[str, Any]) -> dict[str, str]:
    told: dict[str, dict[str, str]] = service.get("depends_on", {})
    return {name: each["condition"] for name, each in told.items()}


def _replicas(name: str, service: dict[str, Any]) -> Iterator[Container]:
    ours = "build" in service
    health = service.get("healthcheck", {"test": ["CMD", *_health_of_image()] if ours else []})
    for number in range(1, service.get("deploy", {}).get("replicas", 1) + 1):
        yield Container(
            service=name,
            number=number,
            command=service.get("command", _command_of_image() if ours else []),
            environment=(_environment_of_image() if ours else {}) | service.get("environment", {}),
            healthcheck=health.get("test", [])[1:],
            after=_needs(service),
            folders=dict(_folders(f"{name}-{number}", service)),
            grace=_seconds(service.get("stop_grace_period")),
        )


def _folders(container: str, service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A volume is one folder for all who mount it; a tmpfs is the container's own."""
    for volume in service.get("volumes", []):
        source, path, *_ = volume.split(":")
        if not source.startswith("."):
            yield path, source
    for tmpfs in service.get("tmpfs", []):
        path = tmpfs.split(":")[0]
        yield path, f"{container}{path}"


def _seconds(period: str | None) -> float:
    return float(period.removesuffix("s")) if period else DOCKERS_GRACE


def _command_of_image() -> list[str]:
    return _in_brackets(r"^CMD (\[.+\])$")


def _health_of_image() -> list[str]:
    return _in_brackets(r"^HEALTHCHECK .*CMD (\[.+\])$")


def _in_brackets(pattern: str) -> list[str]:
    found = re.search(pattern, _dockerfile(), re.MULTILINE)
    assert found is not None
    words: list[str] = json.loads(found[1])
    return words


def _environment_of_image() -> dict[str, str]:
    lines = re.findall(r"^ENV (.+)$", _dockerfile(), re.MULTILINE)
    pairs = (pair.partition("=") for line in lines for pair in shlex.split(line))
    return {name: value for name, _, value in pairs}


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text().replace("\\\n", "")
