"""When a letter is written, how often, and that nothing typed by anybody can bend it."""

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete

from bookshop.auth import links
from bookshop.messages import LetterWritten, OrderPaid
from bookshop.notifications import service as notifications
from bookshop.notifications.letters import LETTERS
from bookshop.notifications.models import Letter
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.parcels import Because
from bookshop.payments.models import PaymentState
from bookshop.stock import service as stock
from bookshop.stock.models import Shelf
from bookshop.users.models import User
from tests.bookshop.notifications.conftest import LINKS, STAFF, SmallBookshop

ANNA = "anna@example.org"


def test_a_letter_is_written_once_however_often_its_event_is_told(english_shop):
    english_shop.has_paid_for({english_shop.emma: 1})
    written = english_shop.letters()

    for message in english_shop.messages():
        english_shop.writes(message)

    assert [letter.id for letter in english_shop.letters()] == [letter.id for letter in written]


def test_the_post_hears_of_each_letter_once(english_shop):
    english_shop.has_paid_for({english_shop.emma: 1})

    english_shop.writes(OrderPaid(1))

    heard = [news.letter_id for news in english_shop.messages(LetterWritten.__name__)]
    assert heard == [letter.id for letter in english_shop.letters()]


def test_a_letter_that_was_lost_is_owed_again(english_shop):
    english_shop.has_paid_for({english_shop.emma: 1})
    with english_shop.database.transaction() as session:
        session.execute(delete(Letter).where(Letter.kind == "order_paid"))

    english_shop.writes(OrderPaid(1))

    assert len(english_shop.letters("order_paid")) == 1


def test_what_was_owed_when_it_happened_is_owed_for_good(english_shop):
    """So that an audit a month later finds what was written then, whatever came afterwards."""
    shop = english_shop
    late = _expired(shop, shop.emma)
    shop.pays(late)
    for parcel in shop.parcels_of(late):
        shop.does(parcels.reject, parcel.id, STAFF, Because.OTHER)
    partly = shop.has_paid_for({shop.emma: 1, shop.idiot: 1})
    sent = shop.parcels_of(partly)[0].id
    shop.sends(sent)
    shop.does(orders.cancel, partly, shop.customer)
    for refund in (False, True):
        shop.does(parcels.report_problem, sent, shop.customer, "It is wet")
        shop.does(parcels.settle_problem, sent, STAFF, refund=refund, note="It was dry")
    shop.does(orders.cancel, shop.has_paid_for({shop.idiot: 1}), shop.customer)

    with shop.database.reading() as session:
        owed = {
            (message.key, letter.kind.name, letter.reader.email)
            for message in shop.messages()
            for letter in notifications.owed(session, message)
        }

    written = [(letter.event, letter.kind, letter.recipient) for letter in shop.letters()]
    assert sorted(owed) == sorted(written)


def test_no_letter_is_owed_where_nothing_is_told_to_anybody(english_shop):
    english_shop.settles_down()
    order = english_shop.has_paid_for({english_shop.emma: 1})
    parcel = english_shop.parcels_of(order)[0].id
    english_shop.sends(parcel)
    english_shop.does(parcels.receive, parcel, english_shop.customer)

    told = {type(message) for message in english_shop.messages()} & set(LETTERS)
    written = {letter.event.split("-")[0] for letter in english_shop.letters()}
    assert written <= {kind.__name__ for kind in told}
    assert "OrderCompleted-1" not in [letter.event for letter in english_shop.letters()]


def test_a_whole_paid_order_cancelled_by_its_customer_is_one_letter_to_him(english_shop):
    order = english_shop.has_paid_for({english_shop.emma: 1, english_shop.idiot: 1})
    before = len(english_shop.letters())

    english_shop.does(orders.cancel, order, english_shop.customer)

    assert _new(english_shop, before) == [
        ("order_refunded", ANNA),
        ("sale_cancelled", "oldnew@example.org"),
        ("sale_cancelled", "shelf@example.org"),
    ]


def test_of_an_order_half_on_its_way_each_cancelled_parcel_is_told(english_shop):
    order = english_shop.has_paid_for({english_shop.emma: 1, english_shop.idiot: 1})
    english_shop.sends(english_shop.parcels_of(order)[0].id)
    before = len(english_shop.letters())

    english_shop.does(orders.cancel, order, english_shop.customer)

    assert _new(english_shop, before) == [
        ("parcel_cancelled", ANNA),
        ("sale_cancelled", "shelf@example.org"),
    ]


def test_an_order_that_ends_because_its_parcels_were_refunded_is_not_told_again(english_shop):
    order = english_shop.has_paid_for({english_shop.emma: 1})
    before = len(english_shop.letters())

    english_shop.does(parcels.reject, english_shop.parcels_of(order)[0].id, STAFF, Because.OTHER)

    assert _new(english_shop, before) == [("parcel_rejected", ANNA)]


