"""What of a book goes into the index: words to find it by, never the text itself."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, FieldType, Schema
from whoosh.formats import Existence

from bookshop.books.models import Book
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
from search_index.sounds import skeletons

TITLE, SERIES, AUTHORS, INITIALS = 4.0, 2.0, 4.0, 1.0
_HEAVIEST = 255.0


class Terms(FieldType):  # type: ignore[misc]
    """Words that are already analysed, each with its weight: {"idiot": 4.0}."""

    def __init__(self) -> None:
        super().__init__(Existence(), analyzer=None)

    def index(self, value: dict[str, float], **_: object) -> list[tuple[bytes, int, float, bytes]]:
        return [(term.encode(), 1, weight, b"") for term, weight in value.items() if term]


SCHEMA = Schema(
    book=ID(unique=True, stored=True),
    isbn=ID(),
    words=Terms(),  # stems of title, series and authors; "12" for twelve, "#2" for its second part
    named=Terms(),  # stems of the title without what stands behind it
    prose=Terms(),  # stems of category, publisher and description, and the year
    title=Terms(),  # the title as one term
    author=Terms(),  # each author's name as one term, as it is written
    spelt=Terms(),  # the words as they are written
    sound=Terms(),  # "gr=гарри": the same by their sound
    at_revision=STORED(),
    number=COLUMN(NumericColumn("q")),
    revision=COLUMN(NumericColumn("i")),
    length=COLUMN(NumericColumn("i")),
    naming=COLUMN(NumericColumn("i")),  # words in the title as `named` has it
)


def document(book: Book) -> dict[str, Any]:
    found_by = _weighed_words(book)
    spelt = _spelt_words(book)
    return {
        "book": str(book.id),
        "isbn": book.isbn13,
        "words": found_by,
        "named": _evenly(terms(" ".join(_naming(book)))),
        "prose": _evenly(
            stems(f"{book.category} {book.publisher} {book.description} {book.year or ''}")
        ),
        "title": _evenly(title_keys(book.title)),
        "author": _evenly(name[:200] for name in book.author_names),
        "spelt": _evenly(spelt),
        "sound": _evenly(f"{bones}={word}" for word in spelt for bones in _sounds(word)),
        "at_revision": book.revision,
        "number": book.id,
        "revision": book.revision,
        "length": len(found_by),
        "naming": _units(_naming(book)),
    }


def _weighed_words(book: Book) -> dict[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)
    for text, weight in ((book.title, TITLE), (book.series, SERIES), (book.authors, AUTHORS)):
        for term in terms(text):
            weights[term] += weight
    for part in _parts(book):
        weights[f"#{part}"] += TITLE
    for name in book.author_names:
        for letters in initials(name):
            weights[letters] += INITIALS
    return {stem: min(weight, _HEAVIEST) for stem, weight in weights.items()}


def _parts(book: Book) -> set[int]:
    told = f"{book.title} {book.series}"
    volume = f"vol {book.volume}" if book.volume else ""
    return part_numbers(words(told), told) | part_numbers(words(volume), volume)


def terms(text: str) -> list[str]:
    """Stems, and in digits what numbers the words say."""
    all_words = words(text)
    said = [str(number.value) for number in numbers(all_words)]
    plain = [stem(word) for word in all_words]
    return [*plain, *(value for value in said if value not in plain), *abbreviations(all_words)]


def _naming(book: Book) -> list[str]:
    """What the title says, without its common words if it has others."""
    all_words = words(main_title(book.title))
    return [word for word in all_words if word not in COMMON_WORDS] or all_words


def _units(all_words: list[str]) -> int:
    """A number of several words is one."""
    return len(all_words) - sum(number.end - number.start - 1 for number in numbers(all_words))


def _spelt_words(book: Book) -> set[str]:
    return set(words(f"{book.title} {book.series} {book.authors}"))


def _sounds(word: str) -> set[str]:
    return skeletons(word) if word.isalpha() else set()


def _evenly(terms: Iterable[str]) -> dict[str, float]:
    return dict.fromkeys(terms, 1.0)
