"""Turns text into the words that are compared: the same for a book and for a question.

Lower case, ё is е, accents and apostrophes are off, and the ending is cut off by the rules of the
language the word is written in. Every word is kept: "The Who" is nothing but common words.
"""

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby

import Stemmer

LONGEST_TEXT = 10_000
_LONGEST_WORD = 50
_WORD = re.compile(r"[a-z](?:\+\+|#)(?!\w)|[^\W_]+(?:['’ʼ`][^\W_]+)*")
_APOSTROPHE = re.compile(r"['’ʼ`]")
_POSSESSIVE = re.compile(r"['’ʼ`]s$")
_LETTERS_OF_THEIR_OWN = {"ё": "е", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"}
_SUBTITLE = re.compile(r"[(\[:;]| [-–—] ")

# They help to rank, but a book need not have them unless the question has nothing else.
# fmt: off
COMMON_WORDS = frozenset((
    "a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with",
    "в", "во", "для", "до", "за", "и", "из", "к", "на", "о", "об", "от", "по", "с", "со", "у",
))
# What people say to a bookshop beside the book that they mean, in any form; it may be in a title
# all the same.
_SHOP_TALK = (
    "author", "bestseller", "book", "buy", "cheap", "cheapest", "children", "copy", "delivery",
    "discount", "download", "ebook", "edition", "epub", "find", "free", "hardback", "hardcover",
    "inexpensive", "isbn", "kids", "kindle", "looking", "need", "novel", "online", "order",
    "paperback", "pdf", "pp", "poems", "price", "publisher", "read", "sale", "shipping", "shop",
    "store", "story", "used", "want",
    "автор", "бестселлер", "бесплатно", "г", "год", "года", "году", "дешевый", "дешево", "детей",
    "детям", "доставка", "заказать", "закажу", "изд", "издание", "издательство", "исбн", "ищу",
    "книга", "книжка", "купить", "куплю", "магазин", "найти", "недорогой", "недорого", "нужна",
    "обложка", "онлайн", "отзывы", "переплет", "повесть", "почитать", "про", "распродажа",
    "рассказ", "роман", "сказки", "скачать", "скидка", "собрание", "сочинение", "стихи", "стр",
    "цена", "читать",
)
# fmt: on

# отец, отца; сестер, сестра. Both forms of every word lose it alike.
_FLEETING = re.compile(
    r"(?<=[бвгджзклмнпрстфхцчшщ])[ео](?=[кц]$)|(?<=..[бвгджзклмнпрстфхцчшщ])[ео](?=[лнр]$)"
)
_DAYS = dict.fromkeys(("дня", "дню", "днем", "дне", "дни", "дней", "дням", "днями", "днях"), "день")

_stemmers = {"en": Stemmer.Stemmer("english"), "ru": Stemmer.Stemmer("russian")}
_stemming = threading.Lock()  # a stemmer is not safe to share between threads


def words(text: str) -> list[str]:
    """ "Тёмные аллеи, the Handmaid’s" -> темные, аллеи, the, handmaid"""
    return [
        _APOSTROPHE.sub("", _POSSESSIVE.sub("", word))[:_LONGEST_WORD]
        for word in _WORD.findall(fold(text[:LONGEST_TEXT]))
    ]


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


@lru_cache(20_000)
def stem(word: str) -> str:
    with _stemming:
        if is_cyrillic(word):
            return _FLEETING.sub("", str(_stemmers["ru"].stemWord(_DAYS.get(word, word))))
        return str(_stemmers["en"].stemWord(word))


def only_helps(word: str) -> bool:
    """It says little or nothing of which book is meant."""
    return word in COMMON_WORDS or stem(word) in _stems_of_shop_talk()


@cache
def _stems_of_shop_talk() -> frozenset[str]:
    return frozenset(map(stem, _SHOP_TALK))


def is_cyrillic(word: str) -> bool:
    return any("а" <= letter <= "я" for letter in word)


def fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return text if text.isascii() else "".join(map(_plain_letter, text))


@lru_cache(20_000)
def _plain_letter(letter: str) -> str:
    if "а" <= letter <= "я":
        return letter  # й is a letter, not an и with an accent
    if letter in _LETTERS_OF_THEIR_OWN:
        return _LETTERS_OF_THEIR_OWN[letter]
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part))


def initials(name: str) -> list[str]:
    """ "J.K. Rowling" is also looked for as j, k, jk; "Антон Чехов" as а, ач."""
    letters = [word[0] for word in words(name)]
    given = letters[:-1]
    return [*given, "".join(given)] if len(given) > 1 else given


def abbreviations(all_words: Sequence[str]) -> list[str]:
    """Letters in a row, as one word: "R.U.R." is also looked for as rur."""
    runs = (list(run) for letters, run in groupby(all_words, is_letter) if letters)
    return ["".join(run) for run in runs if len(run) > 1]


def is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def title_key(text: str) -> str:
    """Equal for titles that a customer would call the same."""
    return _key(words(text))


def run_together(all_words: Sequence[str]) -> str:
    """ "Middle march" and "Middlemarch" alike; no title_key looks like it."""
    return "=" + "".join(all_words)[:200]


def main_title(title: str) -> str:
    """Without the subtitle or series behind it; a title of nothing else is whole."""
    return _SUBTITLE.split(title)[0].strip() or title


def title_keys(title: str) -> set[str]:
    """Of the whole title and of what stands before its subtitle or series."""
    told = main_title(title)
    return {title_key(title), title_key(told), run_together(words(told))} - {"", "="}


def _key(all_words: list[str]) -> str:
    telling = [word for word in all_words if word not in COMMON_WORDS]
    return " ".join(stem(word) for word in telling or all_words)[:200]
