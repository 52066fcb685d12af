"""A seller's catalogues over the API: their columns, their history, and files to take along."""

import gzip

import pytest
from sqlalchemy import update

from bookshop.imports.models import Import
from bookshop.imports.uploads import Upload
from tests.webshop_api.test_seller import CATALOGUE, upload

UNTOLD = b"Werk;Kosten;Farbe\nEmma;500.00;rot\nSanditon;450.50;blau\n"
GIGABYTE = 1024**3


@pytest.fixture
def previewed(emma, shop):
    """The address of an upload of which one record is good and one is refused."""
    path = path_of(upload(emma))
    shop.works()
    return path


def path_of(received) -> str:
    assert received.status_code == 202
    return f"/seller/imports/{received.json['id']}"


def forget(shop, path):
    """As after ninety days."""
    id = int(path.rpartition("/")[2])
    with shop.database.transaction() as session:
        found = session.get_one(Import, id)
        Upload(shop.settings.uploads / found.path).forget()
        session.execute(update(Import).where(Import.id == id).values(path=""))


def test_columns_that_cannot_be_told_are_named_by_the_seller(emma, shop):
    path = path_of(upload(emma, UNTOLD))
    shop.works()

    asked = emma.get(path).json
    assert (asked["state"], asked["refused"]["code"]) == ("refused", "missing_columns")
    assert asked["columns"]["header"] == ["Werk", "Kosten", "Farbe"]
    assert asked["columns"]["samples"][0] == ["Emma", "500.00", "rot"]

    named = {"mapping": {"Werk": "title", "Kosten": "price"}, "default_stock": 7}
    assert emma.post(f"{path}/columns", named).json["state"] == "received"
    shop.works()

    told = emma.get(path).json
    assert (told["state"], told["new"], told["default_stock"]) == ("preview", 2, 7)
    assert told["columns"]["read_as"] == {"Werk": "title", "Kosten": "price"}
    assert [one["code"] for one in told["warnings"]] == ["unknown_columns"]
    assert [(one["title"], one["price"], one["on_hand"]) for one in told["preview"]["new"]] == [
        ("Emma", "500.00", 7),
        ("Sanditon", "450.50", 7),
    ]


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({}, "mapping", "missing"),
        ({"mapping": None}, "mapping", "null"),
        ({"mapping": ["title"]}, "mapping", "not_an_object"),
        ({"mapping": {"Werk": "title", "Kosten": "title"}}, "mapping", "field_twice"),
        ({"mapping": {"Preis": "price"}}, "mapping", "unknown_column"),
        ({"mapping": {"Werk": "colour"}}, "mapping", "unknown_field"),
        ({"mapping": {"Werk": "title"}}, "mapping", "needed_not_read"),
        ({"mapping": {}, "default_stock": -1}, "default_stock", "bad_default_stock"),
        ({"mapping": {}, "default_stock": "1"}, "default_stock", "not_whole"),
    ],
)
def test_columns_named_wrongly_are_told_by_their_field(emma, shop, asked, field, code):
    path = path_of(upload(emma, UNTOLD))
    shop.works()

    answer = emma.post(f"{path}/columns", asked)

    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [(field, code)]


def test_how_many_copies_there_are_may_be_said_with_the_upload(emma, shop):
    path = path_of(upload(emma, b"title,price\nEmma,5\n", query_string={"default_stock": 3}))
    shop.works()

    told = emma.get(path).json
    assert (told["preview"]["new"][0]["on_hand"], told["warnings"]) == (3, [])
    answer = upload(emma, query_string={"default_stock": -3})
    assert answer.json["errors"][0]["field"] == "default_stock"
    assert len(list(shop.settings.uploads.glob("*.part"))) == 0


def test_the_history_is_told_a_page_at_a_time(emma, boris, shop, queries):
    for n in range(3):
        upload(emma, name=f"{n}.csv")
    shop.works()

    first = emma.get("/seller/imports", per_page=2)
    second = emma.get("/seller/imports", per_page=2, page=2)

    assert first.headers["X-Total-Count"] == "3"
    assert [one["filename"] for one in first.json] == ["2.csv", "1.csv"]
    [oldest] = second.json
    assert (oldest["state"], oldest["rows"], oldest["is_kept"]) == ("preview", 2, True)
    assert oldest["uploaded_at"]
    assert oldest["ended_at"] is None
    assert boris.get("/seller/imports").json == []
    assert queries(emma.get, "/seller/imports", per_page=1) == queries(emma.get, "/seller/imports")


