"""Texts of people made fit to be shown: no control characters, no stray spaces, bounded lengths."""

import re
import unicodedata
from typing import Any

import pandas as pd

from bookshop.imports.problems import Fault
from bookshop.translations import N_

LONGEST = {
    **{"title": 500, "authors": 2_000, "publisher": 200, "category": 100, "series": 200},
    **{"sku": 100, "description": 10_000, "binding": 100, "age": 20, "volume": 100},
}
_KEYS = ("title", "sku")  # cut short they would be another book's

# Besides controls: what turns the direction of writing, or has no width.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff"
)
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_ACCENTS_APART = "\u0300-\u036f"
_SPACES = " \u00a0\t\r\n\u2028\u2029"
_RARE_SPACES = "\u1680\u2000-\u200a\u202f\u205f\u3000"
_TO_LOOK_AT = (
    f"[{_UNSEEN}{_ACCENTS_APART}{_DAMAGED}{_RARE_SPACES}\t\r\n\u2028\u2029]"
    f"|[{_SPACES}][{_SPACES}]|^[{_SPACES}]|[{_SPACES}]$"
)
_UNSEEN_ONES = re.compile(f"[{_UNSEEN}]+")

TITLE_MISSING = Fault("title_missing", N_("The title is missing."))
DAMAGED = Fault(
    "letters_damaged",
    N_("Some letters could not be read: save the file as UTF-8 and upload it again."),
)


def cleaned(name: str, raw: "pd.Series[str]") -> tuple[Any, dict[int, Fault]]:
    """The texts of one column, and what is wrong with which of them. Markup is text like any."""
    text = raw
    faults: dict[int, Fault] = {}
    if name != "title" and not raw.any():
        return text.array, faults  # few files have every column
    doubtful = raw.str.contains(_TO_LOOK_AT, regex=True)
    if doubtful.any():  # most are clean, and looking is cheaper than mending
        mended = raw[doubtful].map(_paragraphs if name == "description" else _line)
        text = raw.where(~doubtful, mended)
        faults |= _at(text.str.contains(_DAMAGED, regex=False), DAMAGED)
    too_long = text.str.len() > LONGEST[name]
    if too_long.any():
        text = text.where(~too_long, text.str.slice(0, LONGEST[name]).str.rstrip())
        faults |= _at(too_long, _too_long(name))
    if name == "title":
        faults |= _at(text == "", TITLE_MISSING)
    return text.array, faults


def _line(text: str) -> str:
    """й of two signs, as some systems write it, becomes й."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN_ONES.sub("", text)).split())


def _paragraphs(text: str) -> str:
    return "\n".join(map(_line, text.splitlines())).strip()


def _at(mask: Any, fault: Fault) -> dict[int, Fault]:
    return dict.fromkeys(mask.to_numpy().nonzero()[0].tolist(), fault)


def _too_long(name: str) -> Fault:
    most = {"most": LONGEST[name]}
    if name in _KEYS:
        return Fault("too_long", N_("This is longer than %(most)d characters."), most)
    return Fault(
        "cut", N_("This is longer than %(most)d characters, and is cut there."), most, rejects=False
    )