def test_a_payment_that_came_too_late_is_one_letter_however_many_parcels(english_shop):
    order = english_shop.orders({english_shop.emma: 1, english_shop.idiot: 1})
    english_shop.settles_down()
    english_shop.waits(timedelta(minutes=31))
    with english_shop.database.transaction() as session:
        session.get_one(Shelf, english_shop.emma).on_hand = 0
    before = len(english_shop.letters())

    english_shop.pays(order)

    assert _new(english_shop, before) == [("payment_late", ANNA)]


def test_a_late_payment_that_is_honoured_is_told_as_paid(english_shop):
    order = _expired(english_shop, english_shop.emma)
    before = len(english_shop.letters())

    english_shop.pays(order)

    assert _new(english_shop, before) == [
        ("order_paid", ANNA),
        ("parcel_waiting", "oldnew@example.org"),
    ]


def test_an_order_taken_up_again_and_then_cancelled_whole_is_told_both_times(english_shop):
    order = _expired(english_shop, english_shop.emma)
    english_shop.pays(order)

    english_shop.does(orders.cancel, order, english_shop.customer)

    ends = [letter.kind for letter in english_shop.letters() if "OrderCancelled" in letter.event]
    assert ends == ["order_cancelled", "order_refunded"]
    assert english_shop.letters("payment_late") == []


def test_who_reads_russian_is_written_to_in_russian(empty):
    shop = SmallBookshop(empty, "ru")
    order = shop.has_paid_for({shop.emma: 2})

    [letter] = shop.letters("order_paid")
    assert letter.subject == f"Заказ {order} оплачен"
    [letter] = shop.letters("parcel_waiting")
    assert "Соберите 2 книги" in letter.text


def test_an_order_says_why_it_ended_unpaid(english_shop):
    gone = english_shop.orders({english_shop.emma: 1})
    with english_shop.database.transaction() as session:
        session.get_one(Shelf, english_shop.emma).on_hand = 0
    english_shop.settles_down()
    expired = _expired(english_shop, english_shop.idiot)

    said = {letter.order_id: letter.text for letter in english_shop.letters("order_cancelled")}
    assert "sold to others" in said[gone]
    assert "the time for this order is over" in said[expired]


def test_the_letter_of_an_unpaid_end_says_what_becomes_of_the_money(english_shop):
    """The payment of the second may be under way; the first had none yet."""
    placed = english_shop.orders({english_shop.emma: 1})
    english_shop.does(orders.cancel, placed, english_shop.customer)
    opened = english_shop.orders({english_shop.emma: 1})
    english_shop.settles_down()
    english_shop.does(orders.cancel, opened, english_shop.customer)
    expired = _expired(english_shop, english_shop.idiot)

    said = {letter.order_id: letter.text for letter in english_shop.letters("order_cancelled")}
    said = {order: " ".join(text.split()) for order, text in said.items()}
    assert "If you have just paid, all of the money comes back." in said[opened]
    assert "Nothing was charged." in said[placed]
    assert "the order goes on, or all of the money goes back." in said[expired]
    assert not [order for order in (opened, placed) if "goes on" in said[order]]


def test_a_parcel_nobody_confirms_is_told_to_both_sides(english_shop):
    english_shop.has_paid_for({english_shop.emma: 1})
    before = len(english_shop.letters())

    english_shop.waits(timedelta(hours=49))

    assert _new(english_shop, before) == [
        ("parcel_cancelled", ANNA),
        ("sale_cancelled", "oldnew@example.org"),
    ]
    assert "did not confirm the parcel in time" in english_shop.letters("parcel_cancelled")[0].text


def test_a_report_and_its_answer_stay_together(english_shop):
    """The first report ends with the customer's own word; the answer is to the second."""
    parcel = english_shop.parcels_of(english_shop.has_paid_for({english_shop.emma: 1}))[0].id
    english_shop.sends(parcel)
    english_shop.does(parcels.report_problem, parcel, english_shop.customer, "Where is it?")
    english_shop.does(parcels.receive, parcel, english_shop.customer)
    english_shop.does(parcels.report_problem, parcel, english_shop.customer, "Page 9 is gone")
    english_shop.does(
        parcels.settle_problem, parcel, STAFF, refund=False, note="There is no page 9"
    )

    [letter] = english_shop.letters("problem_settled")
    assert "Page 9 is gone" in letter.text
    assert "There is no page 9" in letter.text
    assert "Where is it?" not in letter.text


def test_each_report_has_its_own_answer(english_shop):
    parcel = english_shop.parcels_of(english_shop.has_paid_for({english_shop.emma: 1}))[0].id
    english_shop.sends(parcel)
    for words, answer in (("Where is it?", "At the post"), ("And now?", "On your stairs")):
        english_shop.does(parcels.report_problem, parcel, english_shop.customer, words)
        english_shop.does(parcels.settle_problem, parcel, STAFF, refund=False, note=answer)

    first, second = (letter.text for letter in english_shop.letters("problem_settled"))
    assert "At the post" in first
    assert "On your stairs" in second


