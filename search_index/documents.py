"""What of a book goes into the index: words to find it by, never its whole text."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Existence

from bookshop.books.models import BETWEEN_AUTHORS
from search_index.language import (
    COMMON_WORDS,
    abbreviations,
    initials,
    main_title,
    stem,
    stems,
    title_keys,
    words,
)
from search_index.numbers import numbers, part_numbers

# Whoever lets a book be analysed in another way raises it: an older index is then built anew.
EDITION = 3

TITLE, SERIES, AUTHORS, INITIALS = 4, 2, 4, 1  # whole numbers: an index keeps them in a byte
HEAVIEST = 255


class Terms(FieldType):  # type: ignore[misc]
    """Words that are already analysed."""

    def __init__(self) -> None:
        super().__init__(Existence(), analyzer=None)


SCHEMA = Schema(
    book=STORED(),
    revision=STORED(),
    isbn=Terms(),
    words=Terms(),  # stems of title, series and authors; "12" for twelve, "#2" for its second part
    named=Terms(),  # stems of the title without what stands behind it
    prose=Terms(),  # stems of category, publisher and description, and the year
    title=Terms(),  # the title as one term
    author=Terms(),  # each author's name as one term, as it is written
    spelt=Terms(),  # the words as they are written
)
FIELDS = ("isbn", "words", "named", "prose", "title", "author", "spelt")


class Described(Protocol):
    """A book, or as much of it as is read from the database."""

    isbn13: str | None
    title: str
    authors: str
    series: str
    publisher: str
    category: str
    description: str
    volume: str
    year: int | None


@dataclass(frozen=True)
class Document:
    terms: dict[str, Collection[str]]  # by field; those of `words` come with their weights
    naming: int  # words in the title as `named` has it
    sort_key: str


def document(book: Described) -> Document:
    titled, in_series = words(book.title), words(book.series)
    authors = [_author(name[:200]) for name in book.authors.split(BETWEEN_AUTHORS) if name]
    weights: defaultdict[str, int] = defaultdict(int)
    _weigh(weights, terms(titled), TITLE)
    _weigh(weights, terms(in_series), SERIES)
    _weigh(weights, (f"#{part}" for part in _parts(book, [*titled, *in_series])), TITLE)
    for author in authors:
        _weigh(weights, author.terms, AUTHORS)
        _weigh(weights, author.initials, INITIALS)
    naming = _naming(book.title, titled)
    return Document(
        {
            "isbn": [book.isbn13] if book.isbn13 else [],
            "words": weights,
            "named": set(terms(naming)),
            "prose": set(stems(_prose(book))),
            "title": title_keys(book.title),
            "author": {author.name for author in authors},
            "spelt": {*titled, *in_series, *(word for each in authors for word in each.words)},
        },
        _units(naming),
        " ".join(titled),
    )


def terms(all_words: Sequence[str]) -> list[str]:
    """Stems, and in digits what numbers the words say."""
    said = [str(number.value) for number in numbers(all_words)] if _counts(all_words) else []
    plain = [stem(word) for word in all_words]
    return [*plain, *(value for value in said if value not in plain), *abbreviations(all_words)]


def _counts(all_words: Iterable[str]) -> bool:
    """Whether there may be a number in it: to look for one takes long, and few titles have any."""
    return any(map(_may_be_a_number, all_words))


@lru_cache(20_000)
def _may_be_a_number(word: str) -> bool:
    return len(word) == 1 or bool(numbers([word]))


@dataclass(frozen=True)
class _Author:
    name: str
    words: list[str]
    terms: list[str]
    initials: list[str]


@lru_cache(10_000)
def _author(name: str) -> _Author:
    """Many books are by the same."""
    parts = words(name)
    return _Author(name, parts, terms(parts), initials(name))


def _weigh(weights: dict[str, int], all_terms: Iterable[str], weight: int) -> None:
    for term in all_terms:
        weights[term] += weight


def _parts(book: Described, told: Sequence[str]) -> set[int]:
    parts = part_numbers(told, f"{book.title} {book.series}") if _counts(told) else set()
    volume = f"vol {book.volume}" if book.volume else ""
    return parts | part_numbers(words(volume), volume) if volume else parts


def _naming(title: str, titled: list[str]) -> list[str]:
    """What the title says, without its common words if it has others."""
    main = main_title(title)
    all_words = titled if main == title else words(main)
    return [word for word in all_words if word not in COMMON_WORDS] or all_words


def _units(all_words: list[str]) -> int:
    """A number of several words is one."""
    if not _counts(all_words):
        return len(all_words)
    return len(all_words) - sum(number.end - number.start - 1 for number in numbers(all_words))


def _prose(book: Described) -> str:
    return f"{book.category} {book.publisher} {book.description} {book.year or ''}"
