from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookshop import money
from bookshop.imports import rules
from bookshop.imports.problems import Fault

year = rules.year_up_to(2026)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1234.50", 123450),
        ("1234.5", 123450),
        ("1234,5", 123450),
        ("1234", 123400),
        ("007", 700),
        ("1 234,50 ₽", 123450),
        ("1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}руб.", 123450),
        ("1\N{NARROW NO-BREAK SPACE}234\N{THIN SPACE}567,89", 123456789),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1,234,567.89 RUB", 123456789),
        ("0.01", 1),
        ("1234.5000", 123450),
        ("10000000", 1_000_000_000),
    ],
)
def test_a_price_is_read_as_people_write_it(written, minor):
    assert rules.price(written) == minor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "price_blank"),
        ("  ", "price_blank"),
        ("₽", "price_blank"),
        ("0", "price_not_positive"),
        ("0.00", "price_not_positive"),
        ("-1", "price_not_positive"),
        ("\N{MINUS SIGN}1161.82", "price_not_positive"),
        ("1_000", "price_not_a_number"),
        ("NaN", "price_not_a_number"),
        ("Infinity", "price_not_a_number"),
        ("1E+9", "price_not_a_number"),
        ("0x10", "price_not_a_number"),
        ("\N{FULLWIDTH DIGIT ONE}00", "price_not_a_number"),
        ("\N{ARABIC-INDIC DIGIT ONE}00", "price_not_a_number"),
        ("12 34", "price_not_a_number"),
        ("$12", "currency_not_ours"),
        ("12,50 €", "currency_not_ours"),
        ("1 200 тенге", "currency_not_ours"),
        ("12 бел. руб.", "currency_not_ours"),
        ("usd 5.00", "currency_not_ours"),
        ("€", "price_not_a_number"),
        ("12 pcs", "price_not_a_number"),
        ("=1+1", "price_not_a_number"),
        ("договорная", "price_not_a_number"),
        ("10.999", "price_too_fine"),
        ("1,234", "price_too_fine"),
        ("1.000", "price_too_fine"),  # one, or a thousand?
        ("1234.5001", "price_too_fine"),
        ("10000000.01", "price_too_high"),
        ("9" * 5000, "price_too_high"),
    ],
)
def test_whatever_is_no_price_is_refused_by_what_is_wrong(written, code):
    assert rules.price(written).code == code


@given(st.integers(1, 1_000_000_000))
def test_every_price_the_shop_can_show_is_read_back_to_the_kopeck(minor):
    amount = money.Money(minor)

    assert rules.price(money.as_decimal(amount)) == minor
    assert rules.price(money.shown(amount, "ru")) == minor
    assert rules.price(money.shown(amount, "en")) == minor


@given(st.decimals(min_value=0, max_value=10**8, places=2))
def test_no_kopeck_is_lost_or_made(amount):
    read = rules.price(str(amount))

    assert isinstance(read, Fault) or Decimal(read) == amount * 100


@pytest.mark.parametrize(
    ("written", "copies"),
    [
        *[("0", 0), ("12", 12), ("12 шт.", 12), ("1 000", 1000), ("3.0", 3), ("3,00", 3)],
        *[("на складе", 1), ("В наличии", 1), ("in stock", 1), ("Yes", 1), ("+", 1)],
        *[("более 10", 10), (">10", 10), ("10+", 10), ("от 100", 100)],
        *[("нет в наличии", 0), ("НЕТ", 0), ("Out of stock", 0), ("под заказ", 0), ("-", 0)],
    ],
)
def test_copies_are_counted_in_figures_and_in_words(written, copies):
    assert rules.stock(written) == copies


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "stock_blank"),
        ("-1", "stock_negative"),
        ("1.5", "stock_not_whole"),
        ("some", "stock_not_a_number"),
        ("1e3", "stock_not_a_number"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "stock_not_a_number"),
        ("1000001", "stock_too_high"),
        ("1" * 5000, "stock_too_high"),
    ],
)
def test_copies_that_cannot_be_are_refused(written, code):
    assert rules.stock(written).code == code


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1984", 1984), ("1984 г.", 1984), ("1984.0", 1984), ("2001-05-17", 2001), ("-750", -750)],
)
def test_a_year_is_read(written, meant):
    assert year(written) == meant
    assert year("") is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("3025", "year_in_the_future"),
        ("2027", "year_in_the_future"),
        ("soon", "year_not_a_number"),
        ("0", "year_not_a_number"),
        ("-3001", "year_too_old"),
    ],
)
def test_a_year_that_cannot_be_rejects_nothing(written, code):
    fault = year(written)

    assert (fault.code, fault.rejects) == (code, False)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[("ru", "ru"), ("RUS", "ru"), ("Русский", "ru"), ("русский язык", "ru"), ("рус.", "ru")],
        *[("en-US", "en"), ("eng", "en"), ("English", "en"), ("Английский", "en"), ("en_GB", "en")],
        *[("ger", "de"), ("deu", "de"), ("Deutsch", "de"), ("fre", "fr"), ("fil", "fil"), ("", "")],
    ],
)
def test_a_language_becomes_its_two_letters_where_it_has_them(written, code):
    assert rules.language(written) == code


def test_an_unknown_language_is_left_out_with_a_warning():
    assert rules.language("эльфийский") is rules.LANGUAGE_UNKNOWN
    assert not rules.LANGUAGE_UNKNOWN.rejects


@pytest.mark.parametrize("written", ["javascript:alert(1)", "cover.jpg", 'https://a/"onload=x'])
def test_a_cover_is_an_address_of_the_web_or_nothing(written):
    assert rules.cover_url(written) is rules.COVER_NOT_AN_ADDRESS


def test_a_cover_address_stays_as_it_is():
    assert (
        rules.cover_url(" https://covers.example/1.jpg?w=2 ") == "https://covers.example/1.jpg?w=2"
    )


@pytest.mark.parametrize("written", ["", "RUB", "rur", "руб.", "₽"])
def test_roubles_are_ours(written):
    assert rules.currency(written) == "RUB"


def test_other_money_is_refused():
    assert rules.currency("USD") is rules.CURRENCY_NOT_OURS
    assert rules.CURRENCY_NOT_OURS.rejects


@given(st.text())
@pytest.mark.parametrize(
    "rule",
    [
        *[rules.price, rules.stock, rules.pages, rules.language, rules.cover_url],
        *[rules.currency, year],
    ],
)
def test_no_rule_is_surprised_by_any_text(rule, text):
    answer = rule(text)

    assert answer is None or isinstance(answer, int | str | Fault)
