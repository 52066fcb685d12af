"""The one place where a text is put into the reader's language (gettext, English is the source)."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.support import Translations

LANGUAGES = ("ru", "en")
SHOP_ZONE = ZoneInfo("Europe/Moscow")  # in which every time is told
FOLDER = Path(__file__).parent


def N_(text: str) -> str:
    """Mark a text for the translators where it is written; it is translated where it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    """English for every language there is no catalogue for."""
    return Translations.load(FOLDER, [language], domain="messages")


class Texts(list[str]):
    """Marked texts within another, put into the reader's language together with it."""

    def __str__(self) -> str:
        return ", ".join(self)


def say(language: str, text: str, **params: object) -> str:
    """`text` is the English with %(name)s places; the answer is in `language`."""
    said = translations(language).gettext(text)
    told = {name: _told(language, value) for name, value in params.items()}
    return said % told if told else said


def _told(language: str, value: object) -> object:
    """Texts that were kept as JSON have come back as a list."""
    return Texts(say(language, text) for text in value) if isinstance(value, list) else value


def say_many(language: str, one: str, many: str, n: int, **params: object) -> str:
    """The form that goes with the number: 1 книга, 2 книги, 5 книг. `n` is a parameter too."""
    return translations(language).ngettext(one, many, n) % {"n": n, **params}
