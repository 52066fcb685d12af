"""What sellers tell otherwise of a book that they share, as operators see it."""

import pytest

from bookshop.books.models import Book

HEADER = "isbn,title,authors,year,price,stock\n"
OF_EMMA = HEADER + "9780141439587,Emma,Jane Austen,1815,500,1\n"
OF_BORIS = HEADER + "9780141439587,Эмма,Jane Austen,2003,400,1\n"


@pytest.fixture
def disputed(shop, emma, boris):
    """Emma's shop brought the book; Boris tells another title and year."""
    shop.puts_on_sale(emma, OF_EMMA)
    shop.puts_on_sale(boris, OF_BORIS)


def rows(visitor) -> list[list[str]]:
    """Without the time, which stands last."""
    cells = [row.xpath("./td") for row in visitor.page.xpath("//tbody/tr")]
    return [[" ".join(cell.itertext()).strip() for cell in row[:-1]] for row in cells]


def test_an_operator_sees_what_stands_and_what_is_told_and_by_whom(oscar, disputed):
    oscar.opens("/operator")
    assert "/operator/differences" in oscar.links

    oscar.opens("/operator/differences")

    assert sorted(rows(oscar)) == [
        ["Emma", "Title", "Emma emma's shop", "Эмма boris's shop"],
        ["Emma", "Year", "1815 emma's shop", "2003 boris's shop"],
    ]
    assert "/books/9780141439587" in oscar.links


def test_what_was_corrected_since_is_gone(oscar, shop, disputed):
    with shop.database.transaction() as session:
        session.get_one(Book, 1).year = 2003

    oscar.opens("/operator/differences")

    assert [fact for _, fact, *_ in rows(oscar)] == ["Title"]


def test_to_others_it_is_not_there(guest, ada, disputed):
    for visitor in (guest, ada):
        assert visitor.opens("/operator/differences").status_code == 404


def test_sellers_who_agree_leave_nothing_to_see(oscar, shop, emma, boris):
    shop.puts_on_sale(emma, OF_EMMA)
    shop.puts_on_sale(boris, OF_EMMA)

    assert "all sellers agree" in oscar.opens("/operator/differences").text


def test_a_long_list_is_turned_page_by_page_at_the_same_cost(oscar, shop, emma, boris, queries):
    isbns = [isbn for isbn in map(str, range(9780000000002, 9780000001000)) if _is_right(isbn)][:60]
    for seller, title in ((emma, "Emma"), (boris, "Эмма")):
        lines = "".join(f"{isbn},{title},,,500,1\n" for isbn in isbns)
        shop.puts_on_sale(seller, HEADER + lines)

    with queries() as asked:
        oscar.opens("/operator/differences")
    assert len(rows(oscar)) == 50
    few = len(asked)
    assert "/operator/differences?page=2" in oscar.links
    with queries() as asked:
        oscar.opens("/operator/differences?page=2")
    assert len(rows(oscar)) == 10
    assert len(asked) == few <= 4
    for odd in ("0", "-1", "x", "9" * 40):
        assert oscar.opens(f"/operator/differences?page={odd}").status_code == 200


def _is_right(isbn: str) -> bool:
    return sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(isbn)) % 10 == 0
