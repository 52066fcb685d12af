"""How a word sounds, whatever letters it is written in: Rowling is Роулинг, voyna is война.

A word is heard as vowels (a e i o u) and classes of consonants that scripts exchange (г, х and h
are one). Its skeleton, the consonants alone, finds candidates; the vowels then tell them apart.
"""

import re
from functools import lru_cache
from itertools import islice, product

from search_index.language import is_cyrillic

_VOWELS = "aeiou"
_MOST_WAYS = 8

# fmt: off
_CYRILLIC = {
    "дж": "j", "дз": "s", "тс": "s", "тч": "j", "тх": "t", "дх": "d", "бх": "b",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "s", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "v", "х": "g", "ц": "s", "ч": "j", "ш": "j", "щ": "j", "ъ": "",
    "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}
_LATIN = {  # what may be heard more than one way has each of them
    "mc": "mk", "shch": "j", "sch": "j", "tch": "j", "sh": "j", "zh": "j", "ch": "jkg",
    "kh": "g", "gh": "g ",
    "ts": "s", "tz": "s", "th": "t", "ph": "v", "ck": "k", "wh": "uv",
    "dh": "d", "bh": "b", "lh": ["l", "lg"], "qu": ["kv", "k"],
    "au": ["au", "o"], "x": ["ks", "g"], "iy": "i", "yy": "i",
    "a": "a", "b": "b", "c": "k", "d": "d", "e": "e", "f": "v", "g": "g", "h": "g ", "i": "i",
    "j": "jig", "k": "k", "l": "l", "m": "m", "n": "n", "o": "o", "p": "p", "q": "k", "r": "r",
    "s": "s", "t": "t", "u": "u", "v": "v", "w": "uv", "y": "i", "z": "s",
}
# fmt: on
_SOFT = {"c": "s", "g": "gj"}  # before e, i and y
_LATIN_UNIT = re.compile(r"mc|shch|sch|tch|[szckgpwldb]h|t[hsz]|ck|qu|au|iy|yy|.")
_ENDS_SILENT = re.compile(r"[a-z]{2}[^aeiouy]e$|yre$")  # Jane, Eyre
_CYRILLIC_UNIT = re.compile(r"д[жзх]|т[счх]|бх|.")

# How Russian words are spelt in Latin letters, by whatever standard.
# fmt: off
_SPELT: dict[str, tuple[str, ...]] = {
    "shch": ("щ",), "sch": ("щ", "сч"), "zh": ("ж",), "kh": ("х",), "ts": ("ц", "тс"), "tz": ("ц",),
    "ch": ("ч",), "sh": ("ш",), "yo": ("е", "йо"), "jo": ("е", "йо"), "yu": ("ю",), "ju": ("ю",),
    "iu": ("ю", "иу"), "ya": ("я",), "ja": ("я",), "ia": ("я", "иа"), "ye": ("е", "ье"),
    "je": ("е",),
    "iy": ("ий",), "yy": ("ый",), "ij": ("ий",), "yj": ("ый",),
    "a": ("а",), "b": ("б",), "c": ("ц", "к"), "d": ("д",), "e": ("е", "э"), "f": ("ф",),
    "g": ("г",),
    "h": ("х", "г"), "i": ("и", "ы"), "j": ("й", "ж"), "k": ("к",), "l": ("л",), "m": ("м",),
    "n": ("н",), "o": ("о",), "p": ("п",), "q": ("я", "к"), "r": ("р",), "s": ("с",), "t": ("т",),
    "u": ("у",), "v": ("в",), "w": ("в", "ш"), "x": ("кс", "х"), "y": ("й", "ы", "ий"), "z": ("з",),
}
# fmt: on
_SPELT_UNIT = re.compile(r"shch|sch|[zkcs]h|t[sz]|[yj][ouae]|i[ua]|[iy][yj]|[a-z]")
_MOST_SPELLINGS = 64


@lru_cache(2_000)
def in_cyrillic(word: str) -> tuple[str, ...]:
    """ "voina" -> война, воина ..: every way to write it; none for what is not Latin."""
    if not re.fullmatch("[a-z]{2,40}", word):
        return ()
    units = [_SPELT[unit] for unit in _SPELT_UNIT.findall(word)]
    ways = ("".join(way) for way in islice(product(*_doubtful_last(units)), _MOST_SPELLINGS))
    return tuple(dict.fromkeys(ways))


def _doubtful_last(units: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Only so many letters may be read two ways: the others are read the likelier one."""
    left = 6
    read = []
    for unit in reversed(units):
        read.append(unit if left > 0 else unit[:1])
        left -= len(unit) > 1
    return read[::-1]


def skeletons(word: str) -> set[str]:
    """Words that sound alike share one of these; "-" stands for a vowel in front."""
    return {_skeleton(way) for way in heard(word) if way}


def _skeleton(way: str) -> str:
    bones = "".join(sound for sound in way if sound not in _VOWELS)
    return f"-{bones}" if way[0] in _VOWELS else bones


def consonants(word: str) -> int:
    """How many are heard."""
    return max((len(bones.lstrip("-")) for bones in skeletons(word)), default=0)


def unlikeness(one: str, other: str) -> float:
    """0 for what sounds the same, as a share of the word; a vowel counts half a consonant.

    What has no vowels at all is like nothing that has.
    """
    pairs = ((a, b) for a in heard(one) for b in heard(other) if _is_voiced(a) == _is_voiced(b))
    return min((_distance(a, b) / max(len(a), len(b), 1) for a, b in pairs), default=1.0)


@lru_cache(10_000)
def heard(word: str) -> tuple[str, ...]:
    """Every way to hear the word, the likeliest first: "chekhov" -> jegov, kegov."""
    ways = _cyrillic(word) if is_cyrillic(word) else _latin(word)
    return tuple(dict.fromkeys(_single(way.replace(" ", "")) for way in ways))


def _cyrillic(word: str) -> list[str]:
    return ["".join(_CYRILLIC.get(unit, unit) for unit in _CYRILLIC_UNIT.findall(word))]


def _latin(word: str) -> list[str]:
    units = _LATIN_UNIT.findall(word)
    sounds = map(_latin_unit, units, [*units[1:], ""])
    ways = ["".join(way) for way in islice(product(*sounds), _MOST_WAYS)]
    return [*ways, *(way[:-1] for way in ways)] if _ENDS_SILENT.search(word) else ways


def _latin_unit(unit: str, following: str) -> list[str]:
    if unit in _SOFT and following[:1] in ("e", "i", "y"):
        return list(_SOFT[unit])
    return list(_LATIN.get(unit, unit))


def _single(way: str) -> str:
    """Doubled letters sound like one; more of them are no word, and like nothing."""
    return re.sub(r"(.)\1", r"\1", way)


def _is_voiced(way: str) -> bool:
    return any(vowel in way for vowel in _VOWELS)


def _distance(one: str, other: str) -> float:
    """Edit distance in which a vowel costs half."""
    costs = [_cost(letter) for letter in other]
    row = [sum(costs[:n]) for n in range(len(other) + 1)]
    for letter in one:
        lost = _cost(letter)
        above, row = row, [row[0] + lost]
        for n, (beside, cost) in enumerate(zip(other, costs, strict=True)):
            swapped = above[n] + (0 if beside == letter else max(lost, cost))
            row.append(min(swapped, above[n + 1] + lost, row[n] + cost))
    return row[-1]


def _cost(letter: str) -> float:
    return 0.5 if letter in _VOWELS else 1.0
