"""The sandbox as a real process, spoken to over real HTTP."""

import os
import signal
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import requests

PATIENCE = 10  # seconds
_numbers = count(1)


class Sandbox:
    def __init__(self, database: Path, webhook: str, secret: str, port: int = 0) -> None:
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-m", "billing_sandbox", "--port", str(self.port)),
            *("--database", str(database), "--webhook", webhook),
        ]
        self._environment = os.environ | {"BILLING_SECRET": secret}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # its worker can be killed with it
        )
        assert self.process.stdout
        assert "listens" in self.process.stdout.readline()

    def kill(self) -> None:
        """All of it at once, as when the power fails."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE)

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=PATIENCE, **more)

    def post(
        self, path: str, body: object = None, *, key: str | None = None, **more: Any
    ) -> requests.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return requests.post(
            self.url + path,
            json=body,
            headers=headers,
            timeout=PATIENCE,
            allow_redirects=False,
            **more,
        )

    def opens(self, amount: str = "1234.50", **other: Any) -> dict[str, Any]:
        response = self.post("/payments", payment(amount, **other), key=a_key())
        assert response.status_code == 201, response.text
        opened: dict[str, Any] = response.json()
        return opened

    def paid(self, amount: str = "1234.50") -> dict[str, Any]:
        response = self.post(f"/pay/{self.opens(amount)['id']}", {"outcome": "paid"})
        assert response.status_code == 200, response.text
        now_paid: dict[str, Any] = response.json()
        return now_paid

    def refunds(
        self, payment_id: str, amount: str, currency: str = "RUB", key: str | None = None
    ) -> requests.Response:
        body = {"amount": amount, "currency": currency}
        return self.post(f"/payments/{payment_id}/refunds", body, key=key or a_key())

    def misbehaves(self, **faults: object) -> None:
        assert self.post("/faults", faults).status_code == 200


def payment(amount: object = "1234.50", **other: object) -> dict[str, object]:
    usual = {"currency": "RUB", "reference": "order-1", "return_url": "http://shop.test/orders/1"}
    return {"amount": amount, **usual, **other}


def transfer(**other: object) -> dict[str, object]:
    usual = {"amount": "90.00", "currency": "RUB", "account": "seller-7", "reference": "parcel-3"}
    return usual | other


def a_key() -> str:
    return f"key-{next(_numbers)}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
