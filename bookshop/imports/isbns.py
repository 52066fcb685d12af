"""A column of ISBNs at once: plain thirteen digits by numpy, all other forms one by one."""

import re
from typing import Any

import numpy as np
import pandas as pd

from bookshop.books.isbn import to_isbn13, why_not
from bookshop.imports.problems import Fault

_WEIGHTS = np.array([1, 3] * 6 + [1])
_BETWEEN = re.compile(r"[,;/|]")


def isbns_13(raw: "pd.Series[str]") -> tuple[Any, dict[int, Fault]]:
    """ISBN-13 or None for each, and what is wrong with which."""
    isbns = raw.to_numpy(dtype=object, copy=True)
    faults: dict[int, Fault] = {}
    for place in np.flatnonzero(~_plain_and_right(raw)):
        text = isbns[place]
        isbns[place] = _first_valid(text)
        if isbns[place] is None and text.strip() and (why := why_not(text)):
            faults[int(place)] = Fault(why.code, why.text, why.params)
    return isbns, faults


def _plain_and_right(raw: "pd.Series[str]") -> Any:
    plain = np.array(raw.str.fullmatch("97[89][0-9]{10}"), dtype=bool)
    digits = raw[plain].to_numpy(dtype="S13").view(np.uint8).reshape(-1, 13) - ord("0")
    plain[plain] = (digits @ _WEIGHTS) % 10 == 0
    return plain


def _first_valid(text: str) -> str | None:
    """Some catalogues name all the ISBNs of a book in one cell."""
    return to_isbn13(text) or next(filter(None, map(to_isbn13, _BETWEEN.split(text))), None)
