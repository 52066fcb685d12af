import pytest

from bookshop.imports.columns import (
    FIELDS,
    MOST_COLUMNS,
    REASON,
    SYNONYMS,
    field_named,
    is_reason,
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
