"""What is offered while the customer types."""

import pytest

from search_index import SearchIndex, Suggestion
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import on_both, on_both_samples


def texts(suggested: list[Suggestion]) -> list[str]:
    return [suggestion.text for suggestion in suggested]


@on_both_samples
def test_nothing_before_the_second_letter(sample_index: SearchIndex) -> None:
    assert sample_index.suggest("") == []
    assert sample_index.suggest("p") == []
    assert sample_index.suggest(" p ") == []
    assert sample_index.suggest("pr")


@on_both_samples
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("prid", "Pride and Prejudice"),
        ("pride and pre", "Pride and Prejudice"),
        ("jane aus", "Jane Austen"),
        ("толс", "Лев Толстой"),
        ("вишн", "Вишнёвый сад"),
        ("достоевский ид", "Идиот"),
        ("ljcnj", "Фёдор Достоевский"),
        ("tolst", "Leo Tolstoy"),
        ("tolst", "Лев Толстой"),
        ("толст", "Leo Tolstoy"),
        ("pushk", "Александр Пушкин"),
        ("prejudise", "Pride and Prejudice"),
    ],
)
def test_what_is_typed_so_far_is_completed(
    sample_index: SearchIndex, typed: str, offered: str
) -> None:
    assert offered in texts(sample_index.suggest(typed))


@on_both
def test_titles_are_completed_in_any_script(catalogue: Catalogue, index: SearchIndex) -> None:
    titles = (
        "日本の歴史",
        "日記",
        "Ἀνάβασις",
        "ვეფხისტყაოსანი",
        "ألف ليلة وليلة",
        "חומש",
        "한국사",
    )
    for title in titles:
        catalogue.sells(title)
    index.rebuild()

    for title in titles:
        assert texts(index.suggest(title[:2])) == [title]


@on_both
def test_a_long_beginning_is_compared_to_its_end(catalogue: Catalogue, index: SearchIndex) -> None:
    """Also after the common word that a title begins with."""
    collected = "Полное собрание сочинений и писем в тридцати томах, том"
    catalogue.sells(f"{collected} первый")
    catalogue.sells(f"В {collected} второй")
    index.rebuild()

    assert texts(index.suggest(f"{collected} перв")) == [f"{collected} первый"]
    assert texts(index.suggest(f"{collected} вто")) == [f"В {collected} второй"]


@on_both_samples
def test_titles_that_begin_as_typed_come_before_those_that_contain_it(
    sample_index: SearchIndex,
) -> None:
    books = [each for each in sample_index.suggest("pri") if each.kind == "book"]

    assert books[0].text == "Pride and Prejudice"


@on_both
def test_a_book_is_named_once_and_knows_its_page(catalogue: Catalogue, index: SearchIndex) -> None:
    first = catalogue.sells("Emma", own_key="one", copies=0)
    second = catalogue.sells("Emma", own_key="two", copies=9)
    index.put([first, second])

    assert index.suggest("emm") == [Suggestion("book", "Emma", second)]


@on_both_samples
def test_no_more_than_asked_for(sample_index: SearchIndex) -> None:
    assert len(sample_index.suggest("the", limit=3)) == 3
    assert len(sample_index.suggest("the", limit=1)) == 1
