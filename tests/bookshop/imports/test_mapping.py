"""A table whose columns cannot be told, and what its seller says of them."""

import pytest

from bookshop.imports import reading
from bookshop.imports.problems import MissingColumns

TABLE = "Автор;Что;Почём;Полка\nОстен;Emma;100;1\nПушкин;Метель;200;2\n"
SAID = {"Что": "title", "Почём": "price", "Полка": "stock"}


def test_a_table_that_cannot_be_told_is_refused_with_what_is_needed_to_tell_it(upload):
    with pytest.raises(MissingColumns) as refusal:
        upload(TABLE + f"{'ы' * 1000};x;1;1\n" + "x;y;1;1\n" * 10)

    assert refusal.value.params["missing"] == ["Title", "Price"]
    assert "Нет: Название, Цена." in refusal.value.told_in("ru")
    assert refusal.value.header == ["Автор", "Что", "Почём", "Полка"]
    assert refusal.value.known == {"Автор": "authors"}
    assert refusal.value.samples[:3] == [
        ["Остен", "Emma", "100", "1"],
        ["Пушкин", "Метель", "200", "2"],
        ["ы" * 80, "x", "1", "1"],
    ]
    assert len(refusal.value.samples) == 5


def test_what_the_seller_says_is_read(upload):
    catalogue = upload(TABLE, mapping=SAID)

    assert [(book["title"], book["price"], book["stock"]) for book in catalogue.accepted] == [
        ("Emma", 10000, 1),
        ("Метель", 20000, 2),
    ]
    assert catalogue.accepted[0]["authors"] == "Остен"
    assert catalogue.warnings == []


def test_a_column_that_was_told_wrongly_can_be_corrected(tmp_path):
    path = tmp_path / "upload"
    path.write_text("Название;Цена;Количество;Остаток\nEmma;100;7;1\n")

    first = reading.read(path)
    (chunk,) = reading.read(path, mapping={"Остаток": "stock", "Количество": ""}).chunks

    assert first.header == ["Название", "Цена", "Количество", "Остаток"]
    assert first.read_as == {"Название": "title", "Цена": "price", "Остаток": "stock"}
    assert first.samples == [["Emma", "100", "7", "1"]]
    assert chunk["stock"].tolist() == ["1"]


def test_a_column_that_is_not_to_be_read_is_not(upload):
    table = "title,price,stock,series\nEmma,100,1,x\n"

    assert upload(table).book["series"] == "x"
    assert upload(table, mapping={"series": ""}).book["series"] == ""


def test_the_seller_says_how_many_copies_there_are_where_the_file_does_not(upload):
    for_all = upload("title,price\nA,1\nB,2\n", default_stock=0)
    where_it_is_said = upload("title,price,stock\nA,1,5\n", default_stock=3)

    assert [book["stock"] for book in for_all.accepted] == [0, 0]
    assert for_all.warnings == []
    assert where_it_is_said.book["stock"] == 5


def test_a_header_is_named_as_it_can_be_shown(upload):
    """Over several lines, behind a mark, very long: the seller picks it."""
    header = '\ufeff"Что\n у нас";"Почём";"' + "ы" * 100 + '"'

    with pytest.raises(MissingColumns) as refusal:
        upload(f"{header}\nEmma;1;2\n")
    what, price, long = refusal.value.header

    assert (what, len(long)) == ("Что у нас", 80)
    chosen = {what: "title", price: "price", long: "stock"}
    assert upload(f"{header}\nEmma;1;2\n", mapping=chosen).book["stock"] == 2
