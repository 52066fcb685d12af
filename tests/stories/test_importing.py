"""A catalogue on its way into the shop: looked at, applied, changed, cut off, undone."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bookshop.accounts import service as accounts
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.errors import Conflict, Invalid
from bookshop.imports import applying, checking, tidying
from bookshop.imports import service as imports
from bookshop.imports.models import FactDifference, Import, ImportChange
from bookshop.messages import BooksChanged
from bookshop.orders import parcels
from bookshop.outbox import OutboxMessage
from bookshop.stock import service as stock
from bookshop.stock.models import Movement
from tests.shop import seller
from tests.stories.conftest import WAYS

# The hard way will do: an upload is few messages and much reading.
pytestmark = pytest.mark.parametrize(
    "shop", [WAYS["shuffled, twice"]], indirect=True, ids=["shuffled, twice"]
)

SAMPLES = Path(__file__).parents[2] / "data" / "sample_catalogue"
THREE_BOOKS = """\
isbn,title,author,price,stock
9780141439518,Pride and Prejudice,Jane Austen,500.00,10
9780141439587,Emma,Jane Austen,600.00,5
,A book of my own,Me,70.50,1
"""


def counts(report):
    return [report[name] for name in ("new", "changed", "unchanged", "withdrawn", "rejected")]


def checked(shop, owner, catalogue):
    looked_at = shop.uploads(owner, catalogue)
    shop.works()
    return shop.report(looked_at)


def on_sale(shop, owner):
    """Title -> price and copies."""
    with shop.database.reading() as session:
        query = (
            select(Offer.id, Book.title, Offer.price)
            .join(Book)
            .where(Offer.seller_id == owner, Offer.withdrawn_at.is_(None))
        )
        rows = session.execute(query).all()
    return {title: (price, shop.copies(offer)[0]) for offer, title, price in rows}


def offer_of(shop, owner, title):
    with shop.database.reading() as session:
        query = select(Offer.id).join(Book).where(Offer.seller_id == owner, Book.title == title)
        return session.scalars(query).one()


def writes(shop):
    """Movements of copies, and books told to the index."""
    with shop.database.reading() as session:
        movements = session.scalar(select(func.count()).select_from(Movement))
        told = select(OutboxMessage).where(OutboxMessage.name == BooksChanged.__name__)
        return movements, len(session.scalars(told).all())


def sends(shop, buyer, offer, quantity):
    order = shop.bought(buyer, {offer: quantity})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(parcel.seller_id))
    shop.does(parcels.send, parcel.id, seller(parcel.seller_id))
    shop.works()


@pytest.mark.parametrize(
    ("file", "accepted", "rejected"),
    [
        ("second_hand_semicolon.csv", 250, 0),
        ("classics.yaml", 150, 0),
        ("russian_classics.yml", 809, 0),
        ("with_mistakes.csv", 41, 19),
    ],
)
def test_a_sample_file_becomes_books_offers_and_copies(shop, emma, file, accepted, rejected):
    catalogue = (SAMPLES / file).read_bytes()

    first = shop.report(shop.puts_on_sale(emma, catalogue))
    assert counts(first) == [accepted, 0, 0, 0, rejected]
    assert len({problem["record"] for problem in first["problems"]}) == rejected
    assert first["rows"] == accepted + rejected
    with shop.database.reading() as session:
        offers = session.scalars(select(Offer)).all()
        books = dict(session.execute(select(Book.id, Book.revision)).all())
    assert len(offers) == len(books) == accepted
    assert dict(shop.index.contents()) == books

    before = writes(shop)
    again = shop.report(shop.puts_on_sale(emma, catalogue))
    assert counts(again) == [0, 0, accepted, 0, rejected]
    assert writes(shop) == before


def test_the_preview_says_what_would_happen_and_changes_nothing(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    before = (on_sale(shop, emma), writes(shop))
    changed = THREE_BOOKS.replace("500.00", "550.00") + ",Another,Me,80,1\n"

    looked_at = shop.uploads(emma, changed)
    shop.works()

    assert shop.report(looked_at)["state"] == "preview"
    assert counts(shop.report(looked_at)) == [1, 1, 2, 0, 0]
    assert (on_sale(shop, emma), writes(shop)) == before


def test_applied_twice_is_applied_once(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()

    for _ in range(2):
        shop.does(imports.approve, looked_at, emma)
    shop.works()
    before = writes(shop)
    shop.does(imports.approve, looked_at, emma)
    shop.works()

    assert shop.report(looked_at)["state"] == "applied"
    assert counts(shop.report(looked_at)) == [3, 0, 0, 0, 0]
    assert writes(shop) == before


def test_new_prices_and_counts_are_taken_over(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)

    report = shop.report(
        shop.puts_on_sale(emma, THREE_BOOKS.replace("500.00,10", "550.00,8")),
    )

    assert counts(report) == [0, 1, 2, 0, 0]
    assert on_sale(shop, emma) == {
        "Pride and Prejudice": (55000, 8),
        "Emma": (60000, 5),
        "A book of my own": (7050, 1),
    }


def test_a_price_that_jumps_tenfold_is_only_warned_of(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)

    report = shop.report(shop.puts_on_sale(emma, THREE_BOOKS.replace("500.00", "50000")))

    [warning] = report["warnings"]
    assert (warning["line"], warning["field"], warning["code"]) == (2, "price", "price_jump")
    assert on_sale(shop, emma)["Pride and Prejudice"] == (5000000, 10)


def test_what_the_file_lacks_stays_unless_told_otherwise(shop, ada, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    emma_book = offer_of(shop, emma, "Emma")
    order = shop.bought(ada, {emma_book: 2})
    shorter = "\n".join(THREE_BOOKS.splitlines()[:2])

    kept = shop.report(shop.puts_on_sale(emma, shorter))
    assert (kept["missing"], kept["withdrawn"]) == (2, 0)
    assert len(on_sale(shop, emma)) == 3

    gone = shop.report(shop.puts_on_sale(emma, shorter, withdraw_missing=True))
    assert counts(gone) == [0, 0, 1, 2, 0]
    assert list(on_sale(shop, emma)) == ["Pride and Prejudice"]
    assert shop.copies(emma_book) == (5, 2)  # the order is as good as it was
    assert shop.parcel_states(order) == ["waiting"]

    back = shop.report(shop.puts_on_sale(emma, THREE_BOOKS))
    assert counts(back) == [0, 2, 1, 0, 0]
    assert len(on_sale(shop, emma)) == 3


def test_one_isbn_of_two_sellers_is_one_book_with_the_facts_of_the_first(shop, emma, boris):
    shop.puts_on_sale(emma, "isbn,title,author,price\n9780141439587,Emma,Jane Austen,600\n")

    shop.puts_on_sale(
        boris,
        "isbn,title,author,price,publisher,year\n9780141439587,EMMA!,J. A.,400,Penguin,2003\n",
    )

    with shop.database.reading() as session:
        [book] = session.scalars(select(Book))
        offers = session.scalars(select(Offer)).all()
    assert (book.title, book.authors) == ("Emma", "Jane Austen")
    assert (book.publisher, book.year, book.revision) == ("Penguin", 2003, 2)
    assert sorted(offer.price for offer in offers) == [40000, 60000]


def test_books_without_isbn_are_each_sellers_own(shop, emma, boris):
    for owner in (emma, boris):
        shop.puts_on_sale(owner, "title,author,price\nLetters,Anon,100\n")

    with shop.database.reading() as session:
        assert len(session.scalars(select(Book)).all()) == 2


def test_an_own_key_that_looks_like_an_isbn_is_still_another_book(shop, emma):
    shop.puts_on_sale(
        emma, "isbn,sku,title,price\n9780306406157,A1,One,100\n,9780306406157,Two,200\n"
    )

    assert set(on_sale(shop, emma)) == {"One", "Two"}


def test_after_its_time_an_import_leaves_only_its_history(shop, emma, monkeypatch):
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    old, fresh = (shop.puts_on_sale(emma, THREE_BOOKS.replace("500", n)) for n in ("510", "520"))
    with shop.database.transaction() as session:
        done = session.get_one(Import, old)
        done.uploaded_at = done.applied_at = now() - timedelta(days=100)
    before = now() - timedelta(days=90)

    tidying.forget_files(shop.database, shop.settings.uploads, before)
    tidying.forget_changes(shop.database, before)

    with shop.database.reading() as session:
        kept = session.scalars(select(ImportChange.import_id)).all()
    assert kept == [fresh]
    assert shop.report(old)["new"] == 3
    with pytest.raises(imports.NotKept):
        shop.does(imports.undo, old, emma)
    shop.does(imports.undo, fresh, emma)
    shop.works()
    assert on_sale(shop, emma)["Pride and Prejudice"] == (51000, 10)


def test_an_isbn_that_is_quite_another_book_is_told(shop, emma, boris):
    shop.puts_on_sale(emma, THREE_BOOKS)
    catalogue = "isbn,title,author,price\n9780141439518,Gardening,A. N. Other,500\n"

    report = checked(shop, boris, catalogue)

    [told] = [one for one in report["warnings"] if one["code"] == "another_book"]
    assert (told["line"], told["value"]) == (2, "9780141439518")
    assert "“Pride and Prejudice” by Jane Austen" in told["message"]
    for same in ("Гордость и предубеждение,Jane Austen", "Prejudice and pride,Остин Джейн"):
        alike = catalogue.replace("Gardening,A. N. Other", same)
        assert not checked(shop, boris, alike)["warnings"][1:]


def test_the_preview_shows_a_title_that_changes(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)

    report = checked(shop, emma, THREE_BOOKS.replace("Emma", "Emma!"))

    [changed] = report["preview"]["changed"]
    assert (changed["title_before"], changed["title"]) == ("Emma", "Emma!")


def test_refused_records_sent_again_are_not_the_whole_catalogue(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    mended = "title,price,Why not accepted\nLast,100,The price is missing.\n"

    sent_again = checked(shop, emma, mended)

    assert not sent_again["is_whole"]
    with pytest.raises(imports.NotWhole):
        shop.does(imports.approve, sent_again["id"], emma, withdraw_missing=True)


def test_cut_off_between_two_chunks_it_goes_on_where_it_was(shop, emma, monkeypatch):
    monkeypatch.setattr(applying, "AT_ONCE", 10)
    rows = [f",Book {n},Me,{100 + n},1" for n in range(35)]
    catalogue = "\n".join(["isbn,title,author,price,stock", *rows])
    looked_at = shop.uploads(emma, catalogue)
    shop.works()
    shop.does(imports.approve, looked_at, emma)
    chunks = []

    def dies():
        chunks.append(len(on_sale(shop, emma)))
        if len(chunks) == 2:
            raise SystemExit("kill -9")

    with pytest.raises(SystemExit):
        applying.apply(shop.database, shop.settings.uploads, looked_at, dies)
    assert chunks == [10, 20]
    assert shop.report(looked_at)["state"] == "applying"

    shop.works()

    assert shop.report(looked_at)["state"] == "applied"
    assert counts(shop.report(looked_at)) == [35, 0, 0, 0, 0]
    assert len(on_sale(shop, emma)) == 35
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Movement)) == 35


def test_cut_off_while_withdrawing_it_still_withdraws_all(shop, emma, monkeypatch):
    monkeypatch.setattr(applying, "AT_ONCE", 10)
    rows = [f",Book {n},Me,{100 + n},1" for n in range(35)]
    shop.puts_on_sale(emma, "\n".join(["isbn,title,author,price,stock", *rows]))
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    shop.does(imports.approve, looked_at, emma, withdraw_missing=True)

    def dies():
        if len(on_sale(shop, emma)) < 35:
            raise SystemExit("kill -9")

    with pytest.raises(SystemExit):
        applying.apply(shop.database, shop.settings.uploads, looked_at, dies)
    shop.works()

    assert counts(shop.report(looked_at)) == [3, 0, 0, 35, 0]
    assert len(on_sale(shop, emma)) == 3


def test_undone_everything_is_as_before(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    before = on_sale(shop, emma)
    changed = "isbn,title,author,price,stock\n9780141439587,Emma,Jane Austen,10,99\n,New,Me,5,1\n"
    undoing = shop.puts_on_sale(emma, changed, withdraw_missing=True)
    assert on_sale(shop, emma) == {"Emma": (1000, 99), "New": (500, 1)}

    for _ in range(2):
        shop.does(imports.undo, undoing, emma)
    shop.works()

    assert shop.report(undoing)["state"] == "undone"
    assert on_sale(shop, emma) == before
    shop.does(imports.undo, undoing, emma)


def test_undoing_does_not_bring_back_what_was_sold_since(shop, ada, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    undoing = shop.puts_on_sale(emma, THREE_BOOKS.replace("600.00,5", "600.00,50"))
    emma_book = offer_of(shop, emma, "Emma")
    sends(shop, ada, emma_book, 3)
    assert shop.copies(emma_book) == (47, 0)

    shop.does(imports.undo, undoing, emma)
    shop.works()

    assert shop.copies(emma_book) == (2, 0)  # 5 before the import, less 3


def test_what_a_later_import_changed_stays_and_is_told(shop, emma):
    undoing = shop.puts_on_sale(emma, THREE_BOOKS)
    shop.puts_on_sale(emma, THREE_BOOKS.replace("500.00", "550.00"))

    shop.does(imports.undo, undoing, emma)
    shop.works()

    assert on_sale(shop, emma) == {"Pride and Prejudice": (55000, 10)}
    [warning] = shop.report(undoing)["warnings"]
    assert (warning["code"], "1" in warning["message"]) == ("changed_later", True)


def test_copies_sent_after_the_upload_were_counted_before_it(shop, ada, emma):
    """The seller counted ten, uploaded, and sent two before the file was applied."""
    shop.puts_on_sale(emma, THREE_BOOKS)
    book = offer_of(shop, emma, "Pride and Prejudice")
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()

    sends(shop, ada, book, 2)
    shop.does(imports.approve, looked_at, emma)
    shop.works()

    assert shop.copies(book) == (8, 0)


def test_a_feed_never_erases_what_was_promised(shop, ada, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    book = offer_of(shop, emma, "Emma")
    order = shop.bought(ada, {book: 4})

    shop.puts_on_sale(emma, THREE_BOOKS.replace("600.00,5", "600.00,1"))

    assert shop.copies(book) == (1, 4)
    assert shop.state(order) == "paid"
    assert shop.letters()["emma", "promised_copies_missing"] == 1
    with shop.database.reading() as session:
        wanted = stock.Wanted(99, 99, book, 1)
        assert stock.reserve(session, 99, [wanted]) == stock.Refused({book: 0})


@pytest.mark.parametrize(
    "catalogue",
    [
        b"",
        b"PK\x03\x04\x00",
        "name,colour\nEmma,red\n",
        '<yml_catalog><shop><offers><offer id="1">',
    ],
)
def test_a_refused_file_changes_nothing_and_says_why(shop, emma, catalogue):
    shop.puts_on_sale(emma, THREE_BOOKS)
    before = (on_sale(shop, emma), writes(shop))

    refused = shop.uploads(emma, catalogue, apply_at_once=True, withdraw_missing=True)
    shop.works()

    report = shop.report(refused)
    assert (report["state"], report["rows"]) == ("refused", 0)
    assert report["refused"]["code"]
    assert (on_sale(shop, emma), writes(shop)) == before
    with pytest.raises(Conflict):
        shop.does(imports.approve, refused, emma)


@pytest.mark.parametrize("checked", [False, True])
def test_a_cancelled_import_is_not_applied(shop, emma, checked):
    cancelled = shop.uploads(emma, THREE_BOOKS, apply_at_once=not checked)
    if checked:
        shop.works()

    for _ in range(2):
        shop.does(imports.cancel, cancelled, emma)
    shop.works()

    assert shop.report(cancelled)["state"] == "cancelled"
    assert on_sale(shop, emma) == {}
    with pytest.raises(Conflict):
        shop.does(imports.approve, cancelled, emma)


def test_what_is_applied_cannot_be_cancelled_and_what_is_not_cannot_be_undone(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    with pytest.raises(Conflict):
        shop.does(imports.undo, looked_at, emma)

    shop.does(imports.approve, looked_at, emma)
    shop.works()

    with pytest.raises(Conflict):
        shop.does(imports.cancel, looked_at, emma)
    assert len(on_sale(shop, emma)) == 3


def test_nobody_touches_the_import_of_another(shop, emma, boris):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()

    for deed in (imports.approve, imports.cancel, imports.undo, imports.get):
        with pytest.raises(imports.NoSuchImport):
            shop.does(deed, looked_at, boris)

    assert shop.report(looked_at)["state"] == "preview"


def test_the_report_speaks_the_language_of_its_reader(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS + ",,Me,80,-1\n")
    shop.works()

    english, russian = (shop.report(looked_at, language) for language in ("en", "ru"))

    assert json.loads(json.dumps(english)) == english
    assert {problem["field"] for problem in english["problems"]} == {"title", "stock"}
    for told, heard in zip(english["problems"], russian["problems"], strict=True):
        assert {**told, "message": ""} == {**heard, "message": ""}
        assert told["message"].isascii()
        assert not heard["message"].isascii()


def differences(shop):
    with shop.database.reading() as session:
        return {
            (one.fact, one.told): one.seller_id for one in session.scalars(select(FactDifference))
        }


def test_what_another_seller_tells_otherwise_is_kept_beside_the_book(shop, emma, boris):
    head = "isbn,title,author,price,year\n"
    shop.puts_on_sale(emma, head + "9780141439587,Emma,Jane Austen,600,1815\n")
    other = head + "9780141439587,EMMA!,Jane Austen,400,1816\n"

    for _ in range(2):
        shop.puts_on_sale(boris, other)

    assert differences(shop) == {("title", "EMMA!"): boris, ("year", "1816"): boris}
    before = writes(shop)
    report = shop.report(shop.puts_on_sale(boris, other))
    assert (counts(report), writes(shop)) == ([0, 0, 1, 0, 0], before)

    shop.puts_on_sale(boris, other.replace("EMMA!", "Emma?"))
    assert differences(shop) == {("title", "Emma?"): boris, ("year", "1816"): boris}


def test_the_first_seller_may_correct_what_he_told_and_nobody_else(shop, emma, boris):
    head = "isbn,title,author,price\n"
    shop.puts_on_sale(emma, head + "9780141439587,Ema,Jane Austen,600\n")
    shop.puts_on_sale(boris, head + "9780141439587,Emily,Jane Austen,600\n")

    report = shop.report(shop.puts_on_sale(emma, head + "9780141439587,Emma,Jane Austen,600\n"))

    assert counts(report) == [0, 1, 0, 0, 0]
    with shop.database.reading() as session:
        [book] = session.scalars(select(Book))
    assert (book.title, book.facts_from, book.revision) == ("Emma", emma, 2)
    assert dict(shop.index.contents()) == {book.id: 2}


def test_a_refused_record_is_in_the_file_and_not_withdrawn(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)

    report = shop.report(
        shop.puts_on_sale(emma, THREE_BOOKS.replace("600.00", "-1"), withdraw_missing=True)
    )

    assert counts(report) == [0, 0, 2, 0, 1]
    assert len(on_sale(shop, emma)) == 3


def test_a_file_that_breaks_off_withdraws_nothing(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    broken_off = THREE_BOOKS.splitlines()[0] + '\n9780141439518,"Pride and Prej'

    looked_at = shop.uploads(emma, broken_off)
    shop.works()

    report = shop.report(looked_at)
    assert not report["is_whole"]
    assert "cut_short" in report["warning_counts"]
    with pytest.raises(imports.NotWhole):
        shop.does(imports.approve, looked_at, emma, withdraw_missing=True)
    shop.puts_on_sale(emma, broken_off, withdraw_missing=True)
    assert len(on_sale(shop, emma)) == 3


def test_the_preview_shows_prices_and_copies_before_and_after(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    changed = THREE_BOOKS.replace("500.00,10", "550.00,8").replace(",A book of my own", ",Another")

    looked_at = shop.uploads(emma, changed)
    shop.works()

    preview = shop.report(looked_at)["preview"]
    [change] = preview["changed"]
    assert (change["title"], change["price_before"], change["price"]) == (
        *("Pride and Prejudice", "500.00", "550.00"),
    )
    assert (change["on_hand_before"], change["on_hand"]) == (10, 8)
    assert [one["title"] for one in preview["new"]] == ["Another"]
    assert [one["title"] for one in preview["missing"]] == ["A book of my own"]


def test_a_file_that_names_few_of_the_offers_is_warned_of(shop, emma):
    rows = [f",Book {n},Me,{100 + n},1" for n in range(30)]
    shop.puts_on_sale(emma, "\n".join(["isbn,title,author,price,stock", *rows]))

    looked_at = shop.uploads(emma, "\n".join(["isbn,title,author,price,stock", *rows[:2]]))
    shop.works()

    report = shop.report(looked_at)
    assert report["missing"] == 28
    assert "would_empty" in report["warning_counts"]


@pytest.mark.parametrize("withdraw", [True, False])
def test_the_warning_stays_only_where_the_others_were_withdrawn(shop, emma, withdraw):
    rows = [f",Book {n},Me,{100 + n},1" for n in range(30)]
    shop.puts_on_sale(emma, "\n".join(["isbn,title,author,price,stock", *rows]))

    few = "\n".join(["isbn,title,author,price,stock", *rows[:2]])
    applied = shop.puts_on_sale(emma, few, withdraw_missing=withdraw)

    assert ("would_empty" in shop.report(applied)["warning_counts"]) is withdraw
    assert len(shop.report(applied)["warnings"]) == withdraw


def test_who_begins_with_a_few_books_is_not_warned(shop, emma):
    rows = [f",Book {n},Me,{100 + n},1" for n in range(4)]
    shop.puts_on_sale(emma, "\n".join(["isbn,title,author,price,stock", *rows]))

    looked_at = shop.uploads(emma, "isbn,title,author,price,stock\n,Another,Me,50,1\n")
    shop.works()

    report = shop.report(looked_at)
    assert (report["missing"], report["warning_counts"]) == (4, {})


@pytest.mark.parametrize(
    ("name", "reason"), [("books.csv", "Why not accepted"), ("refused-books.csv", "note")]
)
def test_refused_records_sent_again_are_not_taken_for_all(shop, emma, name, reason):
    rows = [f"Book {n},{100 + n},1" for n in range(30)]
    shop.puts_on_sale(emma, "\n".join(["title,price,stock", *rows]))

    mended = f"title,price,stock,{reason}\nSanditon,90,1,The price is missing.\n"
    looked_at = shop.uploads(emma, mended)
    with shop.database.transaction() as session:
        session.get_one(Import, looked_at).filename = name
    shop.works()

    assert "would_empty" not in shop.report(looked_at)["warning_counts"]


def test_columns_that_cannot_be_told_are_asked_for_and_remembered(shop, emma):
    strange = "isbn,was steht drauf,was kostet es\n9780141439587,Emma,600\n"
    asking = shop.uploads(emma, strange)
    shop.works()
    refused = shop.report(asking)
    assert (refused["state"], refused["refused"]["code"]) == ("refused", "missing_columns")
    assert refused["columns"]["header"] == ["isbn", "was steht drauf", "was kostet es"]
    named = {"was steht drauf": "title", "was kostet es": "price"}

    for wrong in ({"nothing": "title"}, {"isbn": "colour"}, {"isbn": "title"} | named):
        with pytest.raises(Invalid):
            shop.does(imports.name_columns, asking, emma, wrong)
    shop.does(imports.name_columns, asking, emma, named, 3)
    shop.works()

    assert shop.report(asking)["state"] == "preview"
    shop.does(imports.approve, asking, emma)
    shop.works()
    assert on_sale(shop, emma) == {"Emma": (60000, 3)}
    shop.puts_on_sale(emma, strange.replace("600", "650"))
    assert on_sale(shop, emma) == {"Emma": (65000, 1)}


def test_what_was_checked_and_lost_before_it_was_applied_is_told(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    shop.does(imports.approve, looked_at, emma)
    for file in shop.settings.uploads.iterdir():
        file.unlink()

    shop.works()

    report = shop.report(looked_at)
    assert (report["state"], list(report["warning_counts"])) == ("applied", ["cut_off"])
    assert on_sale(shop, emma) == {}


def test_a_cancelled_import_is_no_longer_read(shop, emma, monkeypatch):
    monkeypatch.setattr(checking, "_A_MOMENT", 0)
    reading = shop.uploads(emma, THREE_BOOKS)
    rounds = []

    def cancels():
        rounds.append(shop.does(imports.cancel, reading, emma))

    checking.check(shop.database, shop.settings.uploads, reading, cancels)
    shop.works()

    assert len(rounds) == 1
    assert shop.report(reading)["state"] == "cancelled"


def great_catalogue(shop, emma, monkeypatch):
    """35 books to be applied in chunks of 10."""
    monkeypatch.setattr(applying, "AT_ONCE", 10)
    rows = [f",Book {n},Me,{100 + n},1" for n in range(35)]
    looked_at = shop.uploads(emma, "\n".join(["isbn,title,author,price,stock", *rows]))
    shop.works()
    shop.does(imports.approve, looked_at, emma)
    return looked_at


@pytest.mark.parametrize("pieces", [1, 2, 4])
def test_two_workers_at_one_import_put_each_book_on_the_shelf_once(shop, emma, monkeypatch, pieces):
    """One is thought dead and is not, or an operator imports beside the worker."""
    great = great_catalogue(shop, emma, monkeypatch)
    rounds = []

    def dies():
        rounds.append(len(on_sale(shop, emma)))
        if len(rounds) == 1 + pieces:
            raise SystemExit

    def another_comes():
        if not rounds:
            rounds.append(0)
            with suppress(SystemExit):
                applying.apply(shop.database, shop.settings.uploads, great, dies)
            shop.does(imports.applied, great)

    applying.apply(shop.database, shop.settings.uploads, great, another_comes)
    shop.does(imports.applied, great)

    report = shop.report(great)
    assert (report["state"], counts(report)) == ("applied", [35, 0, 0, 0, 0])
    assert len(on_sale(shop, emma)) == 35


def test_an_import_is_not_called_applied_before_its_end(shop, emma, monkeypatch):
    great = great_catalogue(shop, emma, monkeypatch)

    def dies():
        raise SystemExit

    with pytest.raises(SystemExit):
        applying.apply(shop.database, shop.settings.uploads, great, dies)
    shop.does(imports.applied, great)

    assert shop.report(great)["state"] == "applying"
    shop.works()


def test_what_another_import_adds_meanwhile_is_not_missing(shop, emma):
    checked = shop.uploads(emma, THREE_BOOKS, apply_at_once=True, withdraw_missing=True)
    done = []

    def another_is_applied():
        if not done:
            done.append(imports)
            other = shop.uploads(emma, THREE_BOOKS)
            found = checking.check(shop.database, shop.settings.uploads, other, lambda: None)
            shop.does(imports.checked, other, found)
            shop.does(imports.approve, other, emma)
            applying.apply(shop.database, shop.settings.uploads, other, lambda: None)
            shop.does(imports.applied, other)

    found = checking.check(shop.database, shop.settings.uploads, checked, another_is_applied)
    shop.does(imports.checked, checked, found)
    shop.works()

    assert counts(shop.report(checked)) == [0, 0, 3, 0, 0]
    assert len(on_sale(shop, emma)) == 3


def test_of_a_seller_who_left_nothing_comes_on_sale_again(shop, emma, boris):
    undone = shop.puts_on_sale(emma, THREE_BOOKS)
    shop.puts_on_sale(
        emma, THREE_BOOKS.splitlines()[0] + "\n,Other,Me,5,1\n", withdraw_missing=True
    )
    waiting = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    approved = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    shop.does(imports.approve, approved, emma)
    shop.does(imports.undo, undone, emma)

    shop.does(accounts.delete_user, emma)
    shop.works()

    assert on_sale(shop, emma) == {}
    assert shop.report(waiting)["state"] == shop.report(approved)["state"] == "cancelled"


def test_the_later_import_is_the_one_that_was_applied_later(shop, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    first = shop.uploads(emma, THREE_BOOKS.replace("500.00", "510.00"))
    shop.works()
    second = shop.puts_on_sale(emma, THREE_BOOKS.replace("500.00", "520.00"))
    shop.does(imports.approve, first, emma)
    shop.works()
    assert on_sale(shop, emma)["Pride and Prejudice"] == (51000, 10)

    shop.does(imports.undo, second, emma)
    shop.works()
    assert on_sale(shop, emma)["Pride and Prejudice"] == (51000, 10)
    assert "changed_later" in shop.report(second)["warning_counts"]

    shop.does(imports.undo, first, emma)
    shop.works()
    assert on_sale(shop, emma)["Pride and Prejudice"] == (52000, 10)


def test_a_new_article_number_is_taken_over(shop, emma):
    catalogue = "isbn,sku,title,price\n9780141439587,OLD,Emma,600\n"
    shop.puts_on_sale(emma, catalogue)

    report = shop.report(shop.puts_on_sale(emma, catalogue.replace("OLD", "NEW")))

    assert counts(report) == [0, 1, 0, 0, 0]
    damaged = catalogue.replace("OLD", "NEW").replace("9587", "9580")
    assert counts(shop.report(shop.puts_on_sale(emma, damaged, withdraw_missing=True))) == (
        [0, 0, 0, 0, 1]
    )


def test_copies_sent_from_a_shelf_that_stood_at_nothing_are_taken_off_too(shop, ada, emma):
    shop.puts_on_sale(emma, THREE_BOOKS)
    book = offer_of(shop, emma, "Emma")
    order = shop.bought(ada, {book: 1})
    shop.does(stock.set_on_hand, book, 0, "by hand", emma)
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()

    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.does(imports.approve, looked_at, emma)
    shop.works()

    assert shop.copies(book) == (4, 0)


def test_a_preview_whose_file_is_forgotten_cannot_be_applied(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    with shop.database.transaction() as session:
        session.get_one(Import, looked_at).path = ""

    with pytest.raises(imports.NotKept):
        shop.does(imports.approve, looked_at, emma)


def test_a_difference_goes_when_its_seller_tells_it_as_it_stands(shop, emma, boris):
    head = "isbn,title,author,price,year\n"
    shop.puts_on_sale(emma, head + "9780141439587,Emma,Jane Austen,600,1815\n")
    shop.puts_on_sale(boris, head + "9780141439587,EMMA!,Jane Austen,400,1816\n")

    shop.puts_on_sale(boris, head + "9780141439587,Emma,Jane Austen,400,1816\n")

    assert differences(shop) == {("year", "1816"): boris}


def test_a_check_that_comes_too_late_is_not_taken_for_the_current_one(shop, emma):
    """The seller has named the columns otherwise meanwhile."""
    looked_at = shop.uploads(emma, "title,price,other\nEmma,100,200\n")
    uploads = shop.settings.uploads
    late = checking.check(shop.database, uploads, looked_at, lambda: None)
    with shop.database.transaction() as session:
        session.get_one(Import, looked_at).mapping = {"other": "price", "price": ""}
    current = checking.check(shop.database, uploads, looked_at, lambda: None)

    for found in (late, current, late):
        with shop.database.transaction() as session:
            imports.checked(session, looked_at, found)
    assert shop.report(looked_at)["preview"]["new"][0]["price"] == "200.00"
    shop.does(imports.approve, looked_at, emma)
    shop.works()

    assert on_sale(shop, emma) == {"Emma": (20000, 1)}


def test_records_that_are_not_all_there_do_not_keep_a_worker_for_ever(shop, emma):
    looked_at = shop.uploads(emma, THREE_BOOKS)
    shop.works()
    shop.does(imports.approve, looked_at, emma)
    with shop.database.transaction() as session:
        session.get_one(Import, looked_at).accepted = 4  # of which three are on the disk

    shop.works()

    report = shop.report(looked_at)
    assert (report["state"], "cut_off" in report["warning_counts"]) == ("applied", True)
    assert len(on_sale(shop, emma)) == 3
