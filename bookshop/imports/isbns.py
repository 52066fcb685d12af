"""A column of ISBNs at once: plain thirteen digits by numpy, all other forms one by one."""

import re
from typing import Any

import numpy as np
import pandas as pd

from bookshop.books.isbn import to_isbn13, why_not
from bookshop.imports.problems import Fault
from bookshop.translations import N_

ISBN_RESTORED = Fault(
    "isbn_restored",
    N_(
        "The ISBN has lost the zeros in front, as spreadsheets do with numbers; with them it is "
        "%(isbn)s. Look whether that is the book."
    ),
    rejects=False,
)

_CYRILLIC_X = str.maketrans("Х", "X")
_SHORT = re.compile(r"[0-9]{6,8}[0-9X]")
_WEIGHTS = np.array([1, 3] * 6 + [1])
_BETWEEN = re.compile(r"[,;/|]")


def isbns_13(raw: "pd.Series[str]") -> tuple[Any, dict[int, Fault]]:
    """ISBN-13 or None for each, and what is wrong with which."""
    isbns = raw.to_numpy(dtype=object, copy=True)
    faults: dict[int, Fault] = {}
    for place in np.flatnonzero(~_plain_and_right(raw)):
        isbns[place], fault = _read(isbns[place])
        if fault:
            faults[int(place)] = fault
    return isbns, faults


def _plain_and_right(raw: "pd.Series[str]") -> Any:
    plain = np.array(raw.str.fullmatch("97[89][0-9]{10}"), dtype=bool)
    digits = raw[plain].to_numpy(dtype="S13").view(np.uint8).reshape(-1, 13) - ord("0")
    plain[plain] = (digits @ _WEIGHTS) % 10 == 0
    return plain


def _read(text: str) -> tuple[str | None, Fault | None]:
    if not text.strip():
        return None, None
    if isbn := _first_valid(text):
        return isbn, None
    if isbn := _with_zeros_in_front(text):
        restored = ISBN_RESTORED
        return isbn, Fault(restored.code, restored.text, {"isbn": isbn}, restored.rejects)
    why = why_not(text)
    return None, Fault(why.code, why.text, why.params) if why else None


def _first_valid(text: str) -> str | None:
    """Some catalogues name all the ISBNs of a book in one cell."""
    return to_isbn13(text) or next(filter(None, map(to_isbn13, _BETWEEN.split(text))), None)


def _with_zeros_in_front(text: str) -> str | None:
    """A checksum that is right by chance (one in eleven) is why this is told."""
    digits = text.strip().upper().translate(_CYRILLIC_X).removesuffix(".0")
    return to_isbn13(digits.rjust(10, "0")) if _SHORT.fullmatch(digits) else None
