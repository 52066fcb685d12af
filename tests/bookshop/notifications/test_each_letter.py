"""Each kind of letter comes of a story, and tells its reader what he has to know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from bookshop import money
from bookshop.money import Money
from bookshop.notifications.letters import LETTERS
from bookshop.notifications.models import Letter
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.orders.parcels import Because
from bookshop.payments.models import PaymentState
from bookshop.stock import service as stock
from tests.bookshop.notifications.conftest import STAFF, SmallBookshop

LEFT_OVER = ("{{", "{%", "%(", "None", "&lt;p", "Markup")
ANNA, FIRST = "anna@example.org", "oldnew@example.org"


@dataclass(frozen=True)
class Told:
    """Whom the letter goes to, and what is in it, in both its forms."""

    to: str
    words: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()


def welcome(shop: SmallBookshop) -> Told:
    shop.settles_down()
    return Told(ANNA, ("anna", "http://shop.test"))


def order_reserved(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 2, shop.idiot: 1})
    shop.settles_down()
    return Told(
        ANNA,
        ("Emma <3", "Идиот", "Old & New", "Sadovaya st. 12", f"http://shop.test/orders/{order}"),
        (2 * 53800, 71300, 2 * 53800 + 71300),
    )


def order_short(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 3, shop.idiot: 1})
    shop.settles_down()
    return Told(ANNA, ("Emma <3", "Идиот", f"http://shop.test/orders/{order}"), (2 * 53800, 71300))


def order_cancelled(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 1})
    shop.settles_down()
    shop.does(orders.cancel, order, shop.customer)
    return Told(ANNA, ("Emma <3", f"http://shop.test/orders/{order}"))


def order_refunded(shop: SmallBookshop) -> Told:
    order = shop.has_paid_for({shop.emma: 1, shop.idiot: 1})
    shop.does(orders.cancel, order, shop.customer)
    return Told(ANNA, ("Emma <3", "Идиот"), (53800 + 71300,))


def payment_declined(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 1})
    shop.settles_down()
    shop.pays(order, PaymentState.DECLINED)
    return Told(ANNA, (f"http://shop.test/orders/{order}",), (53800,))


def payment_late(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 1, shop.idiot: 1})
    shop.settles_down()
    shop.does(orders.cancel, order, shop.customer)
    shop.pays(order)
    return Told(ANNA, ("Emma <3",), (53800 + 71300,))


def order_paid(shop: SmallBookshop) -> Told:
    order = shop.has_paid_for({shop.emma: 2, shop.idiot: 1})
    return Told(
        ANNA,
        ("Emma <3", "Идиот", "Second Shelf", f"http://shop.test/orders/{order}"),
        (2 * 53800 + 71300,),
    )


def parcel_confirmed(shop: SmallBookshop) -> Told:
    parcel = _waiting(shop)
    shop.does(parcels.confirm, parcel, STAFF)
    return Told(ANNA, ("Old & New", "Emma <3"))


def parcel_sent(shop: SmallBookshop) -> Told:
    shop.sends(_waiting(shop), tracking="RA 644 <000> 001")
    return Told(ANNA, ("Old & New", "RA 644 <000> 001", "Sadovaya st. 12"))


def parcel_rejected(shop: SmallBookshop) -> Told:
    shop.does(parcels.reject, _waiting(shop), STAFF, Because.NOT_THERE, "Lent & lost")
    return Told(ANNA, ("Old & New", "Lent & lost"), (53800,))


def parcel_cancelled(shop: SmallBookshop) -> Told:
    shop.does(parcels.cancel, _waiting(shop), shop.customer)
    return Told(ANNA, ("Old & New",), (53800,))


def problem_settled(shop: SmallBookshop) -> Told:
    parcel = _with_a_problem(shop, "Where is it?")
    shop.does(parcels.settle_problem, parcel, STAFF, refund=False, note="At your post office")
    return Told(ANNA, ("Where is it?", "At your post office"))


def parcel_returned(shop: SmallBookshop) -> Told:
    parcel = _with_a_problem(shop, "It is another book")
    shop.does(parcels.settle_problem, parcel, STAFF, refund=True, note="Our mistake")
    return Told(ANNA, ("Our mistake",), (53800,))


def parcel_waiting(shop: SmallBookshop) -> Told:
    _waiting(shop)
    return Told(
        FIRST, ("Emma <3", "Old & New", "http://shop.test/seller/parcels/"), (5380, 53800 - 5380)
    )


def parcel_reminder(shop: SmallBookshop) -> Told:
    _waiting(shop)
    shop.waits(timedelta(hours=25))
    return Told(FIRST, ("Emma <3", "http://shop.test/seller/parcels/"))


def parcel_unsent(shop: SmallBookshop) -> Told:
    shop.does(parcels.confirm, _waiting(shop), STAFF)
    shop.waits(timedelta(days=3))
    return Told(FIRST, ("Emma <3", "http://shop.test/seller/parcels/"))


def sale_cancelled(shop: SmallBookshop) -> Told:
    shop.does(parcels.cancel, _waiting(shop), shop.customer)
    return Told(FIRST, ("Emma <3", "Old & New"))


def problem_reported(shop: SmallBookshop) -> Told:
    _with_a_problem(shop, "Page 12 is <torn>")
    return Told(FIRST, ("Page 12 is <torn>", "http://shop.test/seller/parcels/"))


def sale_returned(shop: SmallBookshop) -> Told:
    parcel = _waiting(shop)
    shop.sends(parcel)
    shop.does(parcels.receive, parcel, shop.customer)
    shop.does(parcels.report_problem, parcel, shop.customer, "Pages are missing")
    shop.does(parcels.settle_problem, parcel, STAFF, refund=True)
    return Told(FIRST, ("Emma <3",), (53800, 53800 - 5380))


def transfer_made(shop: SmallBookshop) -> Told:
    parcel = _waiting(shop)
    shop.sends(parcel)
    shop.does(parcels.receive, parcel, shop.customer)
    return Told(FIRST, ("seller-oldnew", "http://desk.test"), (5380, 53800 - 5380))


def promised_copies_missing(shop: SmallBookshop) -> Told:
    order = shop.orders({shop.emma: 2})
    shop.settles_down()
    assert shop.parcels_of(order)
    with shop.database.transaction() as session:
        stock.set_on_hand(session, shop.emma, 1, "by hand", shop.first)
    shop.settles_down()
    return Told(FIRST, ("Emma <3", "http://desk.test"))


def _waiting(shop: SmallBookshop) -> int:
    """A paid parcel of one seller, beside one of another."""
    return shop.parcels_of(shop.has_paid_for({shop.emma: 1, shop.idiot: 1}))[0].id


def _with_a_problem(shop: SmallBookshop, words: str) -> int:
    parcel = _waiting(shop)
    shop.sends(parcel)
    shop.does(parcels.report_problem, parcel, shop.customer, words)
    return parcel


STORIES: tuple[Callable[[SmallBookshop], Told], ...] = (
    welcome, order_reserved, order_short, order_cancelled, order_refunded, payment_declined,
    payment_late, order_paid, parcel_confirmed, parcel_sent, parcel_rejected, parcel_cancelled,
    problem_settled, parcel_returned, parcel_waiting, parcel_reminder, parcel_unsent,
    sale_cancelled, problem_reported, sale_returned, transfer_made, promised_copies_missing,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_letter_tells_its_reader_what_he_has_to_know(story, shop):
    told = story(shop)

    [letter] = [letter for letter in shop.letters(story.__name__) if letter.recipient == told.to]
    said = [*told.words, *(money.shown(Money(amount), shop.language) for amount in told.amounts)]
    page = Page(letter.html)
    for words in said:
        assert words in letter.text
        assert words in page.said
    assert letter.language == page.language == shop.language
    assert letter.subject == page.heading
    assert letter.subject in letter.text
    for letter in shop.letters():
        assert_nothing_of_its_template_shows(letter)


def assert_nothing_of_its_template_shows(letter: Letter) -> None:
    for text in (letter.subject, letter.text, letter.html):
        assert not [sign for sign in LEFT_OVER if sign in text]
    assert Page(letter.html).left_open == []
    assert "<p" not in letter.text
    assert "\n\n\n" not in letter.text


def test_every_kind_of_letter_has_a_story():
    kinds = [kind.name for kinds in LETTERS.values() for kind in kinds]

    assert sorted(kinds) == sorted(story.__name__ for story in STORIES)


class Page(HTMLParser):
    """An HTML letter as it is read: what it says, its addresses included."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said = self.heading = self.language = ""
        self.left_open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag not in ("meta", "br"):
            self.left_open.append(tag)
        if tag == "html":
            self.language = facts["lang"] or ""
        self.said += f" {facts.get('href', '')} " if tag == "a" else ""

    def handle_endtag(self, tag: str) -> None:
        assert self.left_open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data
        if self.left_open[-1:] == ["h1"]:
            self.heading += data
