"""Each promise holds because of its guard: without it, the story that tells of it goes wrong."""

import hmac
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import IntegrityError

from bookshop import outbox, repeats
from bookshop.messages import ParcelRejected
from bookshop.orders.states import LIFE_OF_A_PARCEL, ParcelState
from bookshop.payments import service as payments
from bookshop.payments.models import PaymentState
from bookshop.stock import service as stock
from bookshop.users.models import Role
from tests.bookshop import test_repeats as repeating
from tests.guards import stories
from tests.guards.removing import (
    Removal,
    both,
    constraint,
    idempotency_key,
    rule,
    saying,
    what,
)
from tests.rewinding import Moment
from tests.shop import Shop
from tests.stories import test_buying as buying
from tests.stories import test_unhappy_ways as unhappy


@dataclass(frozen=True)
class Control:
    promise: str
    guard: Removal
    story: Callable[..., None]
    goes_wrong: str  # as the story's failure says it


def as_if_declined(session, order_id, of_order=payments.of_order):
    return [
        SimpleNamespace(state=PaymentState.DECLINED, key=payment.key)
        for payment in of_order(session, order_id)
    ]


def marks_at_once(session, *args, mark_done=outbox.mark_done):
    done = mark_done(session, *args)
    session.commit()
    return done


def always(*args, **kwargs):
    return True


ENOUGH_COPIES = saying(r"(shelves.on_hand - shelves.reserved >= \S+)", r"(\1 OR 1 = 1)")
STILL_LIVE = saying(r"(reservations.state = \S+) ORDER", r"(\1 OR 1 = 1) ORDER")
NOT_ROUTED = saying(r"outbox.routed_at IS NULL", "1 = 1")
NOBODY_IS_AT_IT = saying(r"(deliveries.held_until IS NULL OR)", r"\1 1 = 1 OR")
EARLIER_ATTEMPTS = what(payments, "of_order", as_if_declined)

# fmt: off
OF_THE_DATABASE = (
    Control("the last copy is sold once",
            ENOUGH_COPIES,
            buying.test_the_last_copy_is_sold_once, r"\['reserved', 'reserved'\]"),
    Control("copies come back once",
            STILL_LIVE,
            stories.copies_come_back_once, "reserved_is_not_negative"),
    Control("at the very last, no count falls below zero",
            both(STILL_LIVE, constraint("reserved_is_not_negative")),
            stories.copies_come_back_once, r"\(5, -1\) == \(5, 0\)"),
    Control("a line is promised copies once",
            constraint("uq_reservations_live_line"),
            stories.a_line_is_promised_copies_once, r"\(5, 2\) == \(5, 1\)"),
    Control("one payment is open at a time",
            EARLIER_ATTEMPTS,
            unhappy.test_a_declined_payment_can_be_tried_again,
            "uq_payments_open|payments.order_id"),
    Control("at the very last, two are never open",
            both(EARLIER_ATTEMPTS, constraint("uq_payments_open")),
            unhappy.test_a_declined_payment_can_be_tried_again, "3 == 2"),
    Control("money is written down once",
            constraint("uq_ledger_movement_account"),
            stories.money_is_written_once, r"'customer': -200"),
    Control("a letter is written once",
            constraint("uq_letters_event_recipient_kind"),
            stories.letters_are_written_once, r"'order_reserved'\): 3"),
    Control("a message is routed once",
            NOT_ROUTED,
            stories.a_message_is_routed_once, "message_id.*handler"),
    Control("at the very last, a handler has one delivery of a message",
            both(NOT_ROUTED, constraint("uq_deliveries_message_id_handler")),
            stories.a_message_is_routed_once, "2 == 1"),
    Control("an errand is asked by one at a time",
            NOBODY_IS_AT_IT,
            stories.an_errand_is_asked_by_one_at_a_time, "2 == 1"),
)

OF_THE_SHOP = (
    Control("what the queue lost is handed over again",
            what(outbox, "LEFT_ALONE", timedelta(days=1000)),
            stories.what_the_queue_lost_is_handed_over_again, r"\[\] == \[\d"),
    Control("the effect and the mark that it is done are one",
            what(outbox, "mark_done", marks_at_once),
            stories.what_died_halfway_is_done_again, "'placed' == 'reserved'"),
    Control("billing opens a payment once",
            idempotency_key("open"),
            stories.opened_once_though_the_answer_is_lost, "2 == 1"),
    Control("billing refunds once",
            idempotency_key("refund"),
            stories.refunded_once_though_the_answer_is_lost, "2 == 1"),
    Control("billing pays out once",
            idempotency_key("transfer"),
            stories.paid_out_once_though_the_answer_is_lost, "2 == 1"),
    Control("a webhook is heard once",
            what(payments, "insert_if_absent", always),
            stories.a_webhook_is_heard_once, "2 == 1"),
    Control("a forged webhook is not heard",
            what(hmac, "compare_digest", always),
            stories.a_forged_webhook_is_not_heard, "DID NOT RAISE"),
    Control("a request with the same key is carried out once",
            what(repeats, "insert_if_absent", always),
            repeating.test_the_second_gets_the_answer_of_the_first, r"\{'id': 2\}"),
    Control("what is on its way is neither cancelled nor rejected",
            rule(LIFE_OF_A_PARCEL, (ParcelState.SENT, ParcelRejected), ParcelState.REJECTED),
            unhappy.test_what_is_on_its_way_cannot_be_cancelled, "DID NOT RAISE"),
    Control("a seller who has fewer than he promised is told",
            what(stock, "tell_of_missing", lambda *_: None),
            unhappy.test_a_seller_who_has_fewer_than_promised_is_told_and_sells_no_more, "0 == 1"),
)
# fmt: on

FAILURES = (AssertionError, IntegrityError, pytest.fail.Exception)


@pytest.fixture(scope="module")
def a_shop(tmp_path_factory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    yield shop
    shop.database.engine.dispose()


@pytest.fixture(scope="module")
def cast(a_shop) -> dict[str, int]:
    cast = {name: a_shop.has(name, Role.SELLER) for name in ("emma", "boris")}
    cast["ada"] = a_shop.has("ada")
    a_shop.works()
    return cast


@pytest.fixture(scope="module")
def tell(a_shop, cast) -> Callable[[Control], None]:
    """Tells a story from the beginning: nobody has anything yet."""
    beginning = Moment(a_shop)

    def tell(story: Callable[..., None]) -> None:
        beginning.come_back(a_shop)
        known = {"shop": a_shop, **cast}
        story(**{name: known[name] for name in inspect.signature(story).parameters})

    return tell


def promise(control: Control) -> str:
    return control.promise


@pytest.mark.parametrize("control", OF_THE_DATABASE, ids=promise)
def test_a_promise_of_the_database_is_kept_by_its_guard(a_shop, tell, control):
    tell(control.story)

    with control.guard(a_shop), pytest.raises(FAILURES, match=control.goes_wrong):
        tell(control.story)


@pytest.mark.parametrize("control", OF_THE_SHOP, ids=promise)
def test_a_promise_of_the_shop_is_kept_by_its_guard(a_shop, tell, control):
    tell(control.story)

    with control.guard(a_shop), pytest.raises(FAILURES, match=control.goes_wrong):
        tell(control.story)
