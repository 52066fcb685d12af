"""The way of one parcel to its customer: what is done, what is now, what comes next."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from bookshop.database import now
from bookshop.messages import (
    Message,
    ParcelCancelled,
    ParcelConfirmed,
    ParcelReceived,
    ParcelRejected,
    ParcelReturned,
    ParcelSent,
    ProblemReported,
    ProblemSettled,
    RefundMade,
)
from bookshop.money import Money
from bookshop.orders.models import Order, Parcel
from bookshop.orders.sending import send_by
from bookshop.orders.states import GIVEN_BACK, OrderState, ParcelState
from bookshop.payments.models import Payment
from webshop.shown import day, moment, shown_money

ENDED_BY = (ParcelRejected, ParcelCancelled, ParcelReturned)
Words = tuple[str, Markup | str]


class Kind(StrEnum):
    DONE = "done"
    NOW = "now"
    LATER = "later"
    FAIL = "fail"


class Step(NamedTuple):
    kind: Kind
    what: str
    note: Markup | str = ""

    @property
    def said(self) -> str:
        """What the dot says, for those who do not see it."""
        words: dict[Kind, str] = {
            Kind.DONE: _("Done"),
            Kind.NOW: _("Now"),
            Kind.LATER: _("Next"),
            Kind.FAIL: _("Did not work"),
        }
        return words[self.kind]


def timeline(order: Order, paid: Payment | None, parcel: Parcel) -> list[Step]:
    after = _given_up if parcel.state in GIVEN_BACK else _to_the_customer
    return [*_until_paid(order, paid), *after(order, paid, parcel)]


def _until_paid(order: Order, paid: Payment | None) -> Iterator[Step]:
    yield Step(Kind.DONE, _("Ordered"), _moment(order.placed_at))
    if paid:
        yield Step(Kind.DONE, _("Paid"), _moment(paid.ended_at))
        return
    match order.state:
        case OrderState.PLACED:
            yield Step(Kind.NOW, _("The copies are being reserved"), _("Usually at once."))
            yield Step(Kind.LATER, _("You pay"))
        case OrderState.SHORT:
            yield Step(Kind.NOW, _("You choose"), _("Not everything is there any more."))
            yield Step(Kind.LATER, _("You pay"))
        case OrderState.RESERVED:
            yield Step(Kind.NOW, _("You pay"), _pay_until(order))


def _pay_until(order: Order) -> Markup | str:
    if order.expires_at is None:
        return ""
    said = _("Until %(time)s; then the copies go back on the shelf.", time="{}")
    return escape(said).format(moment(order.expires_at))


def _to_the_customer(order: Order, paid: Payment | None, parcel: Parcel) -> Iterator[Step]:
    """What is past is done, the first that is not is now, the rest comes later."""
    way = (ParcelState.WAITING, ParcelState.CONFIRMED, ParcelState.SENT, ParcelState.RECEIVED)
    state = ParcelState.RECEIVED if parcel.state is ParcelState.SETTLED else parcel.state
    at = way.index(state) if state in way else -1
    yield _step(
        at,
        0,
        (_("The seller has confirmed"), _time_of(order, parcel, ParcelConfirmed)),
        (_("The seller is asked to confirm"), _answers_until(parcel)),
        (_("The seller confirms"), ""),
    )
    yield _step(
        at,
        1,
        (_("Sent"), _sent(parcel)),
        (_("The seller is packing the parcel"), _sends_until(parcel)),
        (_("On its way to you"), _("We write to you when it leaves.")),
    )
    yield _step(
        at,
        2,
        (_("You have the books"), _time_of(order, parcel, ParcelReceived)),
        (_("On its way to you"), _mark_it(parcel)),
        (_("You have the books"), ""),
    )


def _given_up(order: Order, paid: Payment | None, parcel: Parcel) -> Iterator[Step]:
    yield from _so_far(order, parcel)
    yield _end(order, parcel)
    if not paid or not parcel.total:
        return
    if parcel.state is ParcelState.REFUNDED:
        when = _time_of(order, parcel, RefundMade)
        back = money_is_back(parcel.total)
        yield Step(Kind.DONE, _("Your money is returned"), _sentences(when, back))
    else:
        back = _("%(amount)s go back the way you paid.", amount=shown_money(parcel.total))
        yield Step(Kind.NOW, _("We are returning your money"), back)


def _so_far(order: Order, parcel: Parcel) -> Iterator[Step]:
    """What had been done of it before it was given up, and what was wrong with it."""
    for event in order.history:
        if event.parcel_id != parcel.id:
            continue
        when = moment(event.at)
        match event.what:
            case ParcelConfirmed.__name__:
                yield Step(Kind.DONE, _("The seller has confirmed"), when)
            case ParcelSent.__name__:
                yield Step(Kind.DONE, _("Sent"), _sent(parcel))
            case ParcelReceived.__name__:
                yield Step(Kind.DONE, _("You have the books"), when)
            case ProblemReported.__name__:
                yield Step(
                    Kind.DONE, _("You told us of a problem"), _sentences(when, _quoted(event.why))
                )
            case ProblemSettled.__name__ if event.why:
                yield Step(
                    Kind.DONE, _("The seller has answered"), _sentences(when, _quoted(event.why))
                )


def _end(order: Order, parcel: Parcel) -> Step:
    when, quoted = _time_of(order, parcel, *ENDED_BY), _quoted(parcel.ended_note)
    if parcel.ended_because == "returned":  # his problem was settled: this did work
        return Step(Kind.DONE, _("The seller gives the money back"), _sentences(when, quoted))
    why = why_it_ended(parcel)
    if parcel.state is ParcelState.REJECTED:
        return Step(Kind.FAIL, _("The seller cannot send it"), _sentences(when, quoted or why))
    return Step(Kind.FAIL, why, _sentences(when, quoted))


def _quoted(words: str) -> str:
    return str(_("“%(words)s”", words=words)) if words else ""


def _sentences(*parts: Markup | str) -> Markup:
    return Markup(". ").join(part for part in parts if part)


def money_is_back(amount: Money) -> str:
    """Billing has sent it; the customer's bank takes its time."""
    back = _(
        "We have returned %(amount)s the way you paid; it may take a few days until you see it.",
        amount=shown_money(amount),
    )
    return str(back)


