"""The table of what the demo consists of: each process, how it is started, when it is ready."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bookshop.settings import BILLING, DASHBOARD, MAILBOX, REDIS, SMTP, Settings
from demo import redis
from demo.ready import answers, pongs, says
from demo.running import Process

FOLDER = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
LOCAL = "127.0.0.1"


def preparations() -> list[Process]:
    """Before anything listens: the tables, and the people of the demo."""
    return [
        Process("migrate", _manage("migrate")),
        Process("accounts", [PYTHON, "-m", "demo.sample", "accounts"]),
    ]


def foundations(settings: Settings) -> list[Process]:
    """What the shop itself leans on; stopped last."""
    return [*_redis(settings), _mailbox(settings), _billing(settings)]


def shop(settings: Settings) -> list[Process]:
    return [
        _worker("relay", "relay"),
        _worker("worker-rules", "worker", "rules"),
        _worker("worker-billing", "worker", "billing"),
        _worker("worker-mail", "worker", "mail"),
        _worker("worker-imports", "worker", "imports"),
        _worker("worker-index", "worker", "index"),
        _webshop(settings),
        _dashboard(settings),
    ]


def catalogue() -> Process:
    """The sample books, by the way a seller's upload takes."""
    return Process("catalogue", [PYTHON, "-m", "demo.sample", "catalogue"])


def _redis(settings: Settings) -> list[Process]:
    port = settings.port + REDIS
    if settings.redis_url != f"redis://{LOCAL}:{port}/0":
        return []  # BOOKSHOP_REDIS_URL names another
    argv = [redis.server(), *redis.arguments(settings.var / "redis", port)]
    return [Process("redis", argv, ready=pongs(LOCAL, port), ports=[port])]


def _mailbox(settings: Settings) -> Process:
    page, smtp = settings.port + MAILBOX, settings.port + SMTP
    return Process(
        "mailbox",
        [PYTHON, "-m", "demo.mailbox"],
        ready=answers(f"http://{LOCAL}:{page}/health"),
        ports=[page, smtp],
    )


def _billing(settings: Settings) -> Process:
    port = settings.port + BILLING
    argv = [PYTHON, "-m", "billing_sandbox", "--host", LOCAL, "--port", str(port)]
    argv += ["--database", str(settings.var / "billing.sqlite")]
    argv += ["--webhook", f"{settings.public_url}/api/v1/billing/webhook"]
    return Process(
        "billing",
        argv,
        env={"BILLING_SECRET": settings.billing_secret},
        ready=answers(f"http://{LOCAL}:{port}/health"),
        ports=[port],
    )


def _worker(name: str, *command: str) -> Process:
    return Process(name, _manage(*command), ready=says("ready"))


def _webshop(settings: Settings) -> Process:
    options = "--threads 4 --graceful-timeout 1 --limit-request-line 8190 --no-control-socket"
    argv = [PYTHON, "-m", "gunicorn", "webshop.app:create_app()", *options.split()]
    argv += ["--worker-class", "webshop.serving.Worker"]
    argv += ["--bind", _address(settings.bind, settings.port)]
    return Process(
        "shop",
        [*argv, "--worker-tmp-dir", str(_in_memory(settings.var))],
        env={"WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "2")},  # gunicorn's own name
        ready=answers(f"http://{_reachable(settings.bind, settings.port)}/health/live"),
        host=settings.bind,
        ports=[settings.port],
    )


def _dashboard(settings: Settings) -> Process:
    port = settings.port + DASHBOARD
    options = {
        "server.address": settings.bind,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 100,
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
    }
    argv = [PYTHON, "-m", "streamlit", "run", "seller_dashboard/app.py"]
    return Process(
        "dashboard",
        [*argv, *(f"--{name}={value}" for name, value in options.items())],
        ready=answers(f"http://{_reachable(settings.bind, port)}/_stcore/health"),
        host=settings.bind,
        ports=[port],
    )


def _manage(*command: str) -> Sequence[str]:
    return [PYTHON, "manage.py", *command]


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _reachable(bind: str, port: int) -> str:
    """Where to knock from this machine: "every address" is not one."""
    everywhere = {"0.0.0.0": LOCAL, "::": "::1"}  # noqa: S104 (it is read here, not bound)
    return _address(everywhere.get(bind, bind), port)


def _in_memory(otherwise: Path) -> Path:
    """Gunicorn's workers touch a file every second; on a slow disk that blocks them."""
    memory = Path("/dev/shm")  # noqa: S108 (gunicorn makes its own nameless file in it)
    return memory if os.access(memory, os.W_OK) else otherwise
