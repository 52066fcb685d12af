"""A merchant's side of the webhooks: a real HTTP server that checks signatures and remembers."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 10  # seconds


@dataclass(frozen=True)
class Received:
    event: dict[str, Any]
    timestamp: int
    signature: str
    at: float


class Merchant:
    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()
        self.received: list[Received] = []
        # Given in this order, then 204 for ever; an Event is one that comes when it is set.
        self.answers: list[int | threading.Event] = []
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/billing?from=sandbox"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def hears(self, how_often: int, kind: str, subject: str | None = None) -> list[Received]:
        """Wait until it has heard that often of that kind, about that payment, refund, transfer."""
        return self._wait_for(
            lambda: self.heard(kind, subject), lambda heard: len(heard) >= how_often
        )

    def heard(self, kind: str, subject: str | None = None) -> list[Received]:
        return [
            each
            for each in self.received
            if each.event["type"] == kind and subject in (None, each.event["data"]["id"])
        ]

    def _wait_for(
        self, look: Callable[[], list[Received]], enough: Callable[[list[Received]], bool]
    ) -> list[Received]:
        with self._news:
            assert self._news.wait_for(lambda: enough(look()), PATIENCE), self.received
            return look()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = merchant._take(self.path, dict(self.headers), body)
                if isinstance(answer, threading.Event):
                    answer.wait(PATIENCE)
                    answer = 204
                self.send_response(answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet: what matters is in `received`."""

        return Handler

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> int | threading.Event:
        told = headers["Billing-Timestamp"].encode() + b"." + body
        right = "v1=" + hmac.new(self.secret, told, hashlib.sha256).hexdigest()
        if path != "/billing?from=sandbox" or headers["Billing-Signature"] != right:
            return 401
        with self._news:
            timestamp = int(headers["Billing-Timestamp"])
            self.received.append(Received(json.loads(body), timestamp, right, time.time()))
            self._news.notify_all()
            return self.answers.pop(0) if self.answers else 204
