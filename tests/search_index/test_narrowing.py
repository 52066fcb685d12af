"""Filters, the counts beside them, the order and the pages."""

import pytest

from bookshop.money import Money
from search_index import PriceBand, Question, SearchIndex, Sort, YearBand
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import Titles, on_both

pytestmark = on_both


@pytest.fixture(autouse=True)
def shop(catalogue: Catalogue, index: SearchIndex) -> None:
    emma = catalogue.sells(
        "Emma", "Jane Austen", price=900, category="Fiction", language="en", year=1815
    )
    catalogue.sells_also(emma, seller="secondhand", price=250)
    catalogue.sells("Emma", "Jane Austen", price=700, category="Fiction", language="de", year=2003,
                    own_key="german")  # fmt: skip
    catalogue.sells("Emma and her garden", price=1200, category="Gardens", language="en")
    catalogue.sells("Emma is gone", price=400, copies=0, category="Fiction", language="en",
                    year=1950)  # fmt: skip
    catalogue.sells("Дубровский", "Александр Пушкин", seller="russian", price=300,
                    category="Проза", language="ru", year=1841)  # fmt: skip
    index.rebuild()


def test_filters_narrow_alone_and_together(titles: Titles) -> None:
    assert set(titles("emma", category="Gardens")) == {"Emma and her garden"}
    assert set(titles("emma", seller="secondhand")) == {"Emma"}
    assert len(titles("emma", language="en")) == 3
    assert len(titles("emma", language="en", category="Fiction", in_stock=True)) == 1
    assert titles("emma", category="no such category") == []
    assert titles("emma", seller="nobody") == []


def test_the_price_that_counts_is_the_least_one_that_can_be_paid(
    titles: Titles, catalogue: Catalogue, index: SearchIndex
) -> None:
    book = catalogue.sells("Persuasion", price=100, copies=0)
    catalogue.sells_also(book, seller="secondhand", price=450)
    index.put([book])

    assert titles("persuasion", min_price=Money(45000), max_price=Money(45000)) == ["Persuasion"]
    assert titles("persuasion", max_price=Money(44999)) == []


def test_counts_respect_the_other_filters_and_not_their_own(index: SearchIndex) -> None:
    facets = index.find(Question("emma", language="en", in_stock=True)).facets

    assert facets.category == {"Fiction": 1, "Gardens": 1}
    assert facets.language == {"en": 2, "de": 1}
    assert facets.seller == {"english": 2, "secondhand": 1}
    assert facets.price == [
        PriceBand(Money(0), Money(29999), 1),
        PriceBand(Money(100000), Money(149999), 1),
    ]
    assert facets.year == [YearBand(None, 1899, 1)]
    assert facets.in_stock == 2


def test_each_count_is_what_the_filter_then_finds(index: SearchIndex) -> None:
    facets = index.find(Question("emma")).facets

    for name in ("category", "language", "seller"):
        for value, count in getattr(facets, name).items():
            assert index.find(Question("emma", **{name: value})).total == count
    for band in facets.price:
        question = Question("emma", min_price=band.min_price, max_price=band.max_price)
        assert index.find(question).total == band.count
    assert [band.count for band in facets.year] == [1, 1, 1]
    for years in facets.year:
        question = Question("emma", min_year=years.min_year, max_year=years.max_year)
        assert index.find(question).total == years.count
    assert index.find(Question("emma", in_stock=True)).total == facets.in_stock == 3


def test_years_narrow_and_leave_out_what_tells_none(titles: Titles) -> None:
    assert titles("emma", min_year=1900, max_year=1960) == ["Emma is gone"]
    assert len(titles("emma", max_year=9999)) == 3
    assert titles("emma", min_year=3000) == []


def test_a_category_may_be_a_path_and_holds_what_is_below_it(
    catalogue: Catalogue, index: SearchIndex, titles: Titles
) -> None:
    for title, category in {
        "Emma abroad": "Fiction > Travel",
        "Emma at home": "Fiction>Travel > Short",
        "Emma in a shop": "Fictional > Travel",
    }.items():
        catalogue.sells(title, category=category)
    index.rebuild()

    facets = index.find(Question("emma")).facets

    assert facets.category == {
        "Fiction": 5, "Fiction > Travel": 2, "Fictional": 1, "Fictional > Travel": 1, "Gardens": 1
    }  # fmt: skip
    for category, count in facets.category.items():
        assert len(titles("emma", category=category)) == count
    assert titles("emma", category="Fiction > Travel > Short") == ["Emma at home"]


def test_as_typed_nothing_is_corrected_and_nothing_merely_near(index: SearchIndex) -> None:
    assert index.find(Question("emna")).did_you_mean == "emma"
    assert index.find(Question("emma dubrovsky")).nearest

    for words in ("emna", "emma dubrovsky", "уььф"):
        found = index.find(Question(words, as_typed=True))
        assert (found.total, found.did_you_mean, found.nearest) == (0, None, False)
    as_typed, corrected = (
        index.find(Question("gardens emma", as_typed=way)) for way in (True, False)
    )
    assert as_typed.book_ids == corrected.book_ids != []


def test_what_is_sold_out_stays_found_and_comes_later(titles: Titles) -> None:
    assert titles("emma")[-1] == "Emma is gone"
    assert "Emma is gone" not in titles("emma", in_stock=True)


def test_every_order(titles: Titles) -> None:
    assert titles("", sort=Sort.NEWEST)[0] == "Дубровский"
    assert titles("") == titles("", sort=Sort.NEWEST)
    assert titles("", sort=Sort.CHEAPEST) == [
        "Emma", "Дубровский", "Emma is gone", "Emma", "Emma and her garden"
    ]  # fmt: skip
    assert titles("", sort=Sort.DEAREST)[0] == "Emma and her garden"
    assert titles("", sort=Sort.OLDEST_EDITION) == [
        "Emma", "Дубровский", "Emma is gone", "Emma", "Emma and her garden"
    ]  # fmt: skip
    assert titles("", sort=Sort.NEWEST_EDITION)[0] == "Emma"
    assert titles("", sort=Sort.NEWEST_EDITION)[-1] == "Emma and her garden"
    assert titles("", sort=Sort.TITLE)[2:] == ["Emma and her garden", "Emma is gone", "Дубровский"]


def test_pages_hold_every_book_once(index: SearchIndex) -> None:
    pages = [index.find(Question(page=page, per_page=2)) for page in (1, 2, 3, 4)]

    ids = [book_id for page in pages for book_id in page.book_ids]
    assert len(ids) == len(set(ids)) == 5
    assert {page.total for page in pages} == {5}
    assert pages[3].book_ids == []


@pytest.mark.parametrize(("page", "per_page"), [(0, 0), (-5, -1), (10**30, 10**30)])
def test_impossible_pages_are_answered(index: SearchIndex, page: int, per_page: int) -> None:
    assert index.find(Question(page=page, per_page=per_page)).total == 5
