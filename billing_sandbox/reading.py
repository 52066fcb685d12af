"""Reads a request's JSON body, field by field; whatever cannot be used is named."""

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from flask import Request

from billing_sandbox import money
from billing_sandbox.problems import Unreadable, Unusable

_LONGEST_URL = 2000


class Fields:
    def __init__(self, request: Request) -> None:
        self.all, canonical = _object_in(request)
        told = f"{request.method} {request.path} {canonical}"
        self.fingerprint = hashlib.sha256(told.encode()).hexdigest()

    def amount(self) -> int:
        return money.parse(self.all.get("amount"))

    def currency(self, default: str | None = None) -> str:
        currency = self.all.get("currency", default)
        if currency not in money.CURRENCIES:
            raise Unusable("currency", f"Known currencies: {', '.join(money.CURRENCIES)}.")
        return str(currency)

    def text(self, name: str, most: int = 200) -> str:
        text = self.all.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= most or not text.isprintable():
            raise Unusable(name, f"{name} is a printable text of 1 to {most} characters.")
        return text

    def web_address(self, name: str) -> str:
        address = self.text(name, _LONGEST_URL)
        if not is_web_address(address):
            raise Unusable(name, f"{name} is an address that begins http:// or https://.")
        return address


def is_web_address(text: str) -> bool:
    try:
        where = urlsplit(text)
        usable = where.scheme in ("http", "https") and bool(where.hostname) and where.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
    return usable and text.isascii() and text.isprintable() and " " not in text


def _object_in(request: Request) -> tuple[dict[str, Any], str]:
    """The body, and one spelling of it whatever the order of its fields."""
    try:
        body = json.loads(request.get_data(), parse_constant=_refuse_constant)
        canonical = json.dumps(body, sort_keys=True)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Unreadable("The body is JSON, but not an object {...}.")
    return body, canonical


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity; JSON knows neither."""
    raise ValueError(name)
