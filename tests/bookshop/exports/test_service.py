import csv
from io import StringIO

import pytest
from lxml import etree
from sqlalchemy import func, select

from bookshop.books.models import Book, Offer
from bookshop.exports.offered import AT_ONCE
from bookshop.exports.service import export
from bookshop.imports.columns import FIELDS
from bookshop.outbox import OutboxMessage
from bookshop.stock.models import Movement
from bookshop.users.models import Role

BOOKS = """\
isbn,sku,title,author,publisher,year,language,price,stock,category,pages,series,age,volume,description
9780141439518,P-1,Pride & <b>Pride</b>,Jane Austen,Penguin,1813,en,500.00,10,Fiction,480,,12+,,"a
b"
9780141439587,,=Emma,"Jane Austen, Somebody Else",,,,600.05,0,,,Novels,,2/3,<p>x</p> &amp; y
,own-7,A book of my own,Me; You,,,tt,70.50,1,Поэзия,,,,,
,,Nameless «ёлка»,Me,Здесь,1999,ru,1.00,3,,,,,,
"""
FORMATS = ["csv", "yml", "onix"]


@pytest.fixture
def emma(shop):
    return shop.has("emma", Role.SELLER)


def exported(shop, owner, format):
    with shop.database.reading() as session:
        return b"".join(export(session, owner, format))


def everything(shop):
    with shop.database.reading() as session:
        offers = select(Offer.id, Offer.sku, Offer.price, Offer.withdrawn_at, Offer.changed_at)
        facts = (Book.id, Book.isbn13, Book.own_key, Book.title, Book.authors, Book.revision)
        counted = (Movement, OutboxMessage)
        return [
            *session.execute(offers).all(),
            *session.execute(select(*facts)).all(),
            *[session.scalar(select(func.count()).select_from(table)) for table in counted],
        ]


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_exported_and_imported_again_changes_nothing(shop, emma, format):
    shop.puts_on_sale(emma, BOOKS)
    before = everything(shop)

    again = shop.puts_on_sale(emma, exported(shop, emma, format), withdraw_missing=True)

    report = shop.report(again)
    told = ("format", "new", "changed", "unchanged", "withdrawn", "rejected", "warnings")
    assert [report[name] for name in told] == [format, 0, 0, 4, 0, 0, []]
    assert everything(shop)[:-1] == before[:-1]  # but for the messages about the import itself


@pytest.mark.parametrize("format", FORMATS)
def test_a_book_without_an_isbn_stays_the_same_when_its_facts_were_mended(shop, emma, format):
    shop.puts_on_sale(emma, BOOKS)
    with shop.database.transaction() as session:
        session.scalars(select(Book).where(Book.year == 1999)).one().publisher = "Там"

    again = shop.report(shop.puts_on_sale(emma, exported(shop, emma, format)))

    assert (again["new"], again["unchanged"]) == (0, 4)


@pytest.mark.parametrize("format", FORMATS)
def test_only_what_a_seller_has_on_sale_is_exported(shop, emma, format):
    other = shop.has("other", Role.SELLER)
    shop.puts_on_sale(emma, BOOKS)
    shop.puts_on_sale(other, BOOKS.replace("500.00", "400.00").replace("70.50", "60.50"))
    shop.puts_on_sale(emma, BOOKS.split(",own-7")[0], withdraw_missing=True)

    text = exported(shop, emma, format).decode()

    assert "500.00" in text
    assert "400.00" not in text
    assert "A book of my own" not in text


def test_a_table_says_every_field_that_an_import_reads(shop, emma):
    shop.puts_on_sale(emma, BOOKS)

    rows = list(csv.DictReader(StringIO(exported(shop, emma, "csv").decode("utf-8-sig"))))

    assert tuple(rows[0]) == FIELDS
    assert rows[1] | {"isbn13": "9780141439587", "title": "=Emma", "price": "600.05"} == rows[1]
    assert [row["sku"] for row in rows] == ["P-1", "", "", "own-7"]


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_on_sale_is_an_empty_catalogue(shop, emma, format):
    text = exported(shop, emma, format)

    if format == "csv":
        assert text.decode("utf-8-sig").strip() == ",".join(FIELDS)
    else:
        root = etree.fromstring(text)
        assert not root.xpath("//*[local-name()='offer' or local-name()='Product']")


def test_more_than_one_page_is_exported_whole(shop, emma):
    many = AT_ONCE + 1
    rows = "".join(f"{n},Book {n},1.00,{n}\n" for n in range(1, many + 1))
    shop.puts_on_sale(emma, "sku,title,price,stock\n" + rows)

    lines = exported(shop, emma, "csv").decode().splitlines()

    assert len(lines) == many + 1
    assert len(set(lines)) == many + 1
