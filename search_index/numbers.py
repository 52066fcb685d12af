"""Numbers however they are written: 12, двенадцать, двенадцатый, twelve, the 12th, XII.

A book and a question say a number in their own way, so both are told what it is in digits.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

_ADJECTIVE = ["ый", "ая", "ое", "ого", "ому", "ым", "ом", "ую", "ой", "ые", "ых", "ыми", "ым"]
_NOUN = ("ь", "и", "ью", "ьи")

_RUSSIAN: dict[str, int] = {}
_ENGLISH: dict[str, int] = {}
_ORDINAL: set[str] = set()
_MULTIPLIES = frozenset((100, 1_000, 1_000_000))


class Number(NamedTuple):
    """Words [start:end) of a text say this number."""

    start: int
    end: int
    value: int


def numbers(words: Sequence[str]) -> list[Number]:
    """From the first word on; "hundred and one" is one number, "one two" are two."""
    found, at = [], 0
    while at < len(words):
        number = _in_digits(words, at) or _in_words(words, at) or _roman(words, at)
        if number:
            found.append(number)
        at = number.end if number else at + 1
    return found


# Of a number that counts the parts of something.
# fmt: off
PARTS = frozenset((
    "book", "books", "issue", "no", "part", "tome", "vol", "vols", "volume", "band", "teil",
    "вып", "выпуск", "кн", "книга", "книге", "т", "том", "тома", "томе", "ч", "части", "часть",
))
# fmt: on


def part_numbers(words: Sequence[str], text: str) -> set[int]:
    """Which part of a series it is: "том 2", "second book", "(Earthsea #2)"."""
    said = {int(number) for number in _HASH.findall(text)}
    if _RANGE.search(text):
        return said  # a box of several
    for number in numbers(words):
        before, after = words[max(0, number.start - 1) : number.start], words[number.end :][:1]
        is_ordinal = words[number.end - 1] in _ORDINAL
        if PARTS.intersection(before) or (is_ordinal and PARTS.intersection(after)):
            said.add(number.value)
    return said


_HASH = re.compile(r"[#№]\s*0*(\d{1,4})(?![\d.]*\d|\s*[-–&])")
_RANGE = re.compile(r"\d\s*[-–&]\s*\d")


def _in_digits(words: Sequence[str], at: int) -> Number | None:
    """150 000 000 is one number; so is 1-й, 3rd and 007."""
    if match := re.fullmatch(r"(\d{1,18})(?:st|nd|rd|th)?", words[at]):
        digits = match[1]
        more = list(takewhile(lambda word: re.fullmatch(r"\d{3}", word), words[at + 1 : at + 5]))
        if more and len(digits) <= 3 and not digits.startswith("0"):
            return Number(at, at + 1 + len(more), int(digits + "".join(more)))
        return Number(at, at + 1, int(digits))
    return None


def _in_words(words: Sequence[str], at: int) -> Number | None:
    total = current = 0
    end = at
    for place, word in _number_words(words, at):
        value = _ENGLISH.get(word, _RUSSIAN.get(word, 0))
        if value in _MULTIPLIES and not (value == 100 and word in _RUSSIAN):
            current = max(1, current) * value
            if value > 100:
                total, current = total + current, 0
        elif _fits_below(current, value):
            current += value
        elif word in _ENGLISH and value >= 10 and current < 100 and not total:
            current = current * 100 + value  # nineteen eighty-four, four fifty-one
        else:
            break
        end = place + 1
        if word in _ORDINAL:
            break
    return Number(at, end, total + current) if end > at else None


def _number_words(words: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    for place in range(at, len(words)):
        word = words[place]
        if word in _ENGLISH or word in _RUSSIAN:
            yield place, word
        elif not (word == "and" and place > at and words[place - 1] in ("hundred", "thousand")):
            return


def _fits_below(current: int, value: int) -> bool:
    """six hundred + twelve, eighty + four; not six + twelve"""
    return current == 0 or (value > 0 and current % 10 ** len(str(value)) == 0)


_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_DIGITS = {"x": 10, "v": 5, "i": 1}


def _roman(words: Sequence[str], at: int) -> Number | None:
    """Up to 39. One letter alone may be anything, unless it is the last: Henry V."""
    word = words[at]
    if not _ROMAN.fullmatch(word) or (len(word) < 2 and (at == 0 or at + 1 < len(words))):
        return None
    digits = [_ROMAN_DIGITS[letter] for letter in word]
    after = [*digits[1:], 0]
    value = sum(-d if d < n else d for d, n in zip(digits, after, strict=True))
    return Number(at, at + 1, value) if value else None


def _learn(known: dict[str, int], value: int, cardinals: str, ordinals: str = "") -> None:
    for word in cardinals.split():
        known[word] = value
    for word in ordinals.split():
        known[word] = value
        _ORDINAL.add(word)


def _declined(stems: str, endings: Sequence[str]) -> str:
    return " ".join(stem + ending for stem in stems.split() for ending in endings)


def _learn_english() -> None:
    units = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    )
    units += " sixteen seventeen eighteen nineteen"
    ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    ordinals += " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
    for value, (cardinal, ordinal) in enumerate(
        zip(units.split(), ordinals.split(), strict=True), start=1
    ):
        _learn(_ENGLISH, value, cardinal, ordinal)
    tens = "twenty thirty forty fifty sixty seventy eighty ninety"
    for value, ten in enumerate(tens.split(), start=2):
        _learn(_ENGLISH, 10 * value, ten, ten[:-1] + "ieth")
    for value, word in ((100, "hundred"), (1_000, "thousand"), (1_000_000, "million")):
        _learn(_ENGLISH, value, word, word + "th")


def _learn_russian() -> None:
    _learn(_RUSSIAN, 1, "один одна одно одного одной одному одним одном одну")
    _learn(_RUSSIAN, 2, "два две двух двум двумя двое двоих", "второй")
    _learn(_RUSSIAN, 3, "три трех трем тремя трое троих")
    _learn(_RUSSIAN, 4, "четыре четырех четырем четырьмя четверо")
    third = ["ий", "ья", "ье", "ьего", "ьей", "ьему", "ьим", "ьем", "ью", "ьи", "ьих", "ьими"]
    _learn(_RUSSIAN, 3, "", _declined("трет", third))
    for value, stem in (
        (1, "перв"),
        (2, "втор"),
        (4, "четверт"),
        (6, "шест"),
        (7, "седьм"),
        (8, "восьм"),
    ):
        _learn(_RUSSIAN, value, "", _declined(stem, [*_ADJECTIVE, "ой"]))
    _learn(_RUSSIAN, 8, "восемь восьми восемью")
    teens = "пят шест сем девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат"
    teens += " шестнадцат семнадцат восемнадцат девятнадцат двадцат"
    for value, stem in zip((5, 6, 7, 9, *range(10, 21)), teens.split(), strict=True):
        _learn(_RUSSIAN, value, _declined(stem, ("ь", "и", "ью")))
        if value not in (6, 7):
            _learn(_RUSSIAN, value, "", _declined(stem, _ADJECTIVE))
    _learn(_RUSSIAN, 30, _declined("тридцат", ("ь", "и", "ью")), _declined("тридцат", _ADJECTIVE))
    _learn(_RUSSIAN, 40, "сорок сорока", _declined("сороков", [*_ADJECTIVE, "ой"]))
    for value, (whole, bent) in {
        50: ("пятьдесят", "пятидесят"),
        60: ("шестьдесят", "шестидесят"),
        70: ("семьдесят", "семидесят"),
        80: ("восемьдесят", "восьмидесят"),
    }.items():
        _learn(_RUSSIAN, value, f"{whole} {bent}и", _declined(bent, _ADJECTIVE))
    _learn(_RUSSIAN, 90, "девяносто девяноста", _declined("девяност", _ADJECTIVE))
    _learn(_RUSSIAN, 100, "сто ста", _declined("сот", _ADJECTIVE))
    hundreds = "двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"
    bent = "двухсот трехсот четырехсот пятисот шестисот семисот восьмисот девятисот"
    for value, (whole, many) in enumerate(
        zip(hundreds.split(), bent.split(), strict=True), start=2
    ):
        _learn(_RUSSIAN, 100 * value, f"{whole} {many}", _declined(many, _ADJECTIVE))
    thousand = _declined("тысяч", ("а", "и", "", "у", "ей", "е", "ам", "ах"))
    _learn(_RUSSIAN, 1_000, thousand, _declined("тысячн", _ADJECTIVE))
    million = _declined("миллион", ("", "а", "ов", "у", "ом", "е", "ы", "ам", "ах"))
    _learn(_RUSSIAN, 1_000_000, million)
    _learn(_RUSSIAN, 0, "ноль нуль")


_learn_english()
_learn_russian()
