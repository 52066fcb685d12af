"""A list of books as its address describes it; every condition stands in the address."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from bookshop import money
from bookshop.money import Money, NotMoney
from search_index import Question, Sort
from search_index.query import LONGEST_QUESTION
from search_index.questions import CONDITIONS, LATEST_YEAR

PER_PAGE = 24  # rows of 6, 4, 3 or 2 come out even
LAST_PAGE = 1_000_000  # more than there can be
LONGEST_WORDS = LONGEST_QUESTION + 1  # too long by one: the answer says that some was left out


@dataclass(frozen=True)
class Asked:
    given: dict[str, str]  # as it came; what is not given is blank

    @property
    def words(self) -> str:
        return self.given["q"]

    @property
    def view(self) -> str:
        return "rows" if self.given["view"] == "rows" else ""

    @property
    def filtered(self) -> bool:
        return any(self.given[name] for name in (*CONDITIONS, "as_typed", "view", "sort"))

    @property
    def question(self) -> Question:
        """What cannot be understood is left out: an address someone shortened still answers."""
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
        return self._address(
            {"q": self.words, "category": self.given["category"], "page": page if page > 1 else ""}
        )

    def link(self, **changes: object) -> str:
        """The same list with something changed; it begins at its first page again.

        What is changed to a blank or to None is left out.
        """
        return self._address(self.given | {"page": ""} | changes)

    @staticmethod
    def _address(values: Mapping[str, object]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/books?{query}" if query else "/books"


def asked(args: Mapping[str, str]) -> Asked:
    names = ("q", *CONDITIONS, "as_typed", "sort", "view", "page")
    return Asked({name: " ".join(args.get(name, "").split())[:LONGEST_WORDS] for name in names})


def near(page: int, pages: int) -> list[int | None]:
    """The numbers a pager shows: the ends and the neighbours; None stands for a gap."""
    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    numbers: list[int | None] = []
    for number in shown:
        if numbers and numbers[-1] != number - 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def _price(text: str) -> Money | None:
    with suppress(NotMoney):
        return money.parse(
            text.replace(",", ".").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        )
    return None


def _year(text: str) -> int | None:
    is_year = text.isascii() and text.isdigit() and int(text) <= LATEST_YEAR
    return int(text) if is_year else None


def _sort(text: str) -> Sort:
    return Sort(text) if text in set(Sort) else Sort.RELEVANCE


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1
