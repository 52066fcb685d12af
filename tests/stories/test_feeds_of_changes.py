"""A feed of changes says of an offer that is gone no more than its id."""

import pytest
from sqlalchemy import select

from bookshop.books.models import Book, Offer
from bookshop.imports import service as imports
from tests.stories.conftest import WAYS

pytestmark = pytest.mark.parametrize(
    "shop", [WAYS["shuffled, twice"]], indirect=True, ids=["shuffled, twice"]
)

EMMA, OWN = "<ISBN>9780141439587</ISBN>", ""
GONE = ('deleted="true"', 'available="false"', 'disabled="true"')


def offer(id, title, isbn, price=100, count=5):
    return (
        f'<offer id="{id}"><name>{title}</name>{isbn}<price>{price}</price><count>{count}</count>'
        "</offer>"
    )


def feed(*offers):
    return f"<yml_catalog><shop><offers>{''.join(offers)}</offers></shop></yml_catalog>"


WHOLE = feed(offer("A1", "Emma", EMMA), offer("A2", "Letters", OWN), offer("A3", "Diary", OWN))
GONE_AT_NO_PRICE = '<offer id="A1" available="false"><name>Emma</name><price>0</price></offer>'
PRODUCT = (
    "<Product><RecordReference>{id}</RecordReference><NotificationType>05</NotificationType>"
    "<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue>"
    "</ProductIdentifier></Product>"
)


def copies(shop, owner):
    with shop.database.reading() as session:
        mine = select(Book.title, Offer.id, Offer.price).join(Book).where(Offer.seller_id == owner)
        rows = session.execute(mine.where(Offer.withdrawn_at.is_(None))).all()
    return {title: (price, shop.copies(id)[0]) for title, id, price in rows}


def counts(report):
    return [report[name] for name in ("rows", "new", "changed", "unchanged", "rejected", "missing")]


def warned(report):
    return [(one["record"], one["field"], one["code"], one["value"]) for one in report["warnings"]]


@pytest.mark.parametrize("gone", GONE)
def test_an_offer_of_which_only_its_end_is_told_has_no_copies_left(shop, emma, gone):
    shop.puts_on_sale(emma, WHOLE)
    changes = feed(
        f'<offer id="A1" {gone}/>', f'<offer id="A2" {gone}/>', f'<offer id="?" {gone}/>'
    )

    looked_at = shop.uploads(emma, changes)
    shop.works()
    preview = shop.report(looked_at)
    shop.does(imports.approve, looked_at, emma)
    shop.works()

    assert counts(preview) == [2, 0, 2, 0, 0, 1]
    assert [one["on_hand"] for one in preview["preview"]["changed"]] == [0, 0]
    assert warned(preview) == [(3, "sku", "nothing_to_withdraw", "?")]
    assert copies(shop, emma) == {"Emma": (10000, 0), "Letters": (10000, 0), "Diary": (10000, 5)}


def test_it_is_undone_like_any_other_and_done_once(shop, emma):
    shop.puts_on_sale(emma, WHOLE)
    changes = feed('<offer id="A1" deleted="true"><price>7</price></offer>')

    told = shop.puts_on_sale(emma, changes)
    again = shop.report(shop.puts_on_sale(emma, changes))
    shop.does(imports.undo, told, emma)
    shop.works()

    assert counts(again) == [1, 0, 0, 1, 0, 2]
    assert copies(shop, emma) == dict.fromkeys(("Emma", "Letters", "Diary"), (10000, 5))


def test_what_is_off_sale_or_anothers_is_not_touched(shop, emma, boris):
    shop.puts_on_sale(boris, WHOLE)
    shop.puts_on_sale(emma, feed(offer("A1", "Emma", EMMA), offer("B", "Diary", OWN)))
    shop.puts_on_sale(emma, feed(offer("B", "Diary", OWN)), withdraw_missing=True)

    told = shop.report(shop.puts_on_sale(emma, feed('<offer id="A1" deleted="true"/>')))

    assert counts(told) == [0, 0, 0, 0, 0, 1]
    assert warned(told) == [(1, "sku", "nothing_to_withdraw", "A1")]
    assert copies(shop, emma) == {"Diary": (10000, 5)}
    assert copies(shop, boris)["Emma"] == (10000, 5)


def test_a_feed_of_ends_and_news_is_one_import(shop, emma):
    shop.puts_on_sale(emma, WHOLE)
    changes = feed(
        '<offer id="A1" deleted="true"/>',
        offer("A4", "Persuasion", OWN),
        '<offer id="A1" deleted="true"/>',
        offer("A5", "", OWN),
    )

    told = shop.report(shop.puts_on_sale(emma, changes))

    assert counts(told) == [4, 1, 1, 0, 2, 2]
    codes = [(problem["record"], problem["code"]) for problem in told["problems"]]
    assert codes == [(3, "isbn_twice"), (4, "title_missing")]


