"""What operators learn from the searches that were made."""

from datetime import timedelta

from bookshop.database import now
from bookshop.searches import service as searches
from bookshop.searches.models import Search
from bookshop.searches.service import Searched
from tests.shop import Shop

A_MONTH_AGO = now() - timedelta(days=30)


def keep(shop: Shop, *some: Searched) -> None:
    shop.does(searches.keep, some)


def overview(shop: Shop, limit: int = 10) -> searches.Overview:
    with shop.database.reading() as session:
        return searches.overview(session, A_MONTH_AGO, limit)


def test_what_is_not_found_most_often_comes_first(shop):
    keep(
        shop,
        *[Searched("necronomicon", 0, 2.0)] * 2,
        *[Searched("voynich", 0, 2.0)] * 3,
        *[Searched("emma", 4, 2.0)] * 4,
    )

    told = overview(shop)

    assert (told.searches, told.without_result, told.without_index) == (9, 5, 0)
    assert [(one.words, one.times) for one in told.not_found] == [
        ("voynich", 3),
        ("necronomicon", 2),
    ]
    [most, *_] = told.frequent
    assert (most.words, most.times, most.found) == ("emma", 4, 4)


def test_the_slowest_come_first(shop):
    keep(
        shop,
        Searched("quick", 1, 1.5),
        Searched("slow", 1, 240.0),
        Searched("so so", 1, 20.0, True),
    )

    told = overview(shop, limit=2)

    assert [one.words for one in told.slowest] == ["slow", "so so"]
    assert told.without_index == 1


def test_older_ones_are_not_counted_and_in_time_forgotten(shop):
    old, older = now() - timedelta(days=31), now() - timedelta(days=91)
    keep(
        shop,
        Searched("new", 0, 1.0),
        Searched("old", 0, 1.0, at=old),
        Searched("x", 0, 1.0, at=older),
    )
    assert [one.words for one in overview(shop).not_found] == ["new"]

    shop.does(searches.forget, now() - timedelta(days=90))

    with shop.database.reading() as session:
        assert {one.words for one in session.query(Search)} == {"new", "old"}


def test_words_are_shortened_and_nothing_tells_who(shop):
    keep(shop, Searched("x" * 500, 0, 1.0))

    assert [len(one.words) for one in overview(shop).not_found] == [searches.LONGEST_WORDS]
    assert set(Search.__table__.columns.keys()) == {
        "id", "words", "found", "took_ms", "degraded", "at"
    }  # fmt: skip


def test_of_no_searches_nothing_is_told(shop):
    assert overview(shop) == searches.Overview(0, 0, 0, [], [], [])
