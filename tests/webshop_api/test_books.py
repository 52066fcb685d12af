"""Find books, and look at one."""

import json

import pytest

import manage
from bookshop.books.models import Book, Offer


@pytest.fixture
def shelf(shop, emma_id, boris):
    """Emma by two sellers, Persuasion by one."""
    boris_id = boris.get("/users/me").json["id"]
    emma = shop.sells(emma_id, "Emma", copies=3, price=50000)
    dearer = shop.sells(boris_id, "Emma", copies=1, price=60050)
    persuasion = shop.sells(emma_id, "Persuasion", copies=0, price=40000)
    shop.works()
    return {"emma": emma, "dearer": dearer, "persuasion": persuasion}


def test_a_search_answers_books_with_every_offer_best_first(guest, shelf):
    answer = guest.get("/books", q="emma")

    assert answer.status_code == 200
    assert answer.json["total"] == 1
    [book] = answer.json["results"]
    assert book["title"] == "Emma"
    assert book["authors"] == ["Anon"]
    assert (book["price"], book["currency"], book["in_stock"]) == ("500.00", "RUB", True)
    assert [(o["id"], o["seller"], o["price"], o["sellable"]) for o in book["offers"]] == [
        (shelf["emma"], "emma", "500.00", 3),
        (shelf["dearer"], "boris", "600.50", 1),
    ]


def test_filters_and_pages_go_to_the_index(guest, shelf):
    assert guest.get("/books", in_stock="true").json["total"] == 1
    assert guest.get("/books", seller="boris").json["total"] == 1
    assert guest.get("/books", max_price="450.00", in_stock="false").json["total"] == 1
    first, second = (guest.get("/books", sort="title", per_page=1, page=n).json for n in (1, 2))
    assert [first["results"][0]["title"], second["results"][0]["title"]] == ["Emma", "Persuasion"]
    assert first["facets"]["seller"] == {"emma": 2, "boris": 1}


def test_a_question_that_cannot_be_understood_says_which_part(guest):
    mistakes = [
        ("page", "0", "out_of_range"),
        ("page", "9" * 20, "out_of_range"),
        ("page", "9" * 5000, "not_whole"),
        ("per_page", "101", "out_of_range"),
        ("per_page", "ten", "not_whole"),
        ("sort", "weight", "not_one_of"),
        ("in_stock", "perhaps", "not_boolean"),
        ("as_typed", "perhaps", "not_boolean"),
        ("min_year", "-1", "out_of_range"),
        ("max_year", "10000", "out_of_range"),
        ("min_price", "cheap", "not_money"),
        ("q", "a\0b", "bad_signs"),
    ]

    for field, value, code in mistakes:
        answer = guest.get("/books", **{field: value})
        assert answer.status_code == 422
        faults = [(fault["field"], fault["code"]) for fault in answer.json["errors"]]
        assert faults == [(field, code)]


def test_a_book_is_known_by_isbn_and_by_id(guest, shop, emma_id):
    with shop.database.transaction() as session:
        book = Book(isbn13="9780141439587", title="Emma", authors="Jane Austen", year=2003)
        session.add(book)
    shop.sells(emma_id, "Emma", copies=2)

    by_isbn, by_id = guest.get("/books/9780141439587"), guest.get(f"/books/{book.id}")

    assert by_isbn.json == by_id.json
    assert (by_isbn.json["year"], by_isbn.json["authors"]) == (2003, ["Jane Austen"])
    assert by_isbn.json["offers"][0]["sellable"] == 2


def test_no_such_book_is_404(guest):
    for key in ("9780000000000", "0", "999999999999", "9" * 4500, "emma", "%00"):
        assert guest.get(f"/books/{key}").status_code == 404, key


def test_a_withdrawn_offer_is_not_shown(guest, shop, shelf):
    with shop.database.transaction() as session:
        offer = session.get_one(Offer, shelf["emma"])
        offer.withdrawn_at, book = offer.changed_at, offer.book_id

    assert [o["seller"] for o in guest.get(f"/books/{book}").json["offers"]] == ["boris"]


