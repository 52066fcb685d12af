"""Catalogues of any size: plausible, always the same, and of nobody's real books.

The ISBNs lie in 979-9, which is assigned to no country; the words are drawn as in life, a few of
them often and most of them rarely.
"""

import csv
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from xml.sax.saxutils import escape

FIELDS = (
    *("isbn13", "title", "authors", "publisher", "year", "language", "price", "stock"),
    *("category", "description"),
)
_BEGINNINGS = {"en": "b c d f g h l m n p r s t w st tr", "ru": "б в г д ж з к л м н п р с т ст тр"}
_VOWELS = {"en": "a e i o u ea ou", "ru": "а е и о у ы я"}
_ENDINGS = {"en": "n r s t l m nd st", "ru": "н р с т л м ка ость"}
_WORDS = 6_000
_SECTIONS = {
    "en": ("Fiction", "Fantasy", "History", "Children", "Poetry", "Science"),
    "ru": ("Проза", "Фэнтези", "История", "Детская литература", "Поэзия", "Наука"),
}

Row = tuple[str, ...]


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """The values of FIELDS of each book; a third of them are Russian."""
    chance = random.Random(seed)
    words = {language: _vocabulary(language, chance) for language in ("en", "ru")}
    weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))
    for n in range(count):
        language = "ru" if chance.random() < 1 / 3 else "en"

        def some(few: int, many: int, language: str = language) -> list[str]:
            length = chance.randint(few, many)
            return chance.choices(words[language], cum_weights=weights, k=length)

        yield (
            _isbn(n),
            " ".join(some(1, 6)).capitalize(),
            " ".join(some(2, 2)).title(),
            " ".join(some(1, 2)).title(),
            str(chance.randint(1950, 2025)),
            language,
            f"{chance.randint(50, 3000)}.{chance.choice(('00', '50'))}",
            str(chance.randint(0, 30)),
            chance.choice(_SECTIONS[language]),
            " ".join(some(8, 30)).capitalize() + ".",
        )


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(FIELDS)
        table.writerows(rows(count))


def write_yml(path: Path, count: int) -> None:
    tags = {"isbn13": "ISBN", "title": "name", "authors": "author", "stock": "count"}
    with path.open("w", encoding="utf-8") as file:
        file.write("<yml_catalog><shop><offers>\n")
        for n, row in enumerate(rows(count)):
            said = zip(FIELDS, row, strict=True)
            inner = "".join(
                f"<{tags.get(name, name)}>{escape(value)}</{tags.get(name, name)}>"
                for name, value in said
                if name != "category"
            )
            file.write(f'<offer id="{n}" type="book">{inner}</offer>\n')
        file.write("</offers></shop></yml_catalog>\n")


def write_yaml(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("books:\n")
        for row in rows(count):
            said = (f'{name}: "{value}"' for name, value in zip(FIELDS, row, strict=True))
            file.write("  - " + "\n    ".join(said) + "\n")


def _vocabulary(language: str, chance: random.Random) -> list[str]:
    parts = [kind[language].split() for kind in (_BEGINNINGS, _VOWELS, _ENDINGS)]
    begin, vowel, end = parts
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        syllables = chance.choice((1, 2, 2, 3))
        word = "".join(chance.choice(begin) + chance.choice(vowel) for _ in range(syllables))
        words[word + chance.choice(end)] = None
    return list(words)


def _isbn(n: int) -> str:
    digits = f"9799{n:08d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
