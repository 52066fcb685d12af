"""What seller, customer and shop may do with one parcel."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from bookshop import outbox
from bookshop.database import now
from bookshop.errors import Conflict, Invalid
from bookshop.messages import (
    ConfirmationOverdue,
    ParcelCancelled,
    ParcelConfirmed,
    ParcelReceived,
    ParcelRejected,
    ParcelReturned,
    ParcelSent,
    ProblemReported,
    ProblemSettled,
    RefundMade,
    TransferMade,
)
from bookshop.orders.models import Order, OrderLine, Parcel
from bookshop.orders.moving import (
    SHOP,
    TO_RECEIVE,
    TO_SEND,
    NoSuchParcel,
    Who,
    close_if_ended,
    locked_parcel,
    move_parcel,
    write_down,
)
from bookshop.orders.states import OrderState, ParcelState
from bookshop.payments import service as payments
from bookshop.payments.models import Transfer
from bookshop.stock import service as stock
from bookshop.translations import N_
from bookshop.users.models import Shop

LONGEST_NOTE = 1000
REPORTS_ACCEPTED = timedelta(days=30)  # after sending
WITH_ITS_ORDER = joinedload(Parcel.order).selectinload(Order.parcels)  # that is where its number is

# Where a parcel goes is told to its seller while it is, or may have to be, brought there.
NEED_THE_ADDRESS = (
    ParcelState.WAITING,
    ParcelState.CONFIRMED,
    ParcelState.SENT,
    ParcelState.RECEIVED,
    ParcelState.SETTLED,
    ParcelState.RETURNED,
)


class Because(StrEnum):
    """Why a seller rejects a parcel."""

    NOT_THERE = "not_there"
    OTHER = "other"


class NotPaidYet(Conflict):
    text = N_("This order is not paid yet: cancel the whole order, or pay it first.")


class NothingToReport(Conflict):
    text = N_("A problem can be reported once a parcel is on its way, within 30 days.")


class NoOpenProblem(Conflict):
    text = N_("No problem is open with this parcel.")


class SayWhyRejected(Invalid):
    text = N_("Say in a few words why you reject the complaint: the customer reads it.")


class SayWhatIsWrong(Invalid):
    text = N_("Say in a few words what is wrong (at most %(most)d characters).")


def get(session: Session, parcel_id: int, who: Who) -> Parcel:
    """To look at, with its order, its lines and what was offered."""
    query = select(Parcel).where(Parcel.id == parcel_id).options(*_whole())
    parcel = session.scalars(query).one_or_none()
    if parcel is None or not who.may_handle(parcel):
        raise NoSuchParcel
    if who.kind == "seller" and parcel.confirm_by is None:
        raise NoSuchParcel  # nobody has paid for it: it is not the seller's yet
    return parcel


def of_seller(
    session: Session, seller_id: int, state: ParcelState | None = None, limit: int = 200
) -> Sequence[Parcel]:
    """Those whose order was paid, newest first."""
    query = select(Parcel).where(Parcel.seller_id == seller_id, Parcel.confirm_by.is_not(None))
    if state:
        query = query.where(Parcel.state == state)
    return session.scalars(query.options(*_whole()).order_by(Parcel.id.desc()).limit(limit)).all()


def numbers(session: Session, parcel_ids: Collection[int]) -> dict[int, str]:
    """As people know them."""
    query = select(Parcel).where(Parcel.id.in_(parcel_ids)).options(WITH_ITS_ORDER)
    return {parcel.id: parcel.number for parcel in session.scalars(query)}


def confirm(session: Session, parcel_id: int, who: Who) -> None:
    parcel = _handled(session, parcel_id, who)
    news = ParcelConfirmed(parcel.order_id, parcel.id)
    if move_parcel(session, parcel, news, who):
        parcel.send_by, parcel.reminded_at = now() + TO_SEND, None
        outbox.announce(session, news)


def send(session: Session, parcel_id: int, who: Who, tracking: str = "") -> None:
    parcel = _handled(session, parcel_id, who)
    news = ParcelSent(parcel.order_id, parcel.id)
    if move_parcel(session, parcel, news, who):
        stock.send(session, parcel.id, who.user_id)
        parcel.tracking = tracking.strip()[:100]
        parcel.sent_at = now()
        parcel.receive_by = now() + TO_RECEIVE
        outbox.announce(session, news)


def reject(session: Session, parcel_id: int, who: Who, because: Because, note: str = "") -> None:
    """The seller cannot send it: the customer gets his money back."""
    parcel = _handled(session, parcel_id, who)
    news = ParcelRejected(parcel.order_id, parcel.id)
    if parcel.order.state is not OrderState.PAID and parcel.state is ParcelState.PLANNED:
        raise NotPaidYet
    end_before_sending(session, parcel, news, who, because, note)


def cancel(session: Session, parcel_id: int, who: Who) -> None:
    """The customer no longer wants this part of a paid order."""
    parcel = _customers(session, parcel_id, who)
    if parcel.state is ParcelState.PLANNED:
        raise NotPaidYet
    news = ParcelCancelled(parcel.order_id, parcel.id)
    end_before_sending(session, parcel, news, who, "customer")


def receive(session: Session, parcel_id: int, who: Who) -> None:
    """The customer has his books: the seller gets his money."""
    _received(session, _customers(session, parcel_id, who), who)


def report_problem(session: Session, parcel_id: int, who: Who, words: str) -> None:
    """Missing or wrong: the clock stops until the seller or an operator settles it."""
    parcel = _customers(session, parcel_id, who)
    words = words.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise SayWhatIsWrong(field="words", most=LONGEST_NOTE)
    on_its_way = (ParcelState.SENT, ParcelState.RECEIVED, ParcelState.SETTLED)
    recent = parcel.sent_at and parcel.sent_at > now() - REPORTS_ACCEPTED
    if parcel.state not in on_its_way or not (recent or parcel.state is ParcelState.SENT):
        raise NothingToReport
    if parcel.problem:
        return
    parcel.problem, parcel.problems, parcel.receive_by = words, parcel.problems + 1, None
    news = ProblemReported(parcel.order_id, parcel.id, parcel.problems)
    write_down(session, parcel, news, who, words)
    outbox.announce(session, news)


def settle_problem(
    session: Session, parcel_id: int, who: Who, *, refund: bool, note: str = ""
) -> None:
    """Give the money back, or reject the complaint and say why; then the clock starts again."""
    parcel = _handled(session, parcel_id, who)
    note = note.strip()[:LONGEST_NOTE]
    if not parcel.problem:
        raise NoOpenProblem
    if not (refund or note):
        raise SayWhyRejected(field="note")
    if refund:
        _returned(session, parcel, who, note)
    elif parcel.state is ParcelState.SENT:
        parcel.receive_by = now() + TO_RECEIVE
    parcel.problem = ""
    payments.go_on_with_transfer(session, parcel.id)
    news = ProblemSettled(parcel.order_id, parcel.id, parcel.problems)
    write_down(session, parcel, news, who, "" if refund else note)  # the return has it already
    outbox.announce(session, news)


def follow_refund(session: Session, news: RefundMade) -> None:
    parcel = locked_parcel(session, news.parcel_id)
    if move_parcel(session, parcel, news, SHOP):
        close_if_ended(session, parcel.order)


def start_transfer(session: Session, parcel_id: int) -> Transfer | None:
    """The one that billing may be asked for now; None while a problem is open."""
    parcel = locked_parcel(session, parcel_id)
    return None if parcel.problem else payments.start_transfer(session, parcel.id)


def follow_transfer(session: Session, news: TransferMade) -> None:
    parcel = locked_parcel(session, news.parcel_id)
    if move_parcel(session, parcel, news, SHOP):
        close_if_ended(session, parcel.order)


# What the clock does


def remind(session: Session, parcel_id: int, moment: datetime) -> None:
    """A day without an answer."""
    parcel = locked_parcel(session, parcel_id)
    if parcel.state is ParcelState.WAITING and parcel.reminded_at is None:
        parcel.reminded_at = moment
        outbox.announce(session, ConfirmationOverdue(parcel.order_id, parcel.id))


def cancel_overdue(session: Session, parcel_id: int, moment: datetime) -> None:
    """Two days without an answer: the customer gets his money back."""
    parcel = locked_parcel(session, parcel_id)
    if parcel.state is ParcelState.WAITING and parcel.confirm_by and parcel.confirm_by <= moment:
        news = ParcelCancelled(parcel.order_id, parcel.id)
        end_before_sending(session, parcel, news, SHOP, "overdue")


def receive_overdue(session: Session, parcel_id: int, moment: datetime) -> None:
    """Two weeks after sending, and no word of a problem."""
    parcel = locked_parcel(session, parcel_id)
    if parcel.receive_by and parcel.receive_by <= moment:
        _received(session, parcel, SHOP)


# What an order does with its parcels


def can_be_cancelled(parcel: Parcel) -> bool:
    return parcel.state in (ParcelState.WAITING, ParcelState.CONFIRMED)


def drop(session: Session, parcel: Parcel, who: Who) -> None:
    """Nothing of it is left; no money was taken for it."""
    move_parcel(session, parcel, ParcelCancelled(parcel.order_id, parcel.id), who, "gone")
    parcel.ended_because = "gone"


def end_before_sending(
    session: Session,
    parcel: Parcel,
    news: ParcelRejected | ParcelCancelled,
    who: Who,
    because: str,
    note: str = "",
) -> None:
    """The copies go back, or are known not to be there; the money goes back. Once."""
    if not move_parcel(session, parcel, news, who, note.strip()[:LONGEST_NOTE] or because):
        return
    parcel.ended_because, parcel.ended_note = because, note.strip()[:LONGEST_NOTE]
    if because == Because.NOT_THERE:
        stock.not_there(session, parcel.id, who.user_id)
    else:
        stock.release(session, [parcel.id])
    payments.refund(session, parcel.order_id, parcel.id, parcel.total)
    outbox.announce(session, news)


def _received(session: Session, parcel: Parcel, who: Who) -> None:
    news = ParcelReceived(parcel.order_id, parcel.id)
    if move_parcel(session, parcel, news, who):
        parcel.receive_by, parcel.problem = None, ""
        payments.pay_out(
            session,
            parcel.order_id,
            parcel.id,
            parcel.seller_id,
            parcel.due_to_seller,
            parcel.commission,
        )
        outbox.announce(session, news)


def _returned(session: Session, parcel: Parcel, who: Who, note: str) -> None:
    news = ParcelReturned(parcel.order_id, parcel.id)
    if not move_parcel(session, parcel, news, who, note):
        return
    parcel.ended_because, parcel.ended_note = "returned", note
    if payments.transfer_of(session, parcel.id):
        payments.take_back(
            session,
            parcel.order_id,
            parcel.id,
            parcel.seller_id,
            parcel.due_to_seller,
            parcel.commission,
        )
    else:
        payments.refund(session, parcel.order_id, parcel.id, parcel.total)
    outbox.announce(session, news)


def _handled(session: Session, parcel_id: int, who: Who) -> Parcel:
    parcel = locked_parcel(session, parcel_id)
    if not who.may_handle(parcel):
        raise NoSuchParcel
    return parcel


def _customers(session: Session, parcel_id: int, who: Who) -> Parcel:
    parcel = locked_parcel(session, parcel_id)
    if not who.may_see(parcel.order):
        raise NoSuchParcel
    return parcel


def _whole() -> list[ExecutableOption]:
    return [
        WITH_ITS_ORDER,
        joinedload(Parcel.order).selectinload(Order.history),
        joinedload(Parcel.shop).joinedload(Shop.owner),
        selectinload(Parcel.lines).joinedload(OrderLine.offer),
    ]
