"""Transactions that meet: here, unlike on SQLite, several write at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, text

from bookshop.basket import service as basket
from bookshop.books.models import Book, Offer
from bookshop.errors import ShopError
from bookshop.imports import applying, undoing
from bookshop.imports import service as imports
from bookshop.imports.models import ImportChange
from bookshop.imports.shelving import BooksNotAdded
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.users import service as users
from bookshop.users.service import NewUser
from tests.rush import BUYERS, rush
from tests.shop import Shop, seller
from tests.waiting import until

COPIES = 12
FEED = "isbn,title,author,price,stock\n9780141439587,Emma,Jane Austen,600,{}\n"


@pytest.fixture
def shop(url, tmp_path):
    shop = Shop(tmp_path, url)
    yield shop
    shop.database.engine.dispose()


def at_once(how_many, deed):
    """What came of each: its answer, or the shop's refusal; any other error is raised here."""
    start = Barrier(how_many)

    def does(number):
        start.wait(10)
        try:
            return deed(number)
        except ShopError as refusal:
            return refusal

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(does, range(how_many)))


def somebody_waits(shop):
    with shop.database.reading() as session:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return session.scalar(text(waiting))


def sends_while(shop, parcel, deed):
    """The parcel is sent in a transaction that `deed` meets before it is committed."""
    with ThreadPoolExecutor(1) as pool:
        with shop.database.transaction() as session:
            parcels.send(session, parcel.id, seller(parcel.seller_id))
            session.flush()
            other = pool.submit(deed)
            until(lambda: somebody_waits(shop) or other.done(), "the other to come along")
        other.result(20)


def confirmed(shop, ada, emma, quantity):
    """A parcel of Emma's only book that is about to be sent."""
    with shop.database.reading() as session:
        offer = session.scalars(select(Offer.id)).one()
    order = shop.bought(ada, {offer: quantity})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    return offer, parcel


def test_eight_processes_never_oversell_and_never_lock_each_other_up(shop, emma, boris):
    owners = {
        shop.sells(owner, title, copies=COPIES): owner
        for owner, title in ((emma, "Emma"), (boris, "Onegin"), (emma, "Persuasion"))
    }

    assert rush(shop, owners, pairs=3, singles=5) == [0] * (BUYERS + 1)

    assert [shop.copies(offer) for offer in owners] == [(COPIES, COPIES)] * 3
    assert shop.offences() == []


def test_one_basket_ordered_eight_times_at_once_is_one_order(shop, ada, emma):
    owner = basket.Owner(ada)
    shop.fills_basket(owner, {shop.sells(emma, "Emma", copies=50): 1})
    buyer = orders.Buyer("Ada", "ada@example.com", "Here", user_id=ada)

    answers = at_once(
        8, lambda _: shop.does(orders.place, owner, buyer, shop.settings.commission_percent)
    )

    placed = [answer for answer in answers if isinstance(answer, orders.PlacedOrder)]
    assert len(placed) == 1
    assert [type(refusal) for refusal in answers if refusal not in placed] == (
        [orders.EmptyBasket] * 7
    )


@pytest.mark.parametrize(
    ("login", "email", "refusal"),
    [("emma", "{}@example.com", users.LoginTaken), ("emma{}", "e@example.com", users.EmailTaken)],
)
def test_eight_who_want_the_same_login_or_email_are_one_user(shop, login, email, refusal):
    def registers(number):
        new = NewUser(login.format(number), email.format(f"a{number}"))
        return shop.does(users.create, new, "a hash").id

    answers = at_once(8, registers)

    assert [isinstance(answer, int) for answer in answers].count(True) == 1
    assert {type(answer) for answer in answers} == {int, refusal}


def test_a_feed_that_meets_a_parcel_being_sent_counts_it(shop, ada, emma):
    shop.puts_on_sale(emma, FEED.format(10))
    offer, parcel = confirmed(shop, ada, emma, 3)
    feed = shop.uploads(emma, FEED.format(20))
    shop.works()
    shop.does(imports.approve, feed, emma)

    sends_while(
        shop,
        parcel,
        lambda: applying.apply(shop.database, shop.settings.uploads, feed, lambda: None),
    )

    assert shop.copies(offer) == (17, 0)


