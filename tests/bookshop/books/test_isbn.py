import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookshop.books import isbn

nine_digits = st.text("0123456789", min_size=9, max_size=9)
twelve_digits = st.tuples(
    st.sampled_from(["978", "979"]), st.text("0123456789", min_size=9, max_size=9)
).map("".join)


@pytest.mark.parametrize(
    "written",
    [
        "9780306406157",
        "978-0-306-40615-7",
        " 978 0 306 40615 7 ",
        "978\N{NON-BREAKING HYPHEN}0\N{EN DASH}306\N{MINUS SIGN}40615\N{NO-BREAK SPACE}7",
        "0306406152",
        "0-306-40615-2",
        "ISBN 0-306-40615-2",
        "ISBN-13: 978-0-306-40615-7",
        "isbn-10:0306406152",
        "9780306406157.0",
    ],
)
def test_every_way_of_writing_an_isbn_is_the_same_book(written):
    assert isbn.to_isbn13(written) == "9780306406157"
    assert isbn.why_not(written) is None


@pytest.mark.parametrize("x", ["X", "x", "Х", "х"])
def test_the_x_may_be_small_or_cyrillic(x):
    assert isbn.to_isbn13("080442957" + x) == "9780804429573"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("9.78031E+12", "isbn_scientific"),
        ("9,78031E+12", "isbn_scientific"),
        ("9780306406158", "isbn_checksum"),
        ("0306406153", "isbn_checksum"),
        ("306406152", "isbn_lost_zero"),
        ("4006381333931", "isbn_prefix"),
        ("12345", "isbn_form"),
        ("", "isbn_form"),
        ("нет", "isbn_form"),
        ("\N{FULLWIDTH DIGIT NINE}780306406157", "isbn_form"),
    ],
)
def test_what_is_no_isbn_is_told_by_what_is_wrong_with_it(written, code):
    assert isbn.to_isbn13(written) is None
    assert isbn.why_not(written).code == code


def test_a_rounded_isbn_is_refused_even_when_its_checksum_happens_to_fit():
    assert isbn.to_isbn13("9.7803064061570E+12") is None


def test_the_right_last_digit_is_named():
    assert isbn.why_not("9799239867776").params == {"expected": "5"}


@given(nine_digits)
def test_an_isbn_10_keeps_its_nine_digits_in_the_isbn_13(nine):
    isbn13 = isbn.to_isbn13(nine + isbn.check_digit_10(nine))

    assert isbn13 is not None
    assert isbn13[:12] == "978" + nine
    assert isbn.to_isbn13(isbn13) == isbn13


@given(twelve_digits, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(twelve, place, off):
    right = isbn.with_check_digit(twelve)
    wrong = right[:place] + str((int(right[place]) + off) % 10) + right[place + 1 :]

    assert isbn.to_isbn13(right) == right
    assert isbn.to_isbn13(wrong) is None


@given(st.text())
def test_any_text_is_an_isbn_or_has_a_reason_not_to_be(text):
    assert (isbn.to_isbn13(text) is None) == (isbn.why_not(text) is not None)


@pytest.mark.parametrize(
    "text",
    [
        "ISBN-10: 0-306-40615-2, paperback",
        "ISBN9780306406157",
        "исбн 978 0 306 40615 7.",
        "Some title, 1981, 978-0-306-40615-7 (hardback)",
    ],
)
def test_an_isbn_is_found_among_other_words(text):
    assert isbn.isbns_in(text) == ["9780306406157"]


@pytest.mark.parametrize(
    "text", ["", "1984", "978-0-306-40615-8", "+7 495 123-45-67", "1 2 " * 900]
)
def test_other_numbers_are_no_isbn(text):
    assert isbn.isbns_in(text) == []
