"""What sellers call their columns, in English and Russian, and what we call them."""

import re
from collections.abc import Sequence

# A field's names from the one that says most: with "цена" and "цена со скидкой" the latter is read.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "isbn13": (
        *("isbn13", "isbn 13", "isbn", "isbn код", "код isbn", "isbn10", "isbn 10"),
        *("штрихкод", "штрих код", "ean", "ean13", "ean 13", "barcode", "gtin"),
    ),
    "title": (
        *("title", "book title", "name", "book name", "book", "product name"),
        *("название", "название книги", "наименование", "наименование товара", "заглавие", "книга"),
        *("заголовок", "товар", "номенклатура"),
    ),
    "authors": (
        *("authors", "author", "author s", "book author", "writer", "by"),
        *("авторы", "автор", "автор ы", "автор книги", "фио автора"),
    ),
    "publisher": ("publisher", "publishing house", "издательство", "издатель", "изд во"),
    "year": (
        *("year", "publication year", "year of publication", "published", "pub year"),
        *("year published", "год", "год издания", "год выпуска", "год публикации"),
    ),
    "language": ("language", "language code", "lang", "язык", "язык издания", "язык книги"),
    "price": (
        *("sale price", "discount price", "selling price", "price with discount", "special price"),
        *("цена со скидкой", "цена с учетом скидки", "цена продажи", "цена по акции"),
        *("price", "price rub", "price rur", "unit price", "retail price", "price руб", "cost"),
        *("цена", "цена руб", "цена р", "цена rub", "цена розничная", "розничная цена"),
        *("цена за шт", "стоимость", "стоимость руб"),
    ),
    "stock": (
        *("stock", "in stock", "quantity", "qty", "count", "copies", "available", "on hand"),
        *("stock quantity", "остаток", "остатки", "количество", "кол во", "количество на складе"),
        *("остаток на складе", "в наличии", "наличие", "экземпляров", "шт"),
    ),
    "category": (
        *("category", "categories", "genre", "genres", "section", "subject"),
        *("жанр", "жанры", "категория", "раздел", "рубрика", "тематика"),
    ),
    "pages": (
        *("pages", "page count", "num pages", "number of pages", "page extent"),
        *("страниц", "страницы", "кол во страниц", "количество страниц", "число страниц", "объем"),
    ),
    "description": (
        *("description", "annotation", "summary", "about"),
        *("описание", "аннотация", "о книге"),
    ),
    "cover_url": (
        *("cover url", "cover", "cover image", "image", "image url", "picture", "photo"),
        *("обложка", "ссылка на обложку", "картинка", "изображение", "фото"),
    ),
    "series": ("series", "book series", "серия", "книжная серия", "цикл"),
    "sku": (
        *("sku", "article", "vendor code", "item number", "product code", "id"),
        *("артикул", "код товара", "код", "номенклатурный номер", "ид"),
    ),
    "currency": ("currency", "currency id", "currencyid", "валюта"),
}
FIELDS = tuple(SYNONYMS)

_FIELD_AND_RANK = {
    name: (field, rank) for field, names in SYNONYMS.items() for rank, name in enumerate(names)
}
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def field_named(header: str) -> str | None:
    """ "Цена, руб." -> "price"; None for a column we do not know."""
    known = _FIELD_AND_RANK.get(_plain(header))
    return known[0] if known else None


def places(headers: Sequence[str]) -> dict[str, int]:
    """Where each field stands. Of several columns for one field the name that says most is read."""
    best: dict[str, tuple[int, int]] = {}
    for place, header in enumerate(headers):
        if known := _FIELD_AND_RANK.get(_plain(header)):
            field, rank = known
            best[field] = min(best.get(field, (rank, place)), (rank, place))
    return {field: place for field, (_, place) in best.items()}


def _plain(header: str) -> str:
    lowered = header.replace("\ufeff", "").casefold().replace("ё", "е")
    return _BETWEEN_WORDS.sub(" ", lowered).strip()