def test_suggestions_come_while_one_types(guest, shelf):
    answer = guest.get("/suggest", q="per")

    [book] = answer.json
    assert (book["kind"], book["text"]) == ("book", "Persuasion")
    assert (book["price"], book["currency"], book["in_stock"]) == ("400.00", "RUB", False)
    assert book["authors"] == ["Anon"]
    assert {"kind": "author", "text": "Anon", "book_id": None} in guest.get("/suggest", q="an").json


def test_words_are_corrected_unless_they_are_meant_as_typed(guest, shelf):
    corrected, as_typed = (guest.get("/books", q="persuasoin", as_typed=way) for way in (0, 1))

    assert (corrected.json["did_you_mean"], corrected.json["total"]) == ("persuasion", 1)
    assert (as_typed.json["did_you_mean"], as_typed.json["total"]) == (None, 0)


def test_the_command_line_answers_the_same(guest, shop, shelf, monkeypatch, capsys):
    monkeypatch.setenv("BOOKSHOP_VAR", str(shop.settings.var))
    for options, query in (
        (["emma"], {"q": "emma"}),
        (["emna"], {"q": "emna"}),
        (["emna", "--as-typed"], {"q": "emna", "as_typed": "true"}),
        (["", "--sort", "-price", "--limit", "1", "--page", "2"],
         {"sort": "-price", "per_page": 1, "page": 2}),
        (["", "--seller", "boris", "--in-stock"], {"seller": "boris", "in_stock": "true"}),
        (["", "--max-price", "450", "--category", "x", "--language", "en", "--min-year", "2000"],
         {"max_price": "450", "category": "x", "language": "en", "min_year": 2000}),
    ):  # fmt: skip
        monkeypatch.setattr("sys.argv", ["manage.py", "search", *options, "--json"])
        assert manage.main() == 0

        told, answered = json.loads(capsys.readouterr().out), guest.get("/books", **query).json
        assert told | {"took_ms": 0} == answered | {"took_ms": 0}, options


def test_the_command_line_says_what_was_understood(shop, shelf, monkeypatch, capsys):
    monkeypatch.setenv("BOOKSHOP_VAR", str(shop.settings.var))
    monkeypatch.setattr("sys.argv", ["manage.py", "search", "persuasoin"])

    manage.main()

    assert "for “persuasion”" in capsys.readouterr().out


def test_the_command_line_tells_a_way_on_where_nothing_is_found(shop, shelf, monkeypatch, capsys):
    monkeypatch.setenv("BOOKSHOP_VAR", str(shop.settings.var))
    for options, said in (
        (["qqqqzzz"], "check the letters"),
        (["emma", "--language", "de"], "without --language: 1"),
        (["978-0-7475-3274-4"], "its last character does not fit"),
    ):
        monkeypatch.setattr("sys.argv", ["manage.py", "search", *options])
        assert manage.main() == 0
        assert said in capsys.readouterr().out


def test_the_command_line_knows_no_seller_that_is_not_there(shop, shelf, monkeypatch, capsys):
    monkeypatch.setenv("BOOKSHOP_VAR", str(shop.settings.var))
    monkeypatch.setattr("sys.argv", ["manage.py", "search", "emma", "--seller", "nobody"])

    assert manage.main() == manage.WRONG_USAGE
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/books", "/books/1"])
def test_a_shelf_of_twelve_costs_as_many_queries_as_one_of_two(guest, shop, emma_id, queries, path):
    for n in range(2):
        shop.sells(emma_id, f"Book {n}", copies=1)
    shop.works()
    few = queries(guest.get, path, per_page=100)
    for n in range(10):
        shop.sells(emma_id, f"More {n}", copies=1)
    shop.works()

    assert few <= 2
    assert queries(guest.get, path, per_page=100) == few