def test_a_product_of_onix_may_be_deleted_so_too(shop, emma):
    shop.puts_on_sale(emma, WHOLE)
    message = PRODUCT.format(id="x", isbn="9780141439587") + PRODUCT.format(id="A2", isbn="")

    shop.puts_on_sale(emma, f'<ONIXMessage release="3.0">{message}</ONIXMessage>')

    assert {title: left for title, (_, left) in copies(shop, emma).items()} == {
        "Emma": 0,
        "Letters": 0,
        "Diary": 5,
    }


def test_an_article_number_that_looks_like_an_isbn_is_not_one(shop, emma):
    first, second = "9780141439587", "9780306406157"
    isbns = [f"<ISBN>{isbn}</ISBN>" for isbn in (first, second)]
    shop.puts_on_sale(emma, feed(offer(first, "Emma", isbns[0])))
    shop.puts_on_sale(emma, feed(offer(first, "Diary", isbns[1])))

    shop.puts_on_sale(emma, feed(f'<offer id="{first}" deleted="true">{isbns[0]}</offer>'))

    assert copies(shop, emma) == {"Emma": (10000, 0), "Diary": (10000, 5)}


def test_of_two_offers_of_one_number_the_book_without_an_isbn_is_meant_and_then_the_first(
    shop, emma
):
    """It is known by that number alone."""
    other = "<ISBN>9780306406157</ISBN>"
    shop.puts_on_sale(emma, feed(offer("B1", "Emma", EMMA), offer("B2", "Letters", other)))
    shop.puts_on_sale(emma, feed(offer("B2", "Emma", EMMA)))
    gone = feed('<offer id="B2" deleted="true"/>')

    shop.puts_on_sale(emma, gone)
    before = copies(shop, emma)
    shop.puts_on_sale(emma, feed(offer("B2", "Diary", OWN)))
    shop.puts_on_sale(emma, gone)

    assert before == {"Emma": (10000, 0), "Letters": (10000, 5)}
    assert copies(shop, emma) == before | {"Diary": (10000, 0)}


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("price", ["", "<price>0</price>", "<price>?</price>"])
def test_an_offer_that_is_gone_needs_no_price(shop, emma, gone, price):
    shop.puts_on_sale(emma, WHOLE)

    told = shop.report(
        shop.puts_on_sale(emma, feed(f'<offer id="A1" {gone}><name>Emma</name>{price}</offer>'))
    )

    assert counts(told) == [1, 0, 1, 0, 0, 2]
    assert copies(shop, emma)["Emma"] == (10000, 0)


def test_an_offer_that_is_gone_is_found_by_what_is_on_sale_under_its_names(shop, emma):
    shop.puts_on_sale(emma, feed(offer(" \u0438\u0306  2 ", "Letters", OWN)))
    shop.puts_on_sale(emma, feed(offer("A1", "Emma", EMMA)))
    isbns = "<ISBN>5-17-000000-0, 978-0-141-43958-7</ISBN>"

    shop.puts_on_sale(
        emma,
        feed(
            '<offer id="\u0438\u0306 2 " deleted="true"/>',
            f'<offer id="?" deleted="true">{isbns}</offer>',
        ),
    )

    assert copies(shop, emma) == {"Letters": (10000, 0), "Emma": (10000, 0)}


def test_a_number_too_long_to_be_one_is_not_cut_to_anothers(shop, emma):
    longest = "x" * 100
    shop.puts_on_sale(emma, feed(offer(longest, "Letters", OWN)))

    told = shop.report(shop.puts_on_sale(emma, feed(f'<offer id="{longest}y" deleted="true"/>')))

    assert [code for _, _, code, _ in warned(told)] == ["nothing_to_withdraw"]
    assert copies(shop, emma) == {"Letters": (10000, 5)}


def test_a_deleted_product_of_onix_may_have_a_title_and_no_price(shop, emma):
    shop.puts_on_sale(emma, WHOLE)
    title = (
        "<DescriptiveDetail><TitleDetail><TitleType>01</TitleType><TitleElement>"
        "<TitleElementLevel>01</TitleElementLevel><TitleText>Emma</TitleText>"
        "</TitleElement></TitleDetail></DescriptiveDetail></Product>"
    )
    message = PRODUCT.format(id="x", isbn="9780141439587").replace("</Product>", title)

    shop.puts_on_sale(emma, f'<ONIXMessage release="3.0">{message}</ONIXMessage>')

    assert copies(shop, emma)["Emma"] == (10000, 0)


@pytest.mark.parametrize(
    ("offers", "is_whole"),
    [
        (['<offer id="A1" deleted="true"/>'], False),
        ([offer("A2", "Letters", OWN), offer("A3", "Diary", OWN), GONE_AT_NO_PRICE], True),
    ],
)
def test_a_feed_of_deletions_is_not_the_whole_catalogue(shop, emma, offers, is_whole):
    shop.puts_on_sale(emma, WHOLE)

    looked_at = shop.uploads(emma, feed(*offers))
    shop.works()

    assert shop.report(looked_at)["is_whole"] is is_whole
