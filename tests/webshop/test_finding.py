"""The front page, the lists and the page of a book."""

import json

import pytest
from sqlalchemy import update

from bookshop.books.models import Book, Offer
from bookshop.database import now
from webshop.covers import cover_svg


@pytest.fixture
def books(shop, emma, boris):
    """Two sellers share "Dracula"; "Emma" is sold out."""
    offers = {
        "dracula of emma": shop.sells(emma, "Dracula", copies=2, price=50000),
        "emma": shop.sells(emma, "Emma", copies=0, price=30000),
    }
    with shop.database.transaction() as session:
        book_id = session.get_one(Offer, offers["dracula of emma"]).book_id
        facts = {"isbn13": "9799241583335", "category": "Horror", "language": "en"}
        session.execute(update(Book).where(Book.id == book_id).values(**facts))
    offers["dracula of boris"] = shop.sells(boris, "Dracula", copies=9, price=40000)
    shop.works()
    return offers


def test_the_front_page_shows_what_can_be_bought_and_the_sections(guest, books):
    guest.opens("/")

    assert "2 books of 2 sellers" in guest.reads
    assert "/books/9799241583335" in guest.links
    assert "/books?category=Horror" in guest.links


def test_examples_are_in_the_readers_language_where_there_are_any(guest, shop, emma, books):
    for newer in ("Идиот", "Бесы"):  # in no language that was told
        shop.sells(emma, newer, copies=1)
    shop.works()

    guest.opens("/")

    assert guest.page.xpath("//section[@aria-labelledby='ask']/p/a/text()") == ["Anon"]
    assert guest.page.xpath("//h3[@lang='en']/a/text()") == ["Dracula"] * 2


def test_a_list_shows_each_book_once_at_its_best_price(guest, books):
    guest.opens("/books?q=dracula")

    assert guest.reads.count("from 400.00") == 1
    assert "2 sellers" in guest.reads


def test_conditions_stand_in_the_address_and_each_can_be_taken_away(guest, books):
    guest.opens("/books?category=Horror&max_price=450&in_stock=1&page=1")

    assert "Dracula" in guest.reads
    assert "/books?max_price=450&in_stock=1" in guest.links  # without the section
    guest.opens("/books?max_price=399")
    assert "Dracula" not in guest.reads


def test_any_address_of_a_list_answers(guest, books):
    for query in (
        "page=0&sort=nonsense&min_price=a&max_price=-1",
        "page=99999999999999999999",
        "q=%00%F0%9F%98%80%22%28*AND+OR+NOT",
        "q=" + "x" * 5000,
        "category=none&seller=none&language=none",
        "view=rows&page=2",
    ):
        assert guest.opens(f"/books?{query}").status_code == 200, query


def test_nothing_found_says_so_and_shows_the_way_on(guest, books):
    guest.opens("/books?q=qqqqqqqqqqqqq")

    assert "There are no books" in guest.reads
    assert "/books?sort=newest" in guest.links


def test_the_page_of_a_book_shows_every_offer_best_first(guest, books):
    guest.opens("/books/9799241583335")

    assert guest.prices == ["400.00\xa0₽", "500.00\xa0₽"]
    assert "2 sellers have it" in guest.reads
    assert "Only 2 copies left" in guest.reads


def test_an_offer_without_copies_comes_last_and_cannot_be_bought(guest, shop, boris, books):
    shop.sells(boris, "Emma", copies=3, price=99000)
    shop.works()

    guest.opens("/books?q=emma")
    (link,) = [link for link in guest.links if link.startswith("/books/")]
    guest.opens(link)

    assert guest.prices == ["990.00\xa0₽", "300.00\xa0₽"]
    assert guest.buttons().count("/basket/add") == 1


def test_search_engines_read_the_same_offers(guest, books):
    guest.opens("/books/9799241583335")

    facts = json.loads(guest.page.xpath("string(//script[@type='application/ld+json'])"))
    assert [offer["price"] for offer in facts["offers"]] == ["400.00", "500.00"]
    assert facts["isbn"] == "9799241583335"


def test_a_title_cannot_break_out_of_the_page(guest, shop, emma):
    title = "</script><script>alert(1)</script>"
    shop.sells(emma, title, copies=1)
    shop.works()

    guest.opens("/books?q=alert")
    (link,) = {link for link in guest.links if link.startswith("/books/")}
    guest.opens(link)

    scripts = guest.page.xpath("//script[not(@src)]")
    assert [script.get("type") for script in scripts] == ["application/ld+json"]
    assert json.loads(scripts[0].text)["name"] == title


def test_a_book_has_one_address(guest, books, shop):
    with shop.database.reading() as session:
        book_id = session.get_one(Offer, books["dracula of emma"]).book_id

    guest.opens(f"/books/{book_id}")

    assert guest.last.request.path == "/books/9799241583335"


def test_a_book_that_is_not_there_is_a_friendly_404(guest, books):
    for key in ("0", "99999999999999999999", "x", "9999999999999", "²", "1/2"):
        assert guest.opens(f"/books/{key}").status_code == 404, key
        assert "req-" in guest.reads


def test_a_book_nobody_sells_any_more_keeps_its_page(guest, books, shop):
    shop.does(lambda session: session.execute(update(Offer).values(withdrawn_at=now())))

    guest.opens("/books/9799241583335")

    assert guest.last.status_code == 200
    assert "Nobody sells it now" in guest.reads


def test_more_books_do_not_cost_more_queries(guest, shop, emma, boris, books, queries):
    for number in range(20):
        for seller in (emma, boris):
            shop.sells(seller, f"Another book {number}", copies=2)
    shop.works()

    for path, most in (("/", 2), ("/books", 2), ("/books/9799241583335", 3)):
        guest.opens(path)
        with queries() as asked:
            guest.opens(path)
        assert len(asked) <= most, (path, asked)


def test_covers_are_the_same_every_time_and_fit_a_strict_page():
    cover = cover_svg("<Emma> & co", ("Jane Austen",), "9799241583335")

    assert cover == cover_svg("<Emma> & co", ("Jane Austen",), "9799241583335")
    assert "style=" not in cover
    assert "id=" not in cover
    assert "<Emma>" not in cover
