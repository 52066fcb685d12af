"""What is kept of the searches that customers make, and what operators see of it."""

import pytest
from sqlalchemy import select, text

from bookshop.searches.models import Search


@pytest.fixture
def kept(app, shop):
    """Words and count of all that was kept so far."""

    def kept() -> list[tuple[str, int]]:
        app.extensions["bookshop"].notebook.settle()
        with shop.database.reading() as session:
            searches = session.scalars(select(Search).order_by(Search.id))
            return [(search.words, search.found) for search in searches]

    return kept


@pytest.fixture(autouse=True)
def library(shop, emma):
    for title in ("Emma", "Persuasion"):
        shop.sells(emma, title, copies=2)
    shop.works()


def test_a_search_is_kept_with_its_count_and_time(guest, kept, shop):
    guest.opens("/books?q=EMMA%21")
    guest.opens("/books?q=voynich+manuscript")
    guest.opens("/api/v1/books?q=persuasion")

    assert kept() == [("emma", 1), ("voynich manuscript", 0), ("persuasion", 1)]
    with shop.database.reading() as session:
        assert all(search.took_ms > 0 for search in session.scalars(select(Search)))


def test_where_only_the_nearest_are_shown_nothing_was_found(guest, kept):
    guest.opens("/books?q=emma+persuasion")

    assert kept() == [("emma persuasion", 0)]


def test_only_what_somebody_has_just_typed_is_kept(guest, kept):
    for query in (
        "", "q=", "q=%20%00", "q=emma&page=2", "q=emma&sort=price", "q=emma&in_stock=1",
        "q=emma&category=x", "q=emma&as_typed=1", "category=x",
    ):  # fmt: skip
        guest.opens(f"/books?{query}")
    guest.opens("/books/suggest?q=emma")
    guest.opens("/")

    assert [words for words, _ in kept()] == [
        "emma"
    ]  # page=2 is behind the last: sent to the first


def test_a_search_is_answered_though_it_cannot_be_kept(guest, kept, shop):
    with shop.database.transaction() as session:
        session.execute(text("ALTER TABLE searches RENAME TO lost"))

    assert guest.opens("/books?q=emma").status_code == 200

    with shop.database.transaction() as session:
        session.execute(text("ALTER TABLE lost RENAME TO searches"))
    assert kept() == []
    guest.opens("/books?q=emma")
    assert kept() == [("emma", 1)]


def test_a_search_does_not_wait_for_a_writer(guest, kept, shop):
    with shop.database.transaction():  # SQLite has one writer at a time
        assert guest.opens("/books?q=emma").status_code == 200

    assert kept() == [("emma", 1)]


def test_operators_see_what_is_not_found_in_both_languages(guest, oscar, kept):
    for words in ("voynich", "emma", "voynich", "necronomicon"):
        guest.opens(f"/books?q={words}")
    kept()

    oscar.opens("/operator/searches")
    rows = oscar.page.xpath("//section[@aria-labelledby='not-found']//tbody/tr")
    assert [[row.xpath("td/a")[0].text, row.xpath("td")[1].text] for row in rows] == [
        ["voynich", "2"],
        ["necronomicon", "1"],
    ]
    assert "/operator/searches" in str(oscar.opens("/operator").text)

    oscar.opens("/language/ru?next=/operator/searches")
    assert "Что ищут" in oscar.reads


def test_of_no_searches_the_page_says_so_and_it_is_not_there_for_others(oscar, ada):
    oscar.opens("/operator/searches")

    assert "Nobody has searched yet." in oscar.reads
    assert ada.opens("/operator/searches").status_code == 404
