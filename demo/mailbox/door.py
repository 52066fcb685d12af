"""Serves the mailbox's pages by HTTP."""

from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.mailbox.pages import Pages, Request


def door(host: str, port: int, pages: Pages) -> ThreadingHTTPServer:
    return ThreadingHTTPServer((host, port), partial(_Door, pages))


class _Door(BaseHTTPRequestHandler):
    def __init__(self, pages: Pages, *connection: Any) -> None:
        self._pages = pages
        super().__init__(*connection)  # answers the request before it returns

    def do_GET(self) -> None:
        answer = self._pages.answer(self._request())
        body = answer.body.encode("utf-8", "replace")  # a letter may hold half a character
        self.send_response(answer.status)
        self.send_header("Content-Type", f"{answer.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", answer.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the list asks every few seconds, and errors are logged elsewhere."""

    def _request(self) -> Request:
        address = urlsplit(self.path)
        reads_russian = self.headers.get("Accept-Language", "").lower().startswith("ru")
        return Request(
            path=unquote(address.path),
            args=dict(parse_qsl(address.query)),
            language="ru" if reads_russian else "en",
        )
