"""A number is the same number, in digits and in words, in Russian and in English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.language import words
from search_index.numbers import numbers, part_numbers


def said(text):
    return [number.value for number in numbers(words(text))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Двенадцать стульев", [12]),
        ("Три мушкетёра", [3]),
        ("сто лет одиночества", [100]),
        ("в тысяча восемьсот двенадцатом году", [1812]),
        ("две тысячи тридцать третий", [2033]),
        ("сто пятьдесят миллионов", [150_000_000]),
        ("150 000 000", [150_000_000]),
        ("двадцать шесть и одна", [26, 1]),
        ("4338-й год", [4338]),
        ("Семья", []),
        ("Twenty Thousand Leagues", [20_000]),
        ("20,000 leagues", [20_000]),
        ("One Hundred and One Dalmatians", [101]),
        ("nineteen eighty-four", [1984]),
        ("Fahrenheit four fifty-one", [451]),
        ("catch twenty two", [22]),
        ("one two three", [1, 2, 3]),
        ("1st to die", [1]),
        ("007", [7]),
        ("Richard III", [3]),
        ("Henry V", [5]),
        ("V for Vendetta, I am Legend", []),
    ],
)
def test_what_number_it_is(text, values):
    assert said(text) == values


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The Farthest Shore (Earthsea, #3)", {3}),
        ("Volume 03", {3}),
        ("part two", {2}),
        ("second book", {2}),
        ("том первый", {1}),
        ("часть II", {2}),
        ("The Dark Tower, #4.5", set()),
        ("Boxed Set, Books 1-5 (#1-5)", set()),
        ("Eleven Minutes", set()),
    ],
)
def test_which_part_of_a_series_it_is(text, parts):
    assert part_numbers(words(text), text) == parts


@given(st.text())
def test_any_text_is_read(text):
    all_words = words(text)
    ends = [number.end for number in numbers(all_words)]

    assert ends == sorted(ends)
    assert all(0 < end <= len(all_words) for end in ends)
