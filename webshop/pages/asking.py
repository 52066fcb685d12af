"""A list of books as its address describes it; every condition stands in the address."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bookshop import money
from bookshop.money import Money, NotMoney
from search_index import Question, Sort
from search_index.query import LONGEST_QUESTION
from search_index.questions import CONDITIONS, LATEST_YEAR

NAMES = ("q", *CONDITIONS, "as_typed", "sort", "view", "page")
PER_PAGE = 24  # rows of 6, 4, 3 or 2 come out even
LAST_PAGE = 1_000_000  # more than there can be
LONGEST_WORDS = LONGEST_QUESTION + 1  # too long by one: the answer says that some was left out


@dataclass(frozen=True)
class Mistake:
    """What a reader typed into a field, and how it was read instead, in words."""

    typed: str
    said: str


@dataclass(frozen=True)
class Asked:
    given: dict[str, str]  # as it was read; what is not given is blank
    mistakes: dict[str, Mistake] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.given["q"]

    @property
    def view(self) -> str:
        return "rows" if self.given["view"] == "rows" else ""

    def shown(self, name: str) -> str:
        """What stands in its field: what was typed, also where it is wrong."""
        return self.mistakes[name].typed if name in self.mistakes else self.given[name]

    @property
    def filtered(self) -> bool:
        return any(self.given[name] for name in (*CONDITIONS, "as_typed", "view", "sort"))

    @property
    def question(self) -> Question:
        return Question(
            words=self.words,
            category=self.given["category"] or None,
            language=self.given["language"] or None,
            seller=self.given["seller"] or None,
            min_price=_price(self.given["min_price"]),
            max_price=_price(self.given["max_price"]),
            min_year=_year(self.given["min_year"]),
            max_year=_year(self.given["max_year"]),
            in_stock=bool(self.given["in_stock"]),
            as_typed=bool(self.given["as_typed"]),
            sort=_sort(self.given["sort"]),
            page=_page(self.given["page"]),
            per_page=PER_PAGE,
        )

    @property
    def canonical(self) -> str:
        """Of all the addresses of one list, the one to remember: words, section and page."""
        page = self.question.page
        return _address(
            {"q": self.words, "category": self.given["category"], "page": page if page > 1 else ""}
        )

    def link(self, **changes: object) -> str:
        """The same list with something changed; it begins at its first page again.

        What is changed to a blank or to None is left out.
        """
        return _address(self.given | {"page": ""} | changes)


def asked(args: Mapping[str, str]) -> Asked:
    """What cannot be understood is left out, and told: an address someone shortened still
    answers.
    """
    given = {name: " ".join(args.get(name, "").split())[:LONGEST_WORDS] for name in NAMES}
    return Asked(given, {**_misread(given), **_exchanged(given)})


def without_blanks(args: Mapping[str, str]) -> str | None:
    """The same list at an address without the empty fields a form sends along; None if there are
    none.
    """
    given = {name: args[name] for name in NAMES if name in args}
    filled = {name: text for name, text in given.items() if text.strip()}
    return _address(filled) if filled != given else None


def near(page: int, pages: int) -> list[int | None]:
    """The numbers a pager shows: the ends and the neighbours; None stands for a gap."""
    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    numbers: list[int | None] = []
    for number in shown:
        if numbers and numbers[-1] != number - 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def _address(values: Mapping[str, object]) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"/books?{query}" if query else "/books"


def _misread(given: dict[str, str]) -> dict[str, Mistake]:
    """Prices and years that are none; they are taken out of what is given."""
    mistakes = {}
    for name, (read, said) in BOUNDS.items():
        typed = given[name]
        if typed and read(typed) is None:
            given[name] = ""
            mistakes[name] = Mistake(typed, said % {"typed": typed[:20]})
    return mistakes


def _exchanged(given: dict[str, str]) -> dict[str, Mistake]:
    """From more to less was meant the other way round."""
    mistakes = {}
    for least, most in (("min_price", "max_price"), ("min_year", "max_year")):
        read, _said = BOUNDS[least]
        low, high = read(given[least]), read(given[most])
        if low is not None and high is not None and low > high:
            given[least], given[most] = given[most], given[least]
            said = _("“From” was more than “to”: the two were exchanged.")
            mistakes[least] = Mistake(given[least], said)
    return mistakes


def _price(text: str) -> Money | None:
    with suppress(NotMoney):
        price = money.parse(text.replace(",", ".").replace(" ", ""))
        return price if price >= 0 else None
    return None


def _year(text: str) -> int | None:
    is_year = text.isascii() and text.isdigit() and int(text) <= LATEST_YEAR
    return int(text) if is_year else None


def _sort(text: str) -> Sort:
    return Sort(text) if text in set(Sort) else Sort.RELEVANCE


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1


NO_PRICE = _l("“%(typed)s” is not a price and was left out: write it like 500 or 499.90.")
NO_YEAR = _l("“%(typed)s” is not a year and was left out: write it like 1999.")
BOUNDS: dict[str, tuple[Callable[[str], int | None], LazyString]] = {
    "min_price": (_price, NO_PRICE),
    "max_price": (_price, NO_PRICE),
    "min_year": (_year, NO_YEAR),
    "max_year": (_year, NO_YEAR),
}
