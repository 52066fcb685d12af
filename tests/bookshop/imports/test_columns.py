import pytest

from bookshop.imports.columns import (
    FIELDS,
    MOST_COLUMNS,
    NAMES,
    REASON,
    SYNONYMS,
    field_named,
    is_reason,
    likely,
    name_of,
    places,
)
from bookshop.translations import say


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("isbn13", "isbn13"),
        ("ISBN-10", "isbn13"),
        ("Штрих-код", "isbn13"),
        ("\ufeffTitle", "title"),
        ("Наименование", "title"),
        ("Автор(ы)", "authors"),
        ("Цена, руб.", "price"),
        ("ЦЕНА (₽)", "price"),
        ("Кол-во", "stock"),
        ("Год издания", "year"),
        ("Жанр", "category"),
        ("Объём", "pages"),
        ("cover_url", "cover_url"),
        ("Артикул", "sku"),
        ("Text#", "sku"),
        ("Text", None),
        ("Тип обложки", "binding"),
        ("Обложка", "cover_url"),
        ("Возрастное ограничение", "age"),
        ("Том", "volume"),
        ("Image-URL-L", "cover_url"),
        ("Скидка", None),
        ("", None),
    ],
)
def test_headers_are_known_in_english_and_russian(header, field):
    assert field_named(header) == field


def test_the_selling_price_is_read_before_the_full_one():
    assert places(["Название", "Цена", "Цена со скидкой"]) == {"title": 0, "price": 2}
    assert places(["Цена со скидкой", "Цена", "Название"]) == {"title": 2, "price": 0}


def test_of_two_columns_with_one_name_the_first_is_read():
    assert places(["price", "title", "price"]) == {"price": 0, "title": 1}


def test_what_the_seller_says_of_a_column_stands_before_its_name():
    header = ["Название", "Цена", "Закупка", "Полка"]

    assert places(header, {"Закупка": "price", "Полка": "stock"}) == {
        "title": 0,
        "price": 2,
        "stock": 3,
    }
    assert places(header, {"Цена": "", "Полка": "colour"}) == {"title": 0}


def test_a_row_of_a_hundred_thousand_columns_is_looked_at_as_far_as_a_spreadsheet_goes():
    assert places(["title", *["x"] * MOST_COLUMNS, "price"]) == {"title": 0}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_column_of_reasons_is_known_in_the_languages_it_is_written_in(language):
    assert is_reason(say(language, REASON))


def test_no_name_means_two_fields():
    names = [name for field in FIELDS for name in SYNONYMS[field]]

    assert len(names) == len(set(names))


def test_every_field_has_a_name_for_people():
    assert set(NAMES) == set(FIELDS)
    assert (name_of("stock", "en"), name_of("(row)", "en")) == ("Number of copies", "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["9780141439587", "978-0-14-143951-8"], "isbn13"),
        (["500.00", "1 250,50"], "price"),
        (["500 ₽", "90 руб."], "price"),
        (["1 200", "990"], "price"),
        (["500", "1200"], "price"),
        (["1999", "2024"], "year"),
        (["3", "12", "0"], "stock"),
        (["3", "", "12"], "stock"),
        (["4.5", "3.75"], None),
        (["https://covers.example/1.jpg"], "cover_url"),
        (["Emma", "12 стульев"], "title"),
        (["500.00", "on request"], None),
        (["-", "!"], None),
        (["", " "], None),
        ([], None),
    ],
)
def test_what_a_column_without_a_known_name_may_be_is_seen_by_its_values(values, field):
    guessed = likely(["x"], [[value] for value in values], {})

    assert guessed.get("x") == field


def test_of_two_columns_that_look_alike_neither_is_guessed():
    samples = [["Emma", "Austen", "100.00", "3"], ["Sanditon", "Austen", "90.50", "1"]]

    assert likely(["Was", "Wer", "Kosten", "Lager"], samples, {}) == {
        "Kosten": "price",
        "Lager": "stock",
    }
    assert likely(["Was", "Автор", "Kosten", "Lager"], samples, {"Автор": "authors"})["Was"] == (
        "title"
    )


def test_what_a_name_tells_is_not_guessed_again():
    known = {"Цена": "price"}

    assert likely(["Цена", "Закупка"], [["100.00", "80.00"]], known) == {}
