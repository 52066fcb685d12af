"""What customers type over the sample catalogues, and the book they mean.

In judgements/sample_catalogue.csv `book` is an ISBN, or several with " | " between them where
any will do. The list is the measure: tune the understanding of queries, never the list.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bookshop.books.models import Book
from bookshop.users.models import Role
from demo.sample import CATALOGUES, FOLDER
from search_index import Question
from tests.postgres.server import empty_schema
from tests.search_index.conftest import index_of, on_both_samples
from tests.search_index.usual_recipe import UsualRecipe
from tests.shop import Shop

JUDGEMENTS = Path(__file__).parent / "judgements" / "sample_catalogue.csv"
FIRST = 10  # as far as a customer looks

Finder = Callable[[str], list[str]]  # words -> the first ISBNs, best first


@dataclass(frozen=True)
class Judgement:
    kind: str
    query: str
    language: str
    books: tuple[str, ...]

    def rank(self, found: Sequence[str]) -> int | None:
        """Where the first of the right books stands, from 1."""
        return next((at for at, isbn in enumerate(found, 1) if isbn in self.books), None)


class Ranks:
    """The ranks that some judgements came to."""

    def __init__(self, asked: dict[Judgement, int | None]) -> None:
        self.asked = asked

    @classmethod
    def of(cls, judgements: Sequence[Judgement], finds: Finder) -> "Ranks":
        return cls({each: each.rank(finds(each.query)[:FIRST]) for each in judgements})

    @property
    def recall(self) -> float:
        return sum(rank is not None for rank in self.asked.values()) / len(self.asked)

    @property
    def mrr(self) -> float:
        return sum(1 / rank for rank in self.asked.values() if rank) / len(self.asked)

    def __str__(self) -> str:
        """Per kind, and below each kind what was missed or is not first."""
        kinds: dict[str, dict[Judgement, int | None]] = defaultdict(dict)
        for judgement, rank in self.asked.items():
            kinds[judgement.kind][judgement] = rank
        return "\n".join([self._line("all"), *(Ranks(some)._kind() for some in kinds.values())])

    def _kind(self) -> str:
        lines = [self._line(next(iter(self.asked)).kind)]
        for judgement, rank in self.asked.items():
            if rank != 1:
                lines.append(f"    {rank or 'missed'}: {judgement.query} -> {judgement.books}")
        return "\n".join(lines)

    def _line(self, name: str) -> str:
        return f"{name}: {len(self.asked)} queries, recall {self.recall:.3f}, MRR {self.mrr:.3f}"


@pytest.fixture(scope="module")
def judgements() -> list[Judgement]:
    with JUDGEMENTS.open(encoding="utf-8", newline="") as lines:
        return [
            Judgement(row["kind"], row["query"], row["language"], tuple(row["book"].split(" | ")))
            for row in csv.DictReader(lines)
        ]


@pytest.fixture(scope="module")
def shop(
    sample_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """Each seller of the demo has uploaded his catalogue, and the index has heard of it."""
    folder = tmp_path_factory.mktemp("shop")
    with ExitStack() as stack:
        url = None
        if sample_kind == "postgres":
            url = stack.enter_context(empty_schema(request.getfixturevalue("server")))
        shop = Shop(folder, url)
        stack.callback(shop.database.engine.dispose)
        shop.index = shop.tools.outside.index = index_of(sample_kind, folder, shop.database)
        for login, name in CATALOGUES.items():
            shop.puts_on_sale(shop.has(login, Role.SELLER), (FOLDER / name).read_bytes())
        yield shop


@pytest.fixture(scope="module")
def books(shop: Shop) -> dict[int, Book]:
    with shop.database.reading() as session:
        return {book.id: book for book in session.scalars(select(Book))}


@on_both_samples
def test_the_book_that_is_meant_is_among_the_first_ten_and_mostly_first(
    shop: Shop, books: dict[int, Book], judgements: list[Judgement]
) -> None:
    """The same for every index: the understanding and the ranking are the same."""

    def finds(words: str) -> list[str]:
        found = shop.index.find(Question(words, per_page=FIRST))
        return [books[book_id].isbn13 or "" for book_id in found.book_ids]

    ranks = Ranks.of(judgements, finds)

    assert ranks.recall >= 0.98, f"recall\n{ranks}"
    assert ranks.mrr >= 0.92, f"MRR\n{ranks}"


def test_the_usual_recipe_finds_less_than_two_books_of_five(
    books: dict[int, Book], judgements: list[Judgement]
) -> None:
    recipe = UsualRecipe(books.values())

    ranks = Ranks.of(judgements, lambda words: recipe.find(words, most=FIRST))

    assert ranks.recall < 0.40, f"the list is too easy\n{ranks}"


def test_the_list_is_wide(books: dict[int, Book], judgements: list[Judgement]) -> None:
    kinds = Counter(judgement.kind for judgement in judgements)
    named = Counter(isbn for judgement in judgements for isbn in judgement.books)

    assert named.keys() <= {book.isbn13 for book in books.values()}
    assert min(kinds.values()) >= 10
    assert max(named.values()) <= 4
