"""What one value of a record must be: each rule answers with the value, or with what is wrong."""

import re
from collections.abc import Callable
from typing import TypeVar

from bookshop.imports.languages import language_code
from bookshop.imports.problems import Fault
from bookshop.money import CURRENCY, MINOR_UNITS
from bookshop.stock.service import MOST_ON_HAND
from bookshop.translations import N_

T = TypeVar("T")
Rule = Callable[[str], T | Fault]

MOST_EXPENSIVE = 10_000_000  # roubles
_MOST_MINOR = MOST_EXPENSIVE * MINOR_UNITS
MOST_PAGES = 100_000
OLDEST_YEAR = -3000
LONGEST_URL = 2_000

_SPACES = re.compile(r"[\s\u200b\u2060]+")
_ROUBLES = re.compile(r"(₽|руб(лей|ля|ль|\.)?|р\.?|rub|rur)$", re.IGNORECASE)
_NOT_ROUBLES = (
    r"(?:[$€£¥₴₸₾₺֏]|us\$|usd|eur|gbp|chf|cny|jpy|byn|kzt|uah|uzs|kgs|azn|amd|gel|pln|try"
    r"|евро|(?:долл|грн|тг|бел)\.?|доллар\w*|гривен|тенге|юан\w*)"
)
_NUMBER = r"[0-9][0-9 .,]*"
_IN_ANOTHER_CURRENCY = re.compile(
    f"{_NUMBER}{_NOT_ROUBLES}|{_NOT_ROUBLES} ?{_NUMBER}", re.IGNORECASE
)
_SIMPLE = re.compile(r"([1-9][0-9]{0,6})(?:\.([0-9]{2}))?")
_PLAIN = re.compile(r"([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")
_IN_THOUSANDS = re.compile(
    r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)|([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)"
)
_WHOLE = re.compile(r"([0-9]+)(?:[.,]0+)?")
_AT_LEAST = re.compile(r"(?:более|больше|свыше|от|more than|over|>=?) ?([0-9]+)|([0-9]+) ?\+")
_THOUSANDS = 3  # digits: 1.000 may be meant for one or for a thousand
_PIECES = re.compile(r"(шт|экз|pcs|copies)\.?$")
_YEAR = re.compile(r"(-?[0-9]{1,6})(?:(?:-[0-9]{2}){1,2}|\.0|(?:г|год|года)\.?)?")
_PAGES = re.compile(r"([0-9]{1,9})(?:\.0)?(?:с|стр|страниц|p|pp|pages)?\.?")
_ADDRESS = re.compile(r"https?://[^\s/\"<>\\]+[^\s\"<>\\]*", re.IGNORECASE)
PLAIN_ADDRESS = r"https?://[a-z0-9.-]+/[A-Za-z0-9./_-]*"

_STOCK_IN_WORDS = {
    **dict.fromkeys(("in stock", "available", "yes", "true", "+", "много", "мало", "есть"), 1),
    **dict.fromkeys(("на складе", "есть на складе", "в наличии", "есть в наличии", "да"), 1),
    **dict.fromkeys(("out of stock", "not available", "sold out", "no", "none", "false", "-"), 0),
    **dict.fromkeys(("нет", "нет в наличии", "нет на складе", "отсутствует", "продано"), 0),
    **dict.fromkeys(("распродано", "под заказ", "ожидается", "on order", "pre-order"), 0),
}
_OURS = {"", CURRENCY.casefold(), "rur", "₽", "руб", "руб.", "р", "р.", "рубль", "рубли"}

PRICE_BLANK = Fault("price_blank", N_("The price is missing."))
PRICE_NOT_A_NUMBER = Fault(
    "price_not_a_number", N_("The price is not a number: write it like 1234.50.")
)
PRICE_NOT_POSITIVE = Fault("price_not_positive", N_("The price must be more than 0."))
PRICE_TOO_FINE = Fault(
    "price_too_fine", N_("The price has more than two digits after the point: write 1234.50.")
)
PRICE_TOO_HIGH = Fault(
    "price_too_high", N_("The price is more than %(most)d roubles."), {"most": MOST_EXPENSIVE}
)
STOCK_BLANK = Fault(
    "stock_blank", N_("The number of copies is missing: write 0 if there are none.")
)
STOCK_NEGATIVE = Fault("stock_negative", N_("There cannot be fewer than 0 copies."))
STOCK_NOT_WHOLE = Fault("stock_not_whole", N_("The number of copies is not a whole number."))
STOCK_NOT_A_NUMBER = Fault(
    "stock_not_a_number", N_("The number of copies is not a number, nor a word we know.")
)
STOCK_TOO_HIGH = Fault(
    "stock_too_high", N_("There are more than %(most)d copies."), {"most": MOST_ON_HAND}
)
YEAR_NOT_A_NUMBER = Fault(
    "year_not_a_number", N_("The year is not a number, and is left out."), rejects=False
)
YEAR_IN_THE_FUTURE = Fault(
    "year_in_the_future", N_("The year is in the future, and is left out."), rejects=False
)
YEAR_TOO_OLD = Fault(
    "year_too_old", N_("The year is before there were books, and is left out."), rejects=False
)
PAGES_NOT_A_NUMBER = Fault(
    "pages_not_a_number", N_("The number of pages is not a number, and is left out."), rejects=False
)
LANGUAGE_UNKNOWN = Fault(
    "language_unknown", N_("This language is not known, and is left out."), rejects=False
)
COVER_NOT_AN_ADDRESS = Fault(
    "cover_not_an_address",
    N_("The cover is not an address like https://…, and is left out."),
    rejects=False,
)
CURRENCY_NOT_OURS = Fault(
    "currency_not_ours", N_("Prices are in roubles here (%(ours)s)."), {"ours": CURRENCY}
)