def test_every_answer_about_an_import_keeps_to_its_description(emma, previewed):
    spec = emma.get("/openapi.json").json["components"]["schemas"]

    assert set(emma.get(previewed).json) == set(spec["Import"]["properties"])
    assert set(emma.get("/seller/imports").json[0]) == set(spec["ImportInList"]["properties"])


def test_the_refused_rows_come_back_in_the_sellers_own_format(emma, shop, previewed):
    answer = emma.get(f"{previewed}/refused")

    assert answer.content_type == "text/csv; charset=utf-8"
    assert "filename=refused-books.csv" in answer.headers["Content-Disposition"]
    header, row = answer.data.decode("utf-8-sig").splitlines()
    assert header == "isbn,title,authors,price,stock,Why not accepted"
    assert row.startswith(",Nameless,,abc,1,")

    mended = answer.data.replace(b"abc", b"200")
    again = path_of(upload(emma, mended))
    shop.works()
    told = emma.get(again).json
    assert (told["accepted"], told["rejected"]) == (1, 0)
    nothing = emma.get(f"{again}/refused")
    assert (nothing.status_code, nothing.json["code"]) == (404, "nothing_refused")


def test_a_packed_catalogue_gives_its_refused_rows_back_unpacked(emma, shop):
    path = path_of(upload(emma, gzip.compress(CATALOGUE), "весна.csv.gz"))
    shop.works()

    answer = emma.get(f"{path}/refused")

    assert b"Nameless" in answer.data
    assert "refused-%D0%B2%D0%B5%D1%81%D0%BD%D0%B0.csv" in answer.headers["Content-Disposition"]


def test_the_original_comes_back_until_it_is_forgotten(emma, shop, previewed):
    answer = emma.get(f"{previewed}/original")
    assert answer.data == CATALOGUE
    assert "attachment; filename=books.csv" in answer.headers["Content-Disposition"]

    forget(shop, previewed)

    for file in ("original", "refused"):
        answer = emma.get(f"{previewed}/{file}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_kept")
    assert emma.get(previewed).json["is_kept"] is False


def test_another_sellers_import_is_not_there(emma, boris, previewed):
    for file in ("original", "refused"):
        assert boris.get(f"{previewed}/{file}").status_code == 404
    answer = boris.post(f"{previewed}/columns", {"mapping": {"title": "title"}})
    assert answer.status_code == 404


@pytest.mark.parametrize("format", ["csv", "yml", "onix"])
def test_what_is_exported_and_uploaded_again_changes_nothing(emma, shop, emma_id, format):
    rows = "".join(f"Book {n},{n + 1}.50,{n}\n" for n in range(1100))  # more than are read at once
    shop.puts_on_sale(emma_id, f"title,price,stock\n{rows}")

    answer = emma.get("/seller/offers/export", format=format)
    path = path_of(upload(emma, answer.data))
    shop.works()

    told = emma.get(path).json
    assert (told["format"], told["unchanged"], told["missing"]) == (format, 1100, 0)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_export_in_another_format_is_refused(emma):
    answer = emma.get("/seller/offers/export", format="xls")

    assert answer.json["errors"] == [
        {"field": "format", "code": "not_one_of", "message": answer.json["errors"][0]["message"]}
    ]


@pytest.mark.parametrize(("size", "status"), [(2 * GIGABYTE, 400), (2 * GIGABYTE + 1, 413)])
def test_a_catalogue_may_have_two_gigabytes(emma, size, status):
    """Only its size is said: too much is refused before it is read, what is missing after."""
    announced = {"CONTENT_LENGTH": str(size), "CONTENT_TYPE": "multipart/form-data; boundary=x"}

    answer = emma.post("/seller/imports", environ_overrides=announced)

    assert answer.status_code == status