def test_money_withheld_for_returns_is_told(english_shop):
    shop = english_shop
    first, second = (shop.parcels_of(shop.has_paid_for({shop.emma: 1}))[0].id for _ in range(2))
    for parcel in (first, second):
        shop.sends(parcel)
    shop.does(parcels.receive, first, shop.customer)
    shop.does(parcels.report_problem, first, shop.customer, "Wet")
    shop.does(parcels.settle_problem, first, STAFF, refund=True)

    shop.does(parcels.receive, second, shop.customer)

    letter = shop.letters("transfer_made")[-1]
    assert "Withheld for returns: −484.20" in letter.text
    assert "To you: 0.00" in letter.text


def test_a_guest_is_shown_a_way_to_his_order_and_to_no_other(english_shop):
    order = english_shop.orders({english_shop.emma: 1}, guest=True)
    english_shop.settles_down()

    [letter] = english_shop.letters("order_reserved")
    [link] = [line for line in letter.text.splitlines() if "/orders/link/" in line]
    token = urlsplit(link).path.removeprefix("/orders/link/")
    assert links.read(LINKS.secret_key, links.ORDER_OF_A_GUEST, token) == order
    assert link in letter.html


def test_a_seller_is_shown_a_way_to_his_parcel(english_shop):
    parcel = english_shop.parcels_of(english_shop.has_paid_for({english_shop.emma: 1}))[0]

    [letter] = english_shop.letters("parcel_waiting")
    [link] = [line for line in letter.text.splitlines() if "/seller/parcels/" in line]
    token = urlsplit(link).path.removeprefix("/seller/parcels/")
    assert links.read(LINKS.secret_key, links.PARCEL_OF_A_SELLER, token) == parcel.id
    assert letter.user_id == parcel.seller_id


def test_a_paid_order_does_not_ask_to_be_paid_when_the_letter_is_late(english_shop):
    order = english_shop.has_paid_for({english_shop.emma: 1})
    with english_shop.database.transaction() as session:
        session.execute(delete(Letter))

    for message in english_shop.messages():
        english_shop.writes(message)

    [letter] = english_shop.letters("order_reserved")
    assert letter.order_id == order
    assert "Pay for the order" not in letter.text


def test_a_title_cannot_begin_a_second_header(english_shop):
    shop = english_shop
    offer = shop.sells(shop.first, "Sly\r\nBcc: all@example.org\x00\u2028", 100, copies=2)
    shop.orders({offer: 2})
    shop.settles_down()

    with shop.database.transaction() as session:
        stock.set_on_hand(session, offer, 1, "by hand", shop.first)
    shop.settles_down()

    [letter] = shop.letters("promised_copies_missing")
    assert letter.subject == "Copies of “Sly Bcc: all@example.org” are promised and missing"


def test_what_people_type_stays_text(english_shop):
    shop = english_shop
    name = "<script>alert(1)</script> %(amount)s {{ 7 * 7 }}"
    offer = shop.sells(shop.first, '<img src=x onerror="x">', 100, copies=1)
    order = shop.orders({offer: 1}, guest=True, name=name)
    shop.settles_down()
    shop.pays(order, PaymentState.DECLINED)

    for letter in shop.letters():
        assert "<script" not in letter.html
        assert "<img" not in letter.html
    [letter] = shop.letters("order_reserved")
    assert f"{name}, your books" in " ".join(letter.text.split())
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %(amount)s {{ 7 * 7 }}" in letter.html


def test_nobody_writes_to_an_account_that_was_deleted(english_shop):
    order = english_shop.orders({english_shop.emma: 1})
    with english_shop.database.transaction() as session:
        anna = session.get_one(User, english_shop.anna)
        anna.deleted_at = anna.created_at

    english_shop.settles_down()

    assert order not in [letter.order_id for letter in english_shop.letters()]
    assert english_shop.anna not in [letter.user_id for letter in english_shop.letters("welcome")]


def test_a_letter_is_marked_sent_once(english_shop):
    english_shop.settles_down()
    letter = english_shop.letters()[0]

    with english_shop.database.transaction() as session:
        notifications.mark_sent(session, letter.id)
        at = session.get_one(Letter, letter.id).sent_at
        notifications.mark_sent(session, letter.id)

    assert at is not None
    assert english_shop.letters()[0].sent_at == at


def _expired(shop: SmallBookshop, offer: int) -> int:
    order = shop.orders({offer: 1})
    shop.settles_down()
    shop.waits(timedelta(minutes=31))
    return order


def _new(shop: SmallBookshop, before: int) -> list[tuple[str, str]]:
    return sorted((letter.kind, letter.recipient) for letter in shop.letters()[before:])
