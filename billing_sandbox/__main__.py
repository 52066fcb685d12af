"""Starts the sandbox: python -m billing_sandbox --port 8002 --database FILE --webhook URL."""

import argparse
import gc
import logging
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from billing_sandbox.app import create_app
from billing_sandbox.database import Database
from billing_sandbox.reading import is_web_address
from billing_sandbox.webhooks import Courier

THREADS = 16  # most of them wait: for the database's one writer, or for a latency asked for


class Server(BaseApplication):  # type: ignore[misc]
    """One worker process: the couriers live in it. Gunicorn starts it anew should it die."""

    def __init__(self, app: Flask, courier: Courier, bind: str) -> None:
        self._app = app
        self._settings: dict[str, Any] = {
            "bind": bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,  # master and worker share their memory
            "pre_fork": lambda _server, _worker: gc.freeze(),  # and keep sharing it
            "when_ready": lambda _server: print(f"billing sandbox listens at {bind}", flush=True),
            "post_worker_init": lambda _worker: courier.start(),
            "keepalive": 0,  # else a stop waits for idle connections
            "graceful_timeout": 1,
            "control_socket_disable": True,
            "loglevel": "warning",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def main() -> None:
    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s", level=logging.WARNING)
    asked = _arguments()
    database = Database(asked.database)
    try:
        asked.database.parent.mkdir(parents=True, exist_ok=True)
        database.prepare()
    except (OSError, sqlite3.Error) as error:
        sys.exit(f"billing_sandbox: --database {asked.database} cannot be used: {error}")
    public_url = asked.public_url or f"http://{_in_address(asked.host)}:{asked.port}"
    app = create_app(database, public_url)
    courier = Courier(database, asked.webhook, asked.secret)
    Server(app, courier, f"{_in_address(asked.host)}:{asked.port}").run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m billing_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True, metavar="FILE")
    parser.add_argument("--webhook", required=True, metavar="URL", help="where events are told")
    parser.add_argument("--public-url", metavar="URL", help="where customers reach the pay pages")
    parser.add_argument(
        "--secret",
        default=os.environ.get("BILLING_SECRET"),
        help="signs the webhooks; the environment's BILLING_SECRET keeps it out of `ps`",
    )
    asked = parser.parse_args()
    if not asked.secret:
        parser.error("a secret is needed: BILLING_SECRET in the environment, or --secret")
    if not 0 < asked.port < 65536:
        parser.error(f"--port {asked.port}: use a number from 1 to 65535")
    for name in ("webhook", "public_url"):
        address = getattr(asked, name)
        if address and not is_web_address(address):
            parser.error(f"--{name.replace('_', '-')} {address}: use a http:// or https:// address")
    return asked


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    main()
