import pytest
from sqlalchemy import event, select

from bookshop.messages import PromisedCopiesMissing
from bookshop.outbox import OutboxMessage
from bookshop.stock import offers
from bookshop.stock import service as stock
from bookshop.stock.models import Movement, Reservation
from bookshop.stock.service import Refused, Reserved, Wanted


@pytest.fixture
def books(shop, emma):
    return [shop.sells(emma, title, copies=3) for title in ("Emma", "Persuasion", "Sanditon")]


def wants(*lines, parcel=1):
    """Pairs of offer and quantity."""
    return [
        Wanted(parcel, 10 * parcel + line, offer, quantity)
        for line, (offer, quantity) in enumerate(lines)
    ]


def reservations(shop):
    with shop.database.reading() as session:
        return [
            (r.offer_id, r.quantity, r.state.value) for r in session.scalars(select(Reservation))
        ]


def movements(shop, offer):
    with shop.database.reading() as session:
        query = select(Movement.before, Movement.after, Movement.why).where(
            Movement.offer_id == offer
        )
        return [tuple(row) for row in session.execute(query)]


def told_of_missing(shop):
    with shop.database.reading() as session:
        name = PromisedCopiesMissing.__name__
        return len(session.scalars(select(OutboxMessage).where(OutboxMessage.name == name)).all())


def test_what_is_reserved_is_promised_and_stays_on_the_shelf(shop, books):
    assert shop.does(stock.reserve, 1, wants((books[0], 2))) == Reserved()

    assert shop.copies(books[0]) == (3, 2)
    assert reservations(shop) == [(books[0], 2, "live")]


def test_if_one_book_is_gone_nothing_is_reserved_and_what_is_left_is_told(shop, books):
    one, other, third = books
    shop.does(stock.reserve, 1, wants((other, 2)))

    answer = shop.does(stock.reserve, 2, wants((one, 3), (other, 2), (third, 1), parcel=2))

    assert answer == Refused({one: 3, other: 1, third: 3})
    assert [shop.copies(offer) for offer in books] == [(3, 0), (3, 2), (3, 0)]
    assert len(reservations(shop)) == 1


def test_two_lines_of_the_same_offer_are_counted_together(shop, books):
    answer = shop.does(stock.reserve, 1, wants((books[0], 2), (books[0], 2)))

    assert answer == Refused({books[0]: 3})
    assert shop.copies(books[0]) == (3, 0)


def test_what_was_withdrawn_is_not_reserved(shop, emma, books):
    shop.does(offers.change, emma, books[0], on_sale=False)

    assert shop.does(stock.reserve, 1, wants((books[0], 1))) == Refused({books[0]: 0})


def test_shelves_are_taken_in_the_same_order_whatever_the_order_of_the_lines(shop, books):
    wanted, taken = sorted(books)[1:], []  # their ids are not the quantity, 1

    @event.listens_for(shop.database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("UPDATE shelves"):
            taken.extend(set(parameters) & set(wanted))

    shop.does(stock.reserve, 1, wants(*((offer, 1) for offer in reversed(wanted))))

    assert taken == wanted


def test_released_once_however_often(shop, books):
    shop.does(stock.reserve, 1, wants((books[0], 2)))
    shop.does(stock.reserve, 2, wants((books[0], 1), parcel=2))

    for _ in range(2):
        shop.does(stock.release, [1])

    assert shop.copies(books[0]) == (3, 1)


def test_sent_once_however_often_and_what_was_sent_is_not_released(shop, emma, books):
    shop.does(stock.reserve, 1, wants((books[0], 2)))

    for _ in range(2):
        shop.does(stock.send, 1, emma)
    shop.does(stock.release, [1])

    assert shop.copies(books[0]) == (1, 0)
    assert movements(shop, books[0])[1:] == [(3, 1, "parcel 1 sent")]
    assert reservations(shop) == [(books[0], 2, "sent")]


def test_what_is_not_there_leaves_the_shelf_and_the_promise(shop, emma, books):
    shop.does(stock.reserve, 1, wants((books[0], 2)))

    shop.does(stock.not_there, 1, emma)

    assert shop.copies(books[0]) == (1, 0)
    assert movements(shop, books[0])[1:] == [(3, 1, "parcel 1: not there")]


def test_more_sent_than_the_seller_said_he_has_leaves_none_and_not_fewer(shop, emma, books):
    shop.does(stock.reserve, 1, wants((books[0], 3)))
    shop.does(stock.set_on_hand, books[0], 1, "by hand", emma)

    shop.does(stock.send, 1, emma)

    assert shop.copies(books[0]) == (0, 0)


def test_a_new_count_keeps_what_was_promised_and_its_seller_is_told_once(shop, emma, books):
    shop.does(stock.reserve, 1, wants((books[0], 3)))

    for copies in (2, 2, 3, 5):
        shop.does(stock.set_on_hand, books[0], copies, "by hand", emma)
        assert shop.copies(books[0]) == (copies, 3)
    assert told_of_missing(shop) == 1

    shop.does(stock.set_on_hand, books[0], 0, "by hand", emma)
    assert told_of_missing(shop) == 2


def test_the_same_count_again_is_no_movement(shop, emma, books):
    before = movements(shop, books[0])

    shop.does(stock.set_on_hand, books[0], 3, "by hand", emma)

    assert movements(shop, books[0]) == before


@pytest.mark.parametrize("copies", [-1, stock.MOST_ON_HAND + 1])
def test_a_count_is_neither_negative_nor_beyond_belief(shop, emma, books, copies):
    with pytest.raises(stock.BadCount):
        shop.does(stock.set_on_hand, books[0], copies, "by hand", emma)

    assert shop.copies(books[0]) == (3, 0)
