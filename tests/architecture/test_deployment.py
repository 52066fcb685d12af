"""What is started in production belongs together: image, compose file, nginx and the code."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bookshop.settings import from_environment
from worker.subscriptions import QUEUES

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text())
SERVICES: dict[str, dict] = COMPOSE["services"]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
SECRETS = {
    "POSTGRES_PASSWORD": "let-me-in",
    "BOOKSHOP_SECRET_KEY": "a long secret",
    "BOOKSHOP_BILLING_SECRET": "another one",
    "BOOKSHOP_BILLING_URL": "http://billing:8002",
    "BOOKSHOP_SMTP_URL": "smtp://mailpit:1025",
    "BOOKSHOP_PUBLIC_URL": "https://books.example",
}


def test_somebody_works_on_every_queue():
    commands = [service.get("command", []) for service in SERVICES.values()]
    worked_on = {name for command in commands if "worker" in command for name in command[3:]}

    assert worked_on == set(QUEUES)


def test_the_shop_starts_with_the_settings_of_the_compose_file(tmp_path):
    told = {name: filled_in(text) for name, text in COMPOSE["x-environment"].items()}

    settings = from_environment(
        told | {"BOOKSHOP_ENV": "production", "BOOKSHOP_VAR": str(tmp_path)}
    )

    assert settings.database_url.startswith("postgresql+psycopg://bookshop:let-me-in@postgres")
    assert settings.dashboard_url == "https://books.example/dashboard"


def filled_in(text: str) -> str:
    """As compose does it: ${NAME}, ${NAME:?why}, ${NAME:-default}."""
    return re.sub(
        r"\$\{(\w+)(?::[?-]([^}]*))?\}", lambda found: SECRETS.get(found[1], found[2]), text
    )


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_has_a_default(name):
    said = re.findall(rf"\$\{{{name}(:[?-])?", COMPOSE_FILE.read_text())

    assert ":?" in said
    assert ":-" not in said


def test_every_container_but_the_one_shots_is_started_again():
    ending = {name for name, service in SERVICES.items() if service["restart"] == "no"}

    assert ending == {"migrate"}


def test_nginx_speaks_to_services_that_are_there():
    spoken_to = dict(re.findall(r"http://(\w+):(\d+);", NGINX))

    assert set(spoken_to) <= set(SERVICES)
    assert f"--server.port={spoken_to['seller_dashboard']}" in dashboard()


def test_the_dashboard_is_served_where_nginx_and_the_letters_lead():
    path = COMPOSE["x-environment"]["BOOKSHOP_DASHBOARD_URL"].rpartition("/")[2]

    assert f"--server.baseUrlPath={path}" in dashboard()
    assert f"location /{path} {{" in NGINX


def dashboard() -> list[str]:
    return SERVICES["seller_dashboard"]["command"]


def test_the_image_holds_every_package_that_production_runs():
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert copied == packages - {"demo", "tests", "benchmarks", "docs"}


def test_what_is_copied_into_the_image_is_not_ignored():
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    kept = (ROOT / ".dockerignore").read_text().splitlines()

    assert [path for line in copied for path in line.split() if f"!{path}" not in kept] == []


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0


def configured(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", "compose", "--env-file", os.devnull, "--profile", "sandbox", "config", "-q"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
def test_docker_compose_takes_the_file():
    assert configured(**SECRETS).stderr == ""


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
@pytest.mark.parametrize("name", SECRETS)
def test_docker_compose_names_the_secret_that_is_missing(name):
    others = {key: value for key, value in SECRETS.items() if key != name}

    refused = configured(**others)

    assert refused.returncode != 0
    assert name in refused.stderr
