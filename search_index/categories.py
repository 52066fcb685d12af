"""A category may be a path, as some catalogues have it: "Fiction > Classics > Russian".

Two levels of it are counted and can be chosen; whoever chooses one gets all that is below it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

BETWEEN = " > "
_LEVELS = 2
_SIGN = re.compile(r"\s*>\s*")


def within(category: str, wanted: str) -> bool:
    return (_path(category) + BETWEEN).startswith(_path(wanted) + BETWEEN)


def parent(category: str) -> str:
    """Empty for one that stands above all others."""
    return _path(category).rpartition(BETWEEN)[0]


def name(category: str) -> str:
    """Its own, without those above it."""
    return _path(category).rpartition(BETWEEN)[2]


def summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Each of the upper levels with all that is below it: the most first, its own behind it."""
    sums: Counter[str] = Counter()
    for category, count in counts:
        sums.update(dict.fromkeys(_upper_levels(category), count))
    places = {each: place for place, each in enumerate(sorted(+sums, key=lambda c: (-sums[c], c)))}
    in_tree = sorted(places, key=lambda each: (places[parent(each) or each], places[each]))
    return {category: sums[category] for category in in_tree}


@lru_cache(10_000)
def _path(category: str) -> str:
    return BETWEEN.join(filter(None, _SIGN.split(category.strip())))


@lru_cache(10_000)
def _upper_levels(category: str) -> list[str]:
    names = _path(category).split(BETWEEN)[:_LEVELS]
    return [BETWEEN.join(names[: level + 1]) for level in range(len(names))] if names[0] else []
