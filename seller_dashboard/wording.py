"""How the dashboard puts dates, amounts and the states of things into words."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from bookshop import money
from bookshop.imports.models import ImportState
from bookshop.orders.states import ParcelState
from bookshop.translations import N_, SHOP_ZONE, say, translations

PARCEL_STATES: dict[ParcelState, tuple[str, str]] = {
    ParcelState.PLANNED: (N_("Not paid yet"), "gray"),
    ParcelState.WAITING: (N_("Waiting for you"), "orange"),
    ParcelState.CONFIRMED: (N_("To be sent"), "orange"),
    ParcelState.SENT: (N_("On its way"), "blue"),
    ParcelState.RECEIVED: (N_("Received"), "green"),
    ParcelState.SETTLED: (N_("Paid out"), "green"),
    ParcelState.REJECTED: (N_("Rejected by you"), "red"),
    ParcelState.CANCELLED: (N_("Cancelled"), "gray"),
    ParcelState.RETURNED: (N_("The money goes back"), "red"),
    ParcelState.REFUNDED: (N_("Refunded"), "gray"),
}

IMPORT_STATES: dict[ImportState, tuple[str, str]] = {
    ImportState.RECEIVED: (N_("In the queue"), "blue"),
    ImportState.CHECKING: (N_("Being checked"), "blue"),
    ImportState.PREVIEW: (N_("Checked: waiting for you"), "orange"),
    ImportState.APPLYING: (N_("Going on sale"), "blue"),
    ImportState.APPLIED: (N_("On sale"), "green"),
    ImportState.REFUSED: (N_("Cannot be read"), "red"),
    ImportState.CANCELLED: (N_("Cancelled"), "gray"),
    ImportState.UNDONE: (N_("Undone"), "gray"),
}

EVENTS: dict[str, str] = {
    "ParcelWaiting": N_("Paid, waiting for the seller"),
    "ParcelConfirmed": N_("Confirmed"),
    "ParcelSent": N_("Sent"),
    "ParcelReceived": N_("Received"),
    "ParcelRejected": N_("Rejected"),
    "ParcelCancelled": N_("Cancelled"),
    "ParcelReturned": N_("The money goes back"),
    "RefundMade": N_("Refunded to the customer"),
    "TransferMade": N_("Paid out to the seller"),
    "ProblemReported": N_("A problem was reported"),
    "ProblemSettled": N_("The problem was settled"),
}

WHO: dict[str, str] = {
    "customer": N_("the customer"),
    "seller": N_("the seller"),
    "operator": N_("an operator"),
    "shop": N_("the shop"),
    "billing": N_("billing"),
}

REASONS: dict[str, str] = {
    "not_there": N_("the books are not there"),
    "other": N_("for another reason"),
    "customer": N_("by the customer"),
    "order": N_("the whole order was cancelled"),
    "overdue": N_("nobody confirmed it in time"),
    "gone": N_("the copies were gone"),
}

COLUMNS_ASKED = (N_("Which column is which?"), "orange")  # refused, until the seller has said

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>])")
VARIES = "…"  # instead of what is not the same in all that is told of
_PLACES = ("line", "record")  # are numbered as an editor does it
_AMOUNTS = ("before", "after")
_COUNT = re.compile(r"%\((\w+)\)d")


def in_words(table: Mapping[str, str], word: str, language: str) -> str:
    """A word that stands in no table was written by a person, and stays as it is."""
    return say(language, table[word]) if word in table else word


def moment(at: datetime, language: str) -> str:
    """25 November, 13:53."""
    return str(format_datetime(at, "d MMMM, HH:mm", tzinfo=SHOP_ZONE, locale=language))


def short_moment(at: datetime, language: str) -> str:
    """25 Nov, 13:53: in tables."""
    return str(format_datetime(at, "d MMM, HH:mm", tzinfo=SHOP_ZONE, locale=language))


def short_day(at: datetime, language: str) -> str:
    """25 Nov."""
    return str(format_date(at.astimezone(SHOP_ZONE).date(), "d MMM", locale=language))


def month(at: date, language: str) -> str:
    """November 2026."""
    return str(format_date(at, "LLLL y", locale=language)).capitalize()


def number(count: int, language: str) -> str:
    """1,679 or 1 679."""
    return str(format_decimal(count, locale=language))


def told(text: str, params: Mapping[str, Any], language: str) -> str:
    """What was found in a file, its counts and prices as they stand beside it on the page."""
    form = _COUNT.sub(r"%(\1)s", translations(language).gettext(text))
    shown = {name: _shown(name, value, language) for name, value in params.items()}
    return form % shown if shown else form


def plain(text: str) -> str:
    """What people wrote, kept from being read as Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _shown(name: str, value: object, language: str) -> object:
    if isinstance(value, int) and name not in _PLACES:
        return number(value, language)
    is_amount = name in _AMOUNTS and value != VARIES
    return money.shown(money.parse(str(value)), language) if is_amount else value
