"""Numbers that were meant to be an ISBN and are none: they are not read as words."""

import re

from bookshop.books.isbn import WhyNot, to_isbn13, why_not

_DIGITS = range(10, 15)  # one was lost, or typed twice
_NOTHING_BUT_DIGITS = re.compile(
    r"\s*(?:ISBN(?:-?1[03])?:?)?[\d\s\-\u2010-\u2015\u2212]*[xхXХ]?\s*", re.IGNORECASE
)
_LAST = re.compile(r"[\dxхXХ]\s*$")


def what_is_wrong(text: str) -> WhyNot | None:
    """None when it is an ISBN, and when it is nothing like one."""
    digits = re.sub(r"^\s*ISBN-?1[03]|[^\dxхXХ]", "", text, flags=re.IGNORECASE)
    looks_like_it = len(digits) in _DIGITS and _NOTHING_BUT_DIGITS.fullmatch(text)
    return why_not(text) if looks_like_it else None


def put_right(text: str, wrong: WhyNot) -> str | None:
    """With the last character that fits the others, if that is all that is wrong."""
    expected = wrong.params.get("expected")
    return to_isbn13(_LAST.sub(str(expected), text)) if expected else None
