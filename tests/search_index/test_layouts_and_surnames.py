"""The rules by themselves: which words another layout makes, and whose surname a word may be."""

import pytest

from search_index.layouts import switched
from search_index.surnames import is_of_any, may_be


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("djqyf b vbh", ["война и мир"]),
        ("`;br", ["ёжик"]),
        ("[kt,", ["хлеб"]),
        ("руддщ", ["hello"]),
        ("ше", ["it"]),
        ("утвукэы пфьу", ["ender's game"]),
        ("оюкюкю ещдлшут", ["j.r.r. tolkien"]),
        ("ёжик", []),
        ("съешь", []),
        ("эх", []),
        ('"', []),
        ("1984", []),
    ],
)
def test_a_layout_is_switched_for_whole_words_or_not_at_all(typed: str, ways: list[str]) -> None:
    assert switched(typed) == ways


@pytest.mark.parametrize(
    ("word", "surname"),
    [
        ("толстого", "толстой"),
        ("чеховым", "чехов"),
        ("гоголя", "гоголь"),
        ("горькому", "горький"),
        ("пушкиной", "пушкин"),
        ("austen", "austen"),
    ],
)
def test_a_surname_is_known_in_any_case(word: str, surname: str) -> None:
    assert surname in may_be(word)


def test_an_adjective_is_no_case_of_a_surname() -> None:
    assert "толстой" not in may_be("толстый")
    assert "морозов" not in may_be("мороза")


def test_a_surname_stands_before_or_behind_the_given_names() -> None:
    assert is_of_any("толстой", ["Лев Толстой"])
    assert is_of_any("толстой", ["Толстой Л. Н."])
    assert not is_of_any("лев", ["Лев Толстой"])
