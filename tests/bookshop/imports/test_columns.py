import pytest

from bookshop.imports.columns import FIELDS, SYNONYMS, field_named, places


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


def test_no_name_means_two_fields():
    names = [name for field in FIELDS for name in SYNONYMS[field]]

    assert len(names) == len(set(names))
