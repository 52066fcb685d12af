"""ISBNs as people write them: ten or thirteen digits, hyphens, spaces, a Cyrillic Х for the X."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from bookshop.translations import N_

_HYPHENS_AND_SPACES = re.compile(r"[\s\-\u2010-\u2015\u2212\u00ad\u200b\ufeff]+")
_PREFIX = re.compile(r"ISBN(?:-?1[03])?:?", re.IGNORECASE)
_TEN = re.compile(r"[0-9]{9}[0-9X]")
_THIRTEEN = re.compile(r"97[89][0-9]{10}")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]*)?[eEеЕ]\+?[0-9]{1,3}")
_PART = re.compile(r"[0-9xхXХ]+")
_RUN = re.compile(r"(?<![0-9])[0-9][0-9xхXХ]*(?:(?:[^\w]|_){1,3}[0-9xхXХ]+)*")
_CYRILLIC_X = str.maketrans("xхХ", "XXX")


@dataclass(frozen=True)
class WhyNot:
    """What is wrong with an ISBN: a code for programs, a text for people."""

    code: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)


SCIENTIFIC = WhyNot(
    "isbn_scientific",
    N_(
        "A spreadsheet has turned the ISBN into a rounded number and its digits are lost. "
        "Give the column the format “Text” and enter the ISBN again."
    ),
)
LOST_ZERO = WhyNot(
    "isbn_lost_zero",
    N_(
        "The ISBN has fewer than 10 digits: a spreadsheet may have dropped zeros in front. "
        "Give the column the format “Text” and enter all 10 characters."
    ),
)
NOT_A_BOOK = WhyNot(
    "isbn_prefix", N_("An ISBN of 13 digits begins with 978 or 979: this is another bar code.")
)
WRONG_FORM = WhyNot("isbn_form", N_("An ISBN has 10 or 13 digits."))


def to_isbn13(text: str) -> str | None:
    """ "0-306-40615-2" -> "9780306406157"; None for whatever is not an ISBN."""
    isbn = _bare(text)
    if _THIRTEEN.fullmatch(isbn):
        return isbn if isbn[12] == check_digit_13(isbn) else None
    if _TEN.fullmatch(isbn) and isbn[9] == check_digit_10(isbn):
        return with_check_digit("978" + isbn[:9])
    return None


def isbns_in(text: str) -> list[str]:
    """Those among other words: "ISBN-10: 0-306-40615-2, paperback" -> 9780306406157.

    Nine digits alone are ten whose zero in front is lost.
    """
    found = []
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        parts = _PART.findall(run[0])
        for first in range(len(parts)):
            ways = ("".join(parts[first:end]) for end in range(first + 1, len(parts) + 1))
            found += [to_isbn13(way) for way in takewhile(_may_grow, ways) if len(way) >= 10]
        if len(whole := "".join(parts)) == 9:
            found.append(to_isbn13("0" + whole))
    return list(dict.fromkeys(filter(None, found)))


def _may_grow(digits: str) -> bool:
    return len(digits) <= 13


def why_not(text: str) -> WhyNot | None:
    """None when `text` is an ISBN."""
    if to_isbn13(text):
        return None
    if _SCIENTIFIC.fullmatch(text.strip()):
        return SCIENTIFIC
    isbn = _bare(text)
    if _THIRTEEN.fullmatch(isbn):
        return _wrong_last(check_digit_13(isbn))
    if _TEN.fullmatch(isbn):
        return _wrong_last(check_digit_10(isbn))
    if re.fullmatch("[0-9]{13}", isbn):
        return NOT_A_BOOK
    if re.fullmatch("[0-9]{6,8}[0-9X]", isbn):
        return LOST_ZERO
    return WRONG_FORM


def with_check_digit(first_twelve: str) -> str:
    return first_twelve + check_digit_13(first_twelve)


def check_digit_13(digits: str) -> str:
    """What the first twelve ask for as the thirteenth."""
    return str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits[:12])) % 10)


def check_digit_10(digits: str) -> str:
    """What the first nine ask for as the tenth."""
    return "0123456789X"[-sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11]


def _bare(text: str) -> str:
    without_prefix = _PREFIX.sub("", text.strip(), count=1)
    bare = _HYPHENS_AND_SPACES.sub("", without_prefix).translate(_CYRILLIC_X)
    # A spreadsheet's 9780306406157.0 has lost nothing.
    return bare.removesuffix(".0") if len(bare) == 15 else bare


def _wrong_last(expected: str) -> WhyNot:
    return WhyNot(
        "isbn_checksum",
        N_(
            "The ISBN is mistyped: its last character does not fit the others "
            "(it would be %(expected)s if they are right)."
        ),
        {"expected": expected},
    )
