import json

import pytest

from bookshop.imports import problems

BOOK = "  - title: Emma\n    price: '100.50'\n    stock: 3\n"


def test_a_list_may_stand_alone_or_below_a_name(upload):
    assert upload("- title: Emma\n  price: 1\n  stock: 1\n").book["title"] == "Emma"
    assert upload("# ours\n---\nseller: me\nbooks:\n" + BOOK).book["title"] == "Emma"


def test_values_are_the_text_they_were_written_as(upload):
    text = "- title: no\n  isbn: 0306406152\n  price: 010\n  stock: 2\n  sku: 1:30\n  series: ~\n"

    book = upload(text).book

    assert (book["title"], book["isbn13"], book["price"]) == ("no", "9780306406157", 1000)
    assert (book["sku"], book["series"]) == ("1:30", "")


def test_several_authors_are_a_list(upload):
    text = "- title: A\n  price: 1\n  stock: 1\n  authors:\n    - Ильф\n    - Петров\n"

    assert upload(text).book["authors"] == "Ильф; Петров"


def test_json_is_read_as_the_yaml_it_is(upload):
    book = {"название": "Эмма", "цена": 10.5, "остаток": 2, "extra": {"a": [1, {"b": 2}]}}

    assert upload(json.dumps({"books": [book]})).book["price"] == 1050


def test_the_line_of_a_record_is_where_it_begins(upload):
    text = "currency: RUB\n\nbooks:\n" + BOOK + "\n" + BOOK.replace("100.50", "free")

    read = upload(text)

    assert read.accepted[0]["line"] == 4
    assert read.refused == [(8, "price", "price_not_a_number")]


def test_the_currency_of_the_file_is_that_of_its_books(upload):
    assert upload("currency: USD\nbooks:\n" + BOOK).refused == [
        (3, "currency", "currency_not_ours")
    ]


def test_without_copies_there_is_one_and_one_warning(upload):
    read = upload("- {title: A, price: 1}\n- {title: B, price: 1}\n")

    assert [book["stock"] for book in read.accepted] == [1, 1]
    assert read.warned == [(1, "stock", "stock_assumed")]


def test_what_is_no_record_is_a_problem_of_its_line_alone(upload):
    read = upload("- Emma\n- {title: B, price: 1, stock: 1}\n- {title: C, price: 1, price: 2}\n")

    assert read.refused == [(1, "(row)", "not_a_record"), (3, "price", "given_twice")]
    assert len(read.accepted) == 1


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("books:\n  - &a {title: A, price: 1}\n  - *a\n", problems.YamlTricks),
        ("books:\n  - !!python/object:os.system {title: A}\n", problems.YamlTricks),
        ("books: " + "[" * 50_000, problems.TooDeep),
        ("books: " + "{a: " * 50_000, problems.TooDeep),
        ("books:\n  - title: 'Emma\n    price: 1\n", problems.BrokenYaml),
        ("books:\n" + BOOK + "  - {title: B, price", problems.BrokenYaml),
        ("books:\n" + BOOK + "\tprice: 1\n", problems.BrokenYaml),
        ("books: []\n", problems.NoRecords),
        ("shop: Emma\n", problems.NoListOfBooks),
    ],
)
def test_what_is_no_plain_catalogue_is_refused(upload, text, refusal):
    with pytest.raises(refusal):
        upload(text)


def test_a_record_without_an_end_is_no_record(upload):
    endless = "books:\n" + BOOK + "  - title: [" + ("a" * 98 + ", ") * 50_000

    with pytest.raises(problems.LineTooLong):
        upload(endless)


def test_many_long_records_are_no_long_record(upload):
    book = "- {title: A%d, price: 1, stock: 1, description: " + "x" * 1_000_000 + "}\n"

    assert len(upload("".join(book % n for n in range(6))).accepted) == 6


def test_a_seller_may_say_how_many_copies_there_are_of_what_is_not_counted(upload):
    read = upload("- {title: A, price: 1}\n", default_stock=0)

    assert read.book["stock"] == 0
    assert read.warnings == []


def test_refused_records_come_back_as_they_stood_and_are_read_when_mended(upload, refused):
    text = (
        "currency: RUB\nbooks:\n" + BOOK + "  - title: 'no'\n    isbn: 0306406152 # right\n"
        '    price: dear\n    stock: 010\n    authors: [Ильф, "Петров"]\n'
        "    Why not accepted: of last time\n"
        "  - Эмма\n"
    )

    back = refused(text.encode(), {2: 'no: "number"', 3: "no record"}, "Why not accepted")

    assert "of last time" not in back
    assert "Why not accepted: 'no: \"number\"'" in back
    mended = upload(back.replace("dear", "7"))
    assert [(b["title"], b["price"], b["stock"], b["authors"]) for b in mended.accepted] == [
        ("no", 700, 10, "Ильф; Петров")
    ]
    assert mended.accepted[0]["isbn13"] == "9780306406157"
    assert {code for _, _, code in mended.refused} == {"title_missing", "price_blank"}
    assert "record: Эмма" in back
