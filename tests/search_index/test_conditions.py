"""Whoever answers, the conditions mean the same: over both indexes, and in SQL without any."""

from collections.abc import Callable
from typing import Any

import pytest

from bookshop.database import Database
from bookshop.money import Money
from search_index import Found, Question, SearchIndex, Sort, without_index
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import POSTGRES

Find = Callable[[Question], Any]

on_all_doors = pytest.mark.parametrize(
    ("kind", "door"),
    [
        ("whoosh", "index"),
        ("whoosh", "sql"),
        pytest.param("postgres", "index", marks=POSTGRES.marks),
        pytest.param("postgres", "sql", marks=POSTGRES.marks),
    ],
)


@pytest.fixture
def found(catalogue: Catalogue, index: SearchIndex, database: Database, door: str) -> Find:
    """Three books. Of the first, boris has no copies and is cheapest; of the second, he is dear."""
    emma = catalogue.sells("Emma", seller="anna", price=450, category="Fiction>Classics", year=1815)
    catalogue.sells_also(emma, seller="boris", price=100, copies=0)
    catalogue.sells_also(emma, seller="clara", price=600)
    idiot = catalogue.sells("Идиот", seller="boris", price=900, category="Fiction > Classics ")
    catalogue.sells_also(idiot, seller="anna", price=200)
    catalogue.sells("Gone", seller="boris", price=300, copies=0, category="Fictional", year=2003)
    index.rebuild()

    def found(question: Question) -> Any:
        if door == "index":
            return index.find(question)
        return without_index.find(database, question, seconds=60)

    return found


def roubles(amount: int) -> Money:
    return Money(amount * 100)


BEYOND = 10**30
CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"Emma", "Идиот", "Gone"}),
    # the cheapest that can be had counts, and where none can, the cheapest
    ({"max_price": roubles(449)}, {"Идиот", "Gone"}),
    ({"min_price": roubles(450), "max_price": roubles(450)}, {"Emma"}),
    ({"min_price": roubles(451)}, set()),
    ({"in_stock": True}, {"Emma", "Идиот"}),
    # with a seller, it is his own
    ({"seller": "boris"}, {"Emma", "Идиот", "Gone"}),
    ({"seller": "boris", "in_stock": True}, {"Идиот"}),
    ({"seller": "boris", "max_price": roubles(300)}, {"Emma", "Gone"}),
    ({"seller": "boris", "max_price": roubles(300), "in_stock": True}, set()),
    ({"seller": "boris", "min_price": roubles(900), "in_stock": True}, {"Идиот"}),
    ({"seller": "clara", "max_price": roubles(500)}, set()),
    ({"seller": "anna", "max_price": roubles(500), "in_stock": True}, {"Emma", "Идиот"}),
    ({"seller": "nobody"}, set()),
    # a path, however it is written
    ({"category": "Fiction"}, {"Emma", "Идиот"}),
    ({"category": " Fiction >Classics"}, {"Emma", "Идиот"}),
    ({"category": "Fiction > Class"}, set()),
    # any number
    ({"min_price": Money(BEYOND)}, set()),
    ({"max_price": Money(BEYOND), "min_price": Money(-BEYOND)}, {"Emma", "Идиот", "Gone"}),
    ({"max_price": Money(-BEYOND)}, set()),
    ({"seller": "boris", "max_price": Money(BEYOND)}, {"Emma", "Идиот", "Gone"}),
    ({"max_price": Money(0)}, set()),
    ({"min_year": BEYOND}, set()),
    ({"min_year": -BEYOND, "max_year": BEYOND}, {"Emma", "Gone"}),
]


@on_all_doors
def test_one_offer_of_a_book_must_fulfil_all_the_conditions(
    found: Find, catalogue: Catalogue
) -> None:
    for conditions, expected in CASES:
        answer = found(Question(**conditions))

        assert set(catalogue.titles(answer)) == expected, conditions
        assert answer.total == len(expected), conditions


@on_all_doors
def test_the_price_in_the_order_is_that_of_the_offer_that_counts(
    found: Find, catalogue: Catalogue
) -> None:
    by_price = [Question(sort=Sort.CHEAPEST), Question(sort=Sort.CHEAPEST, seller="boris")]

    assert [catalogue.titles(found(question)) for question in by_price] == [
        ["Идиот", "Gone", "Emma"],
        ["Emma", "Gone", "Идиот"],
    ]


@pytest.mark.parametrize(
    ("kind", "door"), [("whoosh", "index"), pytest.param("postgres", "index", marks=POSTGRES.marks)]
)
@pytest.mark.parametrize(
    "conditions",
    [
        {"in_stock": True},
        {"max_price": roubles(300)},
        {"seller": "boris"},
        {"seller": "boris", "max_price": roubles(300)},
        {"seller": "boris", "max_price": roubles(300), "in_stock": True, "category": "Fiction"},
    ],
    ids=str,
)
def test_counts_and_ways_on_are_what_the_other_questions_find(
    found: Find, conditions: dict[str, Any]
) -> None:
    answer: Found = found(Question(**conditions))

    for seller in ("anna", "boris", "clara"):
        one = found(Question(**conditions | {"seller": seller}))
        assert answer.facets.seller.get(seller, 0) == one.total
    for band in answer.facets.price:
        prices = {"min_price": band.min_price, "max_price": band.max_price}
        assert found(Question(**conditions | prices)).total == band.count
    in_stock = found(Question(**conditions | {"in_stock": True}))
    assert answer.facets.in_stock == in_stock.total
    ways = {name: found(Question(**conditions).without(name)).total for name in conditions}
    assert answer.without == ({} if answer.total else ways)
    assert answer.matching == found(Question()).total


@pytest.mark.parametrize(("kind", "door"), [("whoosh", "index")])
def test_what_several_sellers_ask_outlives_changes_and_commits(
    found: Find, catalogue: Catalogue, index: SearchIndex
) -> None:
    """A reader goes on from one commit to the next; a new one reads what was written."""
    boris_has = Question(seller="boris", in_stock=True)
    assert catalogue.titles(found(boris_has)) == ["Идиот"]
    for n in range(3):
        book = catalogue.sells(f"Persuasion {n}", seller="anna", price=500)
        catalogue.sells_also(book, seller="boris", price=700 + n)
        index.put([book])

    def titles(most: int) -> set[str]:
        return set(catalogue.titles(found(Question(seller="boris", max_price=roubles(most)))))

    for _ in range(2):
        assert titles(701) == {"Emma", "Gone", "Persuasion 0", "Persuasion 1"}
        index.rebuild()
