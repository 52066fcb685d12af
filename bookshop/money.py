"""Money is a whole number of minor units (kopecks) of the shop's one currency, never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

from bookshop.errors import Invalid
from bookshop.translations import N_

Money = NewType("Money", int)
CURRENCY = "RUB"
MINOR_UNITS = 100
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)


class NotMoney(Invalid):
    text = N_("“%(value)s” is not an amount of money: write it like 1234.50.")


def parse(text: str, field: str | None = None) -> Money:
    """ "1234.50" -> 123450. No more than two digits after the point, nothing is rounded."""
    if not _DECIMAL.fullmatch(text):
        raise NotMoney(field=field, value=text[:40])
    return Money(int(Decimal(text) * MINOR_UNITS))


def as_decimal(amount: Money) -> str:
    """123450 -> "1234.50", the form of every API."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), MINOR_UNITS)
    return f"{sign}{whole}.{part:02d}"


def shown(amount: Money, language: str) -> str:
    """The form for people: "1 234,50 ₽" (no-break spaces) in Russian, "1,234.50 ₽" in English."""
    text = f"{Decimal(amount) / MINOR_UNITS:,.2f}".replace("-", _MINUS)
    if language == "ru":
        text = text.replace(",", _NO_BREAK).replace(".", ",")
    return f"{text}{_NO_BREAK}₽"


def percent_of(amount: Money, percent: Decimal) -> Money:
    """Rounded half up to the minor unit."""
    return Money(int((amount * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)))