def test_an_undoing_that_meets_a_parcel_being_sent_counts_it(shop, ada, emma):
    shop.puts_on_sale(emma, FEED.format(10))
    feed = shop.puts_on_sale(emma, FEED.format(20))
    offer, parcel = confirmed(shop, ada, emma, 3)

    sends_while(shop, parcel, lambda: undoing.take_back(shop.database, feed, lambda: None))

    assert shop.copies(offer) == (7, 0)


def test_an_undoing_that_meets_a_later_import_ends_as_one_after_the_other(shop, emma):
    """Whichever came first: no price or copies of both together."""
    shop.puts_on_sale(emma, FEED.format(10))
    undone = shop.puts_on_sale(emma, FEED.format(20))
    later = shop.uploads(emma, FEED.format(50).replace("600", "700"))
    shop.works()
    shop.does(imports.approve, later, emma)
    deeds = (
        lambda: undoing.take_back(shop.database, undone, lambda: None),
        lambda: applying.apply(shop.database, shop.settings.uploads, later, lambda: None),
    )

    at_once(2, lambda n: deeds[n]())

    with shop.database.reading() as session:
        [offer] = session.scalars(select(Offer)).all()
        changes = session.scalars(select(ImportChange).order_by(ImportChange.at)).all()
    assert (offer.price, shop.copies(offer.id)) == (70000, (50, 0))
    known = [(change.on_hand_before, change.on_hand_after) for change in changes]
    assert known in ([(None, 10), (10, 50)], [(None, 10), (10, 20), (20, 50)])


def test_two_sellers_who_know_more_of_the_same_books_both_add_it(shop, emma, boris):
    """In opposite orders, and neither waits for ever nor forgets what the other said."""
    isbns = ["9780141439587", "9780141439518"]
    owner = shop.has("first", users.Role.SELLER)
    shop.puts_on_sale(owner, "isbn,title,price\n" + "".join(f"{i},Book {i},5\n" for i in isbns))
    feeds = []
    for number, (who, field) in enumerate(((emma, "publisher"), (boris, "series"))):
        lines = [f"{isbn},Book {isbn},5,{field}\n" for isbn in isbns]
        if number:
            lines.reverse()
        feeds.append(shop.uploads(who, f"isbn,title,price,{field}\n" + "".join(lines)))
    shop.works()
    for feed, who in zip(feeds, (emma, boris), strict=True):
        shop.does(imports.approve, feed, who)

    at_once(
        2, lambda n: applying.apply(shop.database, shop.settings.uploads, feeds[n], lambda: None)
    )

    with shop.database.reading() as session:
        books = session.scalars(select(Book)).all()
    assert [(book.publisher, book.series) for book in books] == [("publisher", "series")] * 2
    assert {book.revision for book in books} == {3}


def test_ids_counted_from_below_those_taken_stop_an_import_before_it_loses_a_book(shop, emma):
    """As after a dump that was put back without its sequences."""
    shop.sells(emma, "Persuasion", copies=1)
    feed = shop.uploads(emma, FEED.format(1))
    shop.works()
    shop.does(imports.approve, feed, emma)

    shop.does(lambda session: session.execute(text("SELECT setval('books_id_seq', 1, false)")))
    with pytest.raises(BooksNotAdded):
        applying.apply(shop.database, shop.settings.uploads, feed, lambda: None)
    with shop.database.reading() as session:
        assert session.scalars(select(Book.title)).all() == ["Persuasion"]

    shop.does(lambda session: session.execute(text("SELECT setval('books_id_seq', 100)")))
    applying.apply(shop.database, shop.settings.uploads, feed, lambda: None)
    with shop.database.reading() as session:
        assert set(session.scalars(select(Book.title))) == {"Persuasion", "Emma"}


def test_a_book_that_another_seller_is_just_adding_is_his_and_sold_by_both(shop, emma, boris):
    feed = shop.uploads(emma, FEED.format(1))
    shop.works()
    shop.does(imports.approve, feed, emma)

    with ThreadPoolExecutor(1) as pool:
        with shop.database.transaction() as session:
            his = Book(isbn13="9780141439587", title="Emma", facts_from=boris)
            session.add(his)
            session.flush()
            other = pool.submit(
                applying.apply, shop.database, shop.settings.uploads, feed, lambda: None
            )
            until(lambda: somebody_waits(shop) or other.done(), "the import to come along")
        other.result(20)

    with shop.database.reading() as session:
        [book] = session.scalars(select(Book)).all()
        [offer] = session.scalars(select(Offer)).all()
    assert (book.id, book.facts_from, offer.book_id) == (his.id, boris, his.id)
