"""A catalogue goes in, is applied and undone; what came before is listed."""

import pytest

from bookshop.imports import history
from bookshop.imports import service as imports
from bookshop.imports.models import Import
from bookshop.stock import offers
from bookshop.users import service as users
from seller_dashboard.views import history as view
from tests.seller_dashboard.conftest import links, press, told

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
        [received] = history.of_seller(session, emma).imports
    return page, received.id


def state(shop, emma, id):
    return shop.does(imports.get, id, emma).state.value


def titles_on_sale(shop, emma):
    with shop.database.reading() as session:
        return {one.title for one in offers.of_seller(session, emma).offers if one.on_sale}


def test_the_uploader_speaks_the_sellers_language(visits, shop, emma):
    shop.does(users.change, emma, language="ru")

    page = visits(emma, "upload")

    style = "".join(one.proto.body for one in page.get("html"))
    assert 'content: "Выбрать файл"' in style
    assert "МБ" in style


def test_a_file_is_taken_in_once_and_its_check_is_watched(uploaded, shop, emma):
    page, id = uploaded

    assert [title.value for title in page.title] == ["spring\\.csv"]
    assert told(page) == ["The file will be checked in a moment."]
    page.run()
    with shop.database.reading() as session:
        assert history.of_seller(session, emma).total == 1
    kept = shop.does(imports.get, id, emma)
    assert (shop.settings.uploads / kept.path).read_bytes() == CATALOGUE


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


def test_the_history_tells_what_each_brought_and_gives_the_file_while_it_is_kept(
    visits, shop, emma
):
    id = shop.puts_on_sale(emma, CATALOGUE)

    page = visits(emma, "upload")
    [said] = [one.value for one in page.caption if "record" in one.value]
    assert said.endswith("4 records · 2 new · 2 refused")
    assert "applied" in said
    address = f"{shop.settings.public_url}/api/v1/seller/imports/{id}/original"
    assert address in links(page).values()

    with shop.database.transaction() as session:
        session.get_one(Import, id).path = ""
    assert address not in links(visits(emma, "upload")).values()


def test_a_long_history_is_turned_page_by_page(visits, shop, emma, monkeypatch):
    monkeypatch.setattr(view, "PER_PAGE", 2)
    for _ in range(3):
        shop.uploads(emma, CATALOGUE)

    assert len(visits(emma, "upload").page_link) == 2


def test_what_is_on_sale_can_be_taken_along_in_every_format(visits, emma):
    found = links(visits(emma, "upload"))

    for name, format in (("CSV", "csv"), ("Yandex YML", "yml"), ("ONIX 3.0", "onix")):
        assert found[name].endswith(f"/api/v1/seller/offers/export?format={format}")
