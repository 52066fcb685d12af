"""A catalogue goes in: looked at, applied, undone; what is wrong with it is told line by line."""

import csv
import io

import pytest

from bookshop.imports import service as imports
from bookshop.stock import offers
from seller_dashboard.views.faults import as_csv
from tests.seller_dashboard.conftest import told

CATALOGUE = b"""isbn,title,price,stock
9780141439518,Pride and Prejudice,500.00,3
9780141439587,Emma,450.50,2
9780141439587x,Sanditon,400,1
,Persuasion,minus,1
"""


@pytest.fixture
def uploaded(visits, shop, emma):
    """The page right after a file was dropped on it, and the import's id."""
    page = visits(emma, "upload")
    page.file_uploader[0].upload("spring.csv", CATALOGUE, "text/csv")
    page.run()
    with shop.database.reading() as session:
        [received] = imports.history(session, emma)
    return page, received.id


def state(shop, emma, id):
    return shop.does(imports.get, id, emma).state.value


def titles_on_sale(shop, emma):
    with shop.database.reading() as session:
        return {one.title for one in offers.of_seller(session, emma).offers if one.on_sale}


def press(page, label):
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def test_a_file_is_taken_in_once_and_its_check_is_watched(uploaded, shop, emma):
    page, id = uploaded

    assert [title.value for title in page.title] == ["spring\\.csv"]
    assert told(page) == ["The file is being checked. You may leave this page."]
    page.run()
    with shop.database.reading() as session:
        assert len(imports.history(session, emma)) == 1
    kept = shop.does(imports.get, id, emma)
    assert (shop.settings.uploads / kept.path).read_bytes() == CATALOGUE


def test_the_preview_counts_and_names_what_is_refused(uploaded, shop, emma):
    page, _ = uploaded
    shop.works()

    page.run()

    counts = {metric.label: metric.value for metric in page.metric}
    assert counts == {
        "New books": "2",
        "Changed": "0",
        "Unchanged": "0",
        "Refused": "2",
        "Not in the file": "0",
    }
    table = page.table[0].value
    assert list(table["Line"]) == [4, 5]
    assert table["In the file"][1] == "price: minus".replace(":", "\\:")
    assert titles_on_sale(shop, emma) == set()


def test_applied_and_undone(uploaded, shop, emma):
    page, id = uploaded
    shop.works()
    page.run()

    press(page, "Apply")
    assert state(shop, emma, id) == "applying"
    shop.works()
    page.run()
    assert titles_on_sale(shop, emma) == {"Pride and Prejudice", "Emma"}

    press(page, "Undo")
    assert told(page) == ["It is being undone."]
    shop.works()
    page.run()
    assert state(shop, emma, id) == "undone"
    assert titles_on_sale(shop, emma) == set()


def test_what_is_not_in_the_file_goes_off_sale_only_when_asked(uploaded, shop, emma):
    page, _ = uploaded
    shop.sells(emma, "Sense and Sensibility", copies=1)
    shop.works()
    page.run()

    page.checkbox[0].check()
    press(page, "Apply")
    shop.works()

    assert "Sense and Sensibility" not in titles_on_sale(shop, emma)


def test_cancelled_before_it_did_anything(uploaded, shop, emma):
    page, id = uploaded

    press(page, "Cancel the upload")
    shop.works()

    assert state(shop, emma, id) == "cancelled"
    assert titles_on_sale(shop, emma) == set()


def test_what_is_no_catalogue_is_refused_in_words(visits, shop, emma):
    page = visits(emma, "upload")
    page.file_uploader[0].upload("photo.pdf", b"%PDF-1.7 ...", "application/pdf")
    page.run()
    shop.works()

    page.run()

    assert len(page.error) == 1
    assert "This is a PDF" in page.error[0].value


def test_uploads_are_listed_for_their_seller_alone(uploaded, visits, emma, boris):
    _, id = uploaded

    assert [link.label for link in visits(emma, "upload").page_link] == ["**spring\\.csv**"]
    assert not visits(boris, "upload").page_link
    assert told(visits(boris, "upload", **{"import": id})) == [
        "There is no such import, or it is not yours."
    ]


def test_the_file_of_problems_holds_all_and_computes_nothing():
    fault = {"line": 7, "record": 6, "field": "price", "value": "=1+1", "message": "Not a price."}

    rows = list(csv.reader(io.StringIO(as_csv([fault] * 300, "en").decode("utf-8-sig"))))

    assert rows[0] == ["Line", "Record", "Field", "Value", "What is wrong"]
    assert rows[1] == ["7", "6", "price", "'=1+1", "Not a price."]
    assert len(rows) == 301
