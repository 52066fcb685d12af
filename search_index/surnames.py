"""The surname of an author in any case: «Толстого» is of Толстой, «Чеховым» of Чехов."""

from collections.abc import Iterable, Iterator

from search_index.language import is_cyrillic, words

_SHORTEST_BASE = 3
_OF_AN_ADJECTIVE = ("ого", "его", "ому", "ему", "ым", "им", "ом", "ем", "ая", "ую", "ые", "ых")
_OF_A_SOFT_NOUN = ("я", "ю", "ем", "е", "и", "ей")
_CASES = {
    "": ("а", "у", "ым", "ом", "е", "ой", "ы", "ых"),
    "ой": _OF_AN_ADJECTIVE,
    "ый": _OF_AN_ADJECTIVE,
    "ий": _OF_AN_ADJECTIVE,
    "ь": _OF_A_SOFT_NOUN,
    "й": _OF_A_SOFT_NOUN,
    "а": ("ы", "и", "е", "у", "ой"),
    "я": ("и", "е", "ю", "ей"),
}


def may_be(word: str) -> Iterator[str]:
    """Every surname that the word may be a form of, if anybody is called so."""
    yield word
    if not is_cyrillic(word):
        return
    for nominative, endings in _CASES.items():
        for ending in endings:
            base = word.removesuffix(ending)
            if base != word and len(base) >= _SHORTEST_BASE:
                yield base + nominative


def is_of_any(surname: str, names: Iterable[str]) -> bool:
    """Of "Лев Толстой" as of "Толстой Л. Н."."""
    return any(_surname(name) == surname for name in names)


def _surname(name: str) -> str | None:
    return next((word for word in reversed(words(name)) if len(word) > 1), None)
