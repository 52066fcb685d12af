from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookshop.money import Money, NotMoney, as_decimal, parse, percent_of, shown

AMOUNTS = st.integers(-(10**13), 10**13).map(Money)


@given(AMOUNTS)
def test_what_is_written_out_is_read_back(amount):
    assert parse(as_decimal(amount)) == amount


@given(AMOUNTS)
def test_two_digits_stand_after_the_point(amount):
    assert Decimal(as_decimal(amount)) * 100 == amount
    assert as_decimal(amount)[-3] == "."


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1234.50", 123450), ("7", 700), ("0.5", 50), ("-0.01", -1), ("999999999999.99", 10**14 - 1)],
)
def test_an_amount_is_read_as_written(text, amount):
    assert parse(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1,50", "1.005", ".5", "1.", "1e3", "NaN", "+1", "1 000", "٣", "1\n", "9" * 13],
)
def test_what_is_not_an_amount_is_told_with_its_field(text):
    with pytest.raises(NotMoney) as error:
        parse(text, field="price")

    assert error.value.field == "price"


@given(st.integers(0, 10**12).map(Money), st.decimals(0, 100, places=2))
def test_a_percentage_is_rounded_half_up(amount, percent):
    exact = Decimal(amount) * percent / 100

    assert percent_of(amount, percent) == exact.to_integral_value(ROUND_HALF_UP)


def test_half_a_kopeck_goes_up_and_less_goes_down():
    assert percent_of(Money(5), Decimal(10)) == 1
    assert percent_of(Money(15), Decimal(10)) == 2  # 1.5; half to even would be 2 for 2.5 as well
    assert percent_of(Money(25), Decimal(10)) == 3
    assert percent_of(Money(4), Decimal(10)) == 0


def test_people_read_it_in_the_form_of_their_language():
    assert shown(Money(123450), "ru") == "1\u00a0234,50\u00a0₽"
    assert shown(Money(123450), "en") == "1,234.50\u00a0₽"
    assert shown(Money(-5), "ru") == "−0,05\u00a0₽"