def _time_of(order: Order, parcel: Parcel, *news: type[Message]) -> Markup | str:
    names = [one.__name__ for one in news]
    times = [
        event.at for event in order.history if event.what in names and event.parcel_id == parcel.id
    ]
    return moment(times[-1]) if times else ""


def why_it_ended(parcel: Parcel) -> str:
    reasons = {
        "not_there": _("The books were not on the shelf"),
        "other": _("The seller could not send them"),
        "customer": _("Cancelled by you"),
        "order": _("Cancelled by you"),
        "overdue": _("The seller did not answer in time"),
        "expired": _("Not paid in time"),
        "gone": _("The copies were gone"),
        "late": _("Paid too late"),
    }
    reason = parcel.ended_because or parcel.order.cancelled_because
    return str(reasons.get(reason, _("Cancelled")))


def _step(at: int, own: int, done: Words, now: Words, later: Words) -> Step:
    if at > own:
        return Step(Kind.DONE, *done)
    return Step(Kind.NOW, *now) if at == own else Step(Kind.LATER, *later)


def _moment(at: datetime | None) -> Markup | str:
    return moment(at) if at else ""


def _answers_until(parcel: Parcel) -> Markup | str:
    if parcel.confirm_by is None:
        return ""
    said = _("He answers by %(time)s, or we return your money.", time="{}")
    return escape(said).format(moment(parcel.confirm_by))


def _sends_until(parcel: Parcel) -> Markup | str:
    by = send_by(parcel)
    if by is None or by <= now():  # that it is late is told above the steps
        return str(_("We write to you when it leaves."))
    said = _("He sends it by %(time)s; we write to you when it leaves.", time="{}")
    return escape(said).format(moment(by))


def _sent(parcel: Parcel) -> Markup | str:
    when = _moment(parcel.sent_at)
    if not parcel.tracking:
        return when
    return Markup("{}. {}").format(when, _("Tracking: %(number)s", number=parcel.tracking))


def _mark_it(parcel: Parcel) -> Markup | str:
    """ "Sent" is told by the step before it."""
    if parcel.receive_by is None:
        return str(_("Tell us when the books are with you."))
    said = _("Tell us when the books are with you; on %(day)s we take it that they are.", day="{}")
    return escape(said).format(day(parcel.receive_by))
