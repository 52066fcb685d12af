"""Money is whole minor units (kopecks) inside and a decimal string outside, never a float."""

import re

from billing_sandbox.problems import Unusable

CURRENCIES = ("RUB",)
_MINOR_UNITS = 100
_DECIMAL = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
_NO_BREAK = "\N{NO-BREAK SPACE}"


def parse(value: object) -> int:
    """ "1234.50" -> 123450. More than nothing, and nothing is rounded."""
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    amount = int(match[1]) * _MINOR_UNITS + int((match[2] or "").ljust(2, "0")) if match else 0
    if amount == 0:
        raise Unusable("amount", 'The amount is a string like "1234.50", more than nothing.')
    return amount


def as_decimal(amount: int) -> str:
    whole, part = divmod(amount, _MINOR_UNITS)
    return f"{whole}.{part:02d}"


def shown(amount: int, language: str) -> str:
    """For people: "1 234,50 ₽" (no-break spaces) in Russian, "1,234.50 ₽" in English."""
    whole, part = divmod(amount, _MINOR_UNITS)
    if language == "ru":
        return f"{whole:,}".replace(",", _NO_BREAK) + f",{part:02d}{_NO_BREAK}₽"
    return f"{whole:,}.{part:02d}{_NO_BREAK}₽"
