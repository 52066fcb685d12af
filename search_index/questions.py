"""What is asked of the index, and what it answers."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Protocol

from bookshop.books.isbn import WhyNot
from bookshop.money import Money

MOST_PER_PAGE = 100
LATEST_YEAR = 9999
CONDITIONS = (
    *("category", "language", "seller", "min_price", "max_price", "min_year", "max_year"),
    "in_stock",
)


class Sort(StrEnum):
    RELEVANCE = "relevance"  # without words: newest first
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "-price"
    OLDEST_EDITION = "year"
    NEWEST_EDITION = "-year"
    TITLE = "title"


@dataclass(frozen=True)
class Question:
    """Empty words ask for everything that is on sale."""

    words: str = ""
    category: str | None = None
    language: str | None = None
    seller: str | None = None  # the login
    min_price: Money | None = None
    max_price: Money | None = None  # both included
    min_year: int | None = None
    max_year: int | None = None  # both included
    in_stock: bool = False
    as_typed: bool = False  # the words as they stand: nothing corrected, nothing but near
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 20

    @property
    def conditions(self) -> list[str]:
        """Those that are set."""
        return [name for name in CONDITIONS if getattr(self, name) != getattr(_ANYTHING, name)]

    def without(self, condition: str) -> "Question":
        return replace(self, **{condition: getattr(_ANYTHING, condition)})

    @property
    def is_new(self) -> bool:
        """Somebody has just typed it: the first page, nothing chosen, sorted or asked again."""
        return bool(self.words.strip()) and self == Question(self.words, per_page=self.per_page)


_ANYTHING = Question()


@dataclass(frozen=True)
class PriceBand:
    """Both ends belong to it, so they fit min_price and max_price as they are."""

    min_price: Money
    max_price: Money | None
    count: int


@dataclass(frozen=True)
class YearBand:
    """Both ends belong to it."""

    min_year: int | None
    max_year: int | None
    count: int


@dataclass(frozen=True)
class Facets:
    """How many books each choice would leave, with all the other filters kept; most first."""

    category: dict[str, int] = field(default_factory=dict)
    language: dict[str, int] = field(default_factory=dict)
    seller: dict[str, int] = field(default_factory=dict)
    price: list[PriceBand] = field(default_factory=list)
    year: list[YearBand] = field(default_factory=list)  # a book without one counts in none
    in_stock: int = 0


@dataclass(frozen=True)
class Found:
    book_ids: list[int]  # one page of them, best first
    total: int
    took_ms: float
    facets: Facets = field(default_factory=Facets)
    did_you_mean: str | None = None  # the words that were looked for instead
    nearest: bool = False  # no book has all the words: these have some
    degraded: bool = False  # the index is away: plain SQL answered, without facets
    cut_short: bool = False  # it would have taken too long: some of the looking was left out
    left_out: bool = False  # more words than anybody types: those behind were not looked for
    wrong_isbn: WhyNot | None = None  # of a number that is nearly one
    without: dict[str, int] = field(default_factory=dict)  # of no books: each condition given up
    matching: int = 0  # books, whatever the conditions


@dataclass(frozen=True)
class Suggestion:
    kind: Literal["book", "author"]
    text: str
    book_id: int | None = None


class SearchIndex(Protocol):
    """Finds what is on sale. It can be thrown away and rebuilt from the database at any time."""

    def find(self, question: Question) -> Found:
        """Answers any string whatever, and never fails because of the index."""

    def suggest(self, words: str, limit: int = 8) -> list[Suggestion]:
        """Authors and books for what is typed so far, from the second letter."""

    def put(self, book_ids: Collection[int]) -> None:
        """Make the index say what the database says about these books. Safe to repeat."""

    def rebuild(self) -> int:
        """Build it anew from the database while readers keep on; tells how many books it holds."""

    def repair(self) -> bool:
        """Rebuild it if it is missing or damaged; tells whether it was."""

    def contents(self) -> dict[int, int]:
        """Every book that can be found, at which revision; none if the index is damaged."""
