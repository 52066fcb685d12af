"""What sellers call their columns, in English and Russian, and what we call them."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from bookshop.translations import N_, say

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
        *("image url l", "image url m", "image url s"),
        *("обложка", "ссылка на обложку", "картинка", "изображение", "фото"),
    ),
    "series": ("series", "book series", "серия", "книжная серия", "цикл"),
    "binding": (
        *("binding", "binding type", "cover type", "type of cover", "format"),
        *("переплет", "тип переплета", "вид переплета", "тип обложки", "вид обложки"),
        *("обложка тип", "переплет обложка"),
    ),
    "age": (
        *("age", "age limit", "age rating", "age restriction", "reading age"),
        *("возраст", "возрастное ограничение", "возрастные ограничения", "возрастной рейтинг"),
        *("возрастной ценз", "ограничение по возрасту"),
    ),
    "volume": ("volume", "volume number", "vol", "part", "том", "номер тома", "часть"),
    "sku": (
        *("sku", "article", "vendor code", "item number", "product code", "product id", "id"),
        *("offer id", "book id", "text#"),
        *("артикул", "код товара", "код", "номенклатурный номер", "ид"),
    ),
    "currency": ("currency", "currency id", "currencyid", "валюта"),
}
FIELDS = tuple(SYNONYMS)
NEEDED = ("title", "price")

# What we call them before people.
NAMES: dict[str, str] = {
    "isbn13": "ISBN",
    "title": N_("Title"),
    "authors": N_("Author"),
    "publisher": N_("Publisher"),
    "year": N_("Year"),
    "language": N_("Language"),
    "price": N_("Price"),
    "stock": N_("Number of copies"),
    "category": N_("Section"),
    "pages": N_("Number of pages"),
    "description": N_("Description"),
    "cover_url": N_("Address of the cover"),
    "series": N_("Series"),
    "binding": N_("Binding"),
    "age": N_("Age"),
    "volume": N_("Volume"),
    "sku": N_("Your code"),
    "currency": N_("Currency"),
}

# How the values of a field look where no name tells it, from the looks that say most.
_LOOKS = tuple(
    (field, re.compile(look, re.IGNORECASE))
    for field, look in (
        ("isbn13", r"97[89](?:[ -]?[0-9]){10}"),
        ("cover_url", r"https?://\S+"),
        ("price", r"[0-9][0-9 ]+[.,][0-9]{1,2}|[0-9][0-9 ]*(?:[.,][0-9]{1,2})? ?(?:₽|руб\.?|р\.)"),
        ("year", r"(?:1[5-9]|20)[0-9]{2}"),
        ("price", r"[1-9][0-9]{2,5}|[1-9][0-9]{0,2}(?: [0-9]{3})+"),
        ("stock", r"[0-9]{1,2}"),
        ("title", r".*[^\W\d_]{2}.*"),
    )
)

MOST_COLUMNS = 16_384  # as in Excel; a name further right is not looked for

# The column that says why a record was refused, in the file of refused records a seller gets back;
# he mends the others and sends it again as it is.
REASON = N_("Why not accepted")
_REASONS = ("why not accepted", "почему не принято")

_FIELD_AND_RANK = {
    name: (field, rank) for field, names in SYNONYMS.items() for rank, name in enumerate(names)
}
_CHOSEN = -1  # before every name that we know
_BETWEEN_WORDS = re.compile(r"(?:[^\w#]|_)+")


def field_named(header: str) -> str | None:
    """ "Цена, руб." -> "price"; None for a column we do not know."""
    known = _FIELD_AND_RANK.get(_plain(header))
    return known[0] if known else None


def name_of(field: str, language: str) -> str:
    """As people call it; nothing for what is no field, like a row as a whole."""
    return say(language, NAMES[field]) if field in NAMES else ""


def is_reason(header: str) -> bool:
    return _plain(header) in _REASONS


def places(headers: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[str, int]:
    """Where each field stands. Of several columns for one field the name that says most is read.

    `chosen` is what the seller said: a field for a header, or "" for one not to be read.
    """
    best: dict[str, tuple[int, int]] = {}
    for place, header in enumerate(headers[:MOST_COLUMNS]):
        if known := _field_and_rank(header, chosen or {}):
            field, rank = known
            best[field] = min(best.get(field, (rank, place)), (rank, place))
    return {field: place for field, (_, place) in best.items()}


def spare_prices(headers: Sequence[str], chosen: Mapping[str, str] | None = None) -> list[int]:
    """Where the price stands as well, the name that says more first: where the best one is blank.

    Who gives a discount on some books leaves that column blank for the others.
    """
    named = [
        (known[1], place)
        for place, header in enumerate(headers[:MOST_COLUMNS])
        if (known := _field_and_rank(header, chosen or {})) and known[0] == "price"
    ]
    return [place for _, place in sorted(named)[1:]]


def likely(
    headers: Sequence[str], samples: Sequence[Sequence[str]], known: Mapping[str, str]
) -> dict[str, str]:
    """What the columns beside the `known` ones may be, by their values: a field for a header.

    Where two look alike nothing is said: a seller overlooks a wrong guess sooner than none.
    """
    guessed: dict[str, str] = {}
    for field, look in _LOOKS:
        told = {**known, **guessed}
        if field in told.values():
            continue
        fitting = [
            header
            for place, header in enumerate(headers[:MOST_COLUMNS])
            if header not in told and _all_look(values_of(samples, place), look)
        ]
        if len(fitting) == 1:
            guessed[fitting[0]] = field
    return guessed


def values_of(samples: Sequence[Sequence[str]], place: int) -> list[str]:
    """The first values of a column, each once."""
    cells = (row[place].strip() for row in samples if place < len(row))
    return list(dict.fromkeys(filter(None, cells)))


def _all_look(values: Sequence[str], look: re.Pattern[str]) -> bool:
    return bool(values) and all(map(look.fullmatch, values))


def _field_and_rank(header: str, chosen: Mapping[str, str]) -> tuple[str, int] | None:
    if header not in chosen:
        return _FIELD_AND_RANK.get(_plain(header))
    return (chosen[header], _CHOSEN) if chosen[header] in SYNONYMS else None


def _plain(header: str) -> str:
    lowered = header.replace("\ufeff", "").casefold().replace("ё", "е")
    return _BETWEEN_WORDS.sub(" ", lowered).strip()


def form_of(headers: Sequence[str]) -> str:
    """The same for files with the same columns in the same order."""
    return blake2b("\x1f".join(map(_plain, headers)).encode(), digest_size=16).hexdigest()
