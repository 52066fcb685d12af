"""Names and codes of languages, as catalogues write them, to ISO 639-1."""

from functools import cache

from babel import Locale
from babel.core import get_global

_NAMED_IN = ("en", "ru")
_SHORT = {
    **{"рус": "ru", "англ": "en", "нем": "de", "фр": "fr", "франц": "fr", "исп": "es"},
    **{"итал": "it", "укр": "uk", "бел": "be", "польск": "pl", "кит": "zh", "яп": "ja"},
    **{"deutsch": "de", "français": "fr", "francais": "fr", "español": "es", "italiano": "it"},
}


def language_code(text: str) -> str | None:
    """ "Русский", "rus", "ru-RU" -> "ru". A language that has no two letters keeps its three."""
    name = " ".join(text.casefold().replace("ё", "е").split()).rstrip(".")
    name = name.removesuffix(" язык").removesuffix(" language")
    return _known().get(name) or _known().get(name.replace("_", "-").split("-")[0])


@cache
def _known() -> dict[str, str]:
    """What Unicode's CLDR calls the languages, and their codes of ISO 639-2."""
    known: dict[str, str] = {}
    for reader in _NAMED_IN:
        for code, name in Locale(reader).languages.items():
            if len(str(code)) in (2, 3):
                known.setdefault(str(name).casefold().replace("ё", "е"), str(code))
                known[str(code)] = str(code)
    known |= {
        alias: code
        for alias, code in get_global("language_aliases").items()
        if len(alias) == 3 and len(code) == 2
    }
    return known | _SHORT
