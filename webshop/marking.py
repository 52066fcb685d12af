"""Marks the words that were looked for, by what the index compares: стульев is in «Стулья»."""

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from search_index.documents import terms
from search_index.language import COMMON_WORDS, words

Mark = Callable[[str], Markup]

_FEWEST_LETTERS = 3  # of a word that is still being typed
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`+#]+[^\W_]*)*")


def marking(looked_for: str, texts: Iterable[str]) -> Mark:
    """For the texts of one page. If none has the last word, it was the beginning of one."""
    asked = words(looked_for)
    telling = [word for word in asked if word not in COMMON_WORDS] or asked
    wanted = set(terms(telling))
    beginning = ""
    if telling and len(telling[-1]) >= _FEWEST_LETTERS:
        last = set(terms(telling[-1:]))
        if not any(last & set(terms(words(text))) for text in texts):
            beginning = telling[-1]

    def is_wanted(written: str) -> bool:
        own = words(written)
        begins_so = bool(beginning) and any(word.startswith(beginning) for word in own)
        return begins_so or not wanted.isdisjoint(terms(own))

    def mark(text: str) -> Markup:
        return _joined(_parts(text, is_wanted)) if wanted else escape(text)

    return mark


def _parts(text: str, is_wanted: Callable[[str], bool]) -> Iterable[Markup]:
    end = 0
    for word in _WORD.finditer(text):
        if is_wanted(word[0]):
            yield escape(text[end : word.start()])
            yield Markup("<mark>{}</mark>").format(word[0])
            end = word.end()
    yield escape(text[end:])


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup().join(parts)