def price(text: str) -> int | Fault:
    """ "1 234,50 ₽" -> 123450. Nothing is rounded."""
    if simple := _SIMPLE.fullmatch(text):  # nearly all are
        return int(simple[1]) * MINOR_UNITS + int(simple[2] or 0)
    number = _ROUBLES.sub("", _SPACES.sub(" ", text).strip()).rstrip()
    if not number:
        return PRICE_BLANK
    parts = _PLAIN.fullmatch(number) or _IN_THOUSANDS.fullmatch(number)
    if not parts:
        return _no_price(number)
    whole, fraction = ([part for part in parts.groups() if part] + [""])[:2]
    if len(fraction) > _THOUSANDS:  # a database's 1234.5000 is exact
        fraction = fraction[:2] + fraction[2:].rstrip("0")
    if len(fraction) > 2:
        return PRICE_TOO_FINE
    minor = _bounded(re.sub("[., ]", "", whole) + fraction.ljust(2, "0"))
    return (minor or PRICE_NOT_POSITIVE) if minor <= _MOST_MINOR else PRICE_TOO_HIGH


def stock(text: str) -> int | Fault:
    """ "12", "12 шт." -> 12; "на складе" -> 1; "нет" -> 0."""
    words = " ".join(text.casefold().split())
    if not words:
        return STOCK_BLANK
    if words in _STOCK_IN_WORDS:
        return _STOCK_IN_WORDS[words]
    number = _PIECES.sub("", _SPACES.sub("", words))
    if at_least := _AT_LEAST.fullmatch(words):
        number = at_least[1] or at_least[2]
    if whole := _WHOLE.fullmatch(number):
        copies = _bounded(whole[1])
        return copies if copies <= MOST_ON_HAND else STOCK_TOO_HIGH
    if _PLAIN.fullmatch(number):
        return STOCK_NOT_WHOLE
    return STOCK_NEGATIVE if _is_negative(number) else STOCK_NOT_A_NUMBER


def year_up_to(this_year: int) -> Rule[int | None]:
    def year(text: str) -> int | Fault | None:
        """ "1984", "1984 г." -> 1984."""
        bare = _SPACES.sub("", text.casefold()).replace("\N{MINUS SIGN}", "-")
        if not bare:
            return None
        found = _YEAR.fullmatch(bare)
        if not found or int(found[1]) == 0:
            return YEAR_NOT_A_NUMBER
        if int(found[1]) > this_year:
            return YEAR_IN_THE_FUTURE
        return int(found[1]) if int(found[1]) >= OLDEST_YEAR else YEAR_TOO_OLD

    return year


def pages(text: str) -> int | Fault | None:
    bare = _SPACES.sub("", text.casefold())
    if not bare:
        return None
    found = _PAGES.fullmatch(bare)
    return int(found[1]) if found and 0 < int(found[1]) <= MOST_PAGES else PAGES_NOT_A_NUMBER


def language(text: str) -> str | Fault:
    return (language_code(text) or LANGUAGE_UNKNOWN) if text.strip() else ""


def cover_url(text: str) -> str | Fault:
    address = text.strip()
    if not address:
        return ""
    fits = len(address) <= LONGEST_URL and _ADDRESS.fullmatch(address)
    return address if fits else COVER_NOT_AN_ADDRESS


def currency(text: str) -> str | Fault:
    return CURRENCY if text.strip().casefold() in _OURS else CURRENCY_NOT_OURS


def _no_price(number: str) -> Fault:
    if _IN_ANOTHER_CURRENCY.fullmatch(number):
        return CURRENCY_NOT_OURS
    return PRICE_NOT_POSITIVE if _is_negative(number) else PRICE_NOT_A_NUMBER


def _is_negative(number: str) -> bool:
    return number[:1] in ("-", "\N{MINUS SIGN}") and bool(_PLAIN.fullmatch(number[1:].strip()))


def _bounded(digits: str) -> int:
    """Exact up to fifteen digits; longer ones are all the same to every limit here."""
    return int(digits.lstrip("0")[:16] or "0")
