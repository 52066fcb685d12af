"""Ask to be paid, and write down what billing answers, each thing once.

Nothing here speaks to billing: the worker asks (see gateway) and brings the answer.
"""

from datetime import timedelta

from sqlalchemy import String, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.database import insert_if_absent, now
from bookshop.messages import (
    PaymentCancelled,
    PaymentConfirmed,
    PaymentDue,
    PaymentNews,
    PaymentNotWanted,
    PaymentRefused,
    RefundDue,
    RefundMade,
    TransferDue,
    TransferMade,
)
from bookshop.money import Money
from bookshop.outbox import OutboxMessage
from bookshop.payments import ledger
from bookshop.payments.gateway import BilledMove, BilledPayment
from bookshop.payments.models import (
    OPEN_STATES,
    BillingEvent,
    MoveState,
    Payment,
    PaymentState,
    Refund,
    Transfer,
)
from bookshop.users.models import Shop


class BillingDisagrees(Exception):
    """Billing's answer is not about what we asked: a person must look."""


# Being paid


def begin(session: Session, order_id: int, amount: Money) -> Payment:
    """A new attempt, or the one that is open or was paid: nobody is asked to pay twice."""
    attempts = of_order(session, order_id)
    for earlier in attempts:
        if earlier.state in OPEN_STATES or earlier.state is PaymentState.PAID:
            return earlier
    payment = Payment(order_id=order_id, attempt=len(attempts) + 1, amount=amount)
    session.add(payment)
    session.flush()
    outbox.announce(session, PaymentDue(order_id, payment.attempt, amount))
    return payment


def of_order(session: Session, order_id: int) -> list[Payment]:
    return list(session.scalars(_OF_ORDER, {"order": order_id}))


def get(session: Session, order_id: int, attempt: int) -> Payment:
    return session.get_one(Payment, (order_id, attempt), with_for_update=True)


def learn(session: Session, order_id: int, attempt: int, billed: BilledPayment) -> None:
    """What billing says of a payment. Repeats and old news change nothing."""
    payment = get(session, order_id, attempt)
    if billed.amount != payment.amount or billed.reference != payment.key:
        raise BillingDisagrees(f"{payment.key}: we asked {payment.amount}, billing says {billed}")
    payment.asked_at = now()
    if payment.state not in OPEN_STATES:
        return
    payment.billing_id, payment.pay_url = billed.id, billed.pay_url
    payment.state = billed.state
    if billed.state in OPEN_STATES:
        return
    payment.ended_at = now()
    match billed.state:
        case PaymentState.PAID:
            ledger.capture(session, order_id, payment.key, payment.amount)
            outbox.announce(session, PaymentConfirmed(order_id, attempt))
        case PaymentState.DECLINED:
            outbox.announce(session, PaymentRefused(order_id, attempt))
        case PaymentState.CANCELLED:
            outbox.announce(session, PaymentCancelled(order_id, attempt))


def not_wanted(session: Session, order_id: int) -> None:
    """The order is gone: if a payment is open, it is closed at billing."""
    for payment in of_order(session, order_id):
        if payment.state in OPEN_STATES:
            outbox.announce(session, PaymentNotWanted(order_id, payment.attempt))


def heard_from_billing(
    session: Session, event_id: str, kind: str, body: str, reference: str
) -> None:
    """A webhook, kept as it came. It says that there is news; what is so we ask."""
    new = insert_if_absent(session, BillingEvent, id=event_id, kind=kind, body=body, came_at=now())
    payment = _named(session, reference)
    if new and payment:
        ask_about(session, payment, f"event {event_id}")


def customer_came_back(session: Session, order_id: int) -> None:
    """From the pay page: perhaps he is faster than the webhook. Once in a few seconds will do."""
    for payment in of_order(session, order_id):
        if payment.state is PaymentState.OPEN:
            ask_about(session, payment, f"return {now():%Y-%m-%d %H:%M:%S}")


def ask_about_old(session: Session, older_than: timedelta) -> None:
    """Reconciliation: whatever is open and was not asked about lately. The webhook may be lost."""
    being_asked = select(OutboxMessage.key).where(
        OutboxMessage.name == PaymentNews.__name__, OutboxMessage.id.in_(outbox.under_way())
    )
    key = literal(f"{PaymentNews.__name__}-").concat(cast(Payment.order_id, String))
    query = select(Payment).where(
        Payment.state == PaymentState.OPEN,
        Payment.asked_at < now() - older_than,
        key.concat("-").concat(cast(Payment.attempt, String)).not_in(being_asked),
    )
    for payment in session.scalars(query.limit(500).with_for_update(skip_locked=True)):
        payment.asked_at = now()
        ask_about(session, payment, f"reconciliation {now():%Y-%m-%d %H:%M:%S}")


def ask_about(session: Session, payment: Payment, occasion: str) -> None:
    outbox.announce(session, PaymentNews(payment.order_id, payment.attempt, occasion))


# Giving back


def refund(
    session: Session, order_id: int, parcel_id: int, amount: Money, *, after_transfer: bool = False
) -> None:
    """Owe the customer this much for this parcel, from now until billing has given it back."""
    query = select(func.count()).select_from(Refund).where(Refund.parcel_id == parcel_id)
    n = (session.scalar(query) or 0) + 1
    session.add(
        Refund(
            order_id=order_id,
            parcel_id=parcel_id,
            n=n,
            amount=amount,
            after_transfer=after_transfer,
        )
    )
    outbox.announce(session, RefundDue(order_id, parcel_id, n, amount))


def refunded(session: Session, parcel_id: int, n: int, billed: BilledMove) -> None:
    made = session.get_one(Refund, (parcel_id, n), with_for_update=True)
    if made.state is MoveState.DONE:
        return
    _must_agree(made.key, made.amount, billed)
    made.state, made.billing_id, made.done_at = MoveState.DONE, billed.id, now()
    ledger.refund(session, made.order_id, parcel_id, made.key, made.amount)
    outbox.announce(session, RefundMade(made.order_id, parcel_id, n))


def captured(session: Session, order_id: int) -> Payment | None:
    """The payment that was paid; refunds are taken from it."""
    return session.scalars(_CAPTURED, {"order": order_id}).one_or_none()


# Paying out


def pay_out(
    session: Session, order_id: int, parcel_id: int, seller_id: int, net: Money, commission: Money
) -> None:
    """The seller's money for a parcel, once. What he owes from returns is withheld."""
    if session.get(Transfer, parcel_id):
        return
    session.get_one(Shop, seller_id, with_for_update=True)  # nothing is withheld twice
    withheld = Money(min(net, owed_by(session, seller_id)))
    transfer = Transfer(
        parcel_id=parcel_id,
        order_id=order_id,
        seller_id=seller_id,
        amount=Money(net - withheld),
        withheld=withheld,
        commission=commission,
    )
    session.add(transfer)
    ledger.settle(session, order_id, parcel_id, seller_id, net, commission)
    if transfer.amount:
        outbox.announce(session, TransferDue(order_id, parcel_id, transfer.amount))
    else:
        _transferred(session, transfer)


def start_transfer(session: Session, parcel_id: int) -> Transfer | None:
    """Billing is about to be asked for it. None when it is done, or was called off."""
    transfer = session.get_one(Transfer, parcel_id, with_for_update=True)
    if transfer.state is not MoveState.DUE:
        return None
    transfer.asked_at = now()
    return transfer


def go_on_with_transfer(session: Session, parcel_id: int) -> None:
    """What kept it waiting is over."""
    transfer = transfer_of(session, parcel_id)
    if transfer and transfer.state is MoveState.DUE:
        outbox.announce(session, TransferDue(transfer.order_id, parcel_id, transfer.amount))


def paid_out(session: Session, parcel_id: int, billed: BilledMove) -> None:
    transfer = session.get_one(Transfer, parcel_id, with_for_update=True)
    if transfer.state is MoveState.DUE:
        _must_agree(transfer.key, transfer.amount, billed)
        transfer.billing_id = billed.id
        _transferred(session, transfer)


def take_back(
    session: Session, order_id: int, parcel_id: int, seller_id: int, net: Money, commission: Money
) -> None:
    """The books came back after they were received. Either the seller is not paid for them, or, if
    billing may have done it already, his next transfers make good for it.
    """
    transfer = session.get_one(Transfer, parcel_id, with_for_update=True)
    in_time = transfer.state is MoveState.DUE and transfer.asked_at is None
    if in_time:
        transfer.state = MoveState.CALLED_OFF
    ledger.take_back(session, order_id, parcel_id, seller_id, net, commission)
    refund(session, order_id, parcel_id, Money(net + commission), after_transfer=not in_time)


def transfer_of(session: Session, parcel_id: int) -> Transfer | None:
    return session.get(Transfer, parcel_id)


def to_make_good(session: Session, parcel_id: int) -> Money:
    """What its seller got for a parcel whose money went back after that; 0 when he got nothing."""
    return Money(int(session.scalar(_TO_MAKE_GOOD.where(Transfer.parcel_id == parcel_id)) or 0))


def owed_by(session: Session, seller_id: int) -> Money:
    """What a seller is to make good, less what was withheld since."""
    returned = _TO_MAKE_GOOD.where(Transfer.seller_id == seller_id)
    withheld = select(func.coalesce(func.sum(Transfer.withheld), 0)).where(
        Transfer.seller_id == seller_id, Transfer.state != MoveState.CALLED_OFF
    )
    return Money(max(0, int(session.scalar(returned) or 0) - int(session.scalar(withheld) or 0)))


def _transferred(session: Session, transfer: Transfer) -> None:
    transfer.state, transfer.done_at = MoveState.DONE, now()
    outbox.announce(session, TransferMade(transfer.order_id, transfer.parcel_id))


def _must_agree(key: str, amount: Money, billed: BilledMove) -> None:
    if billed.amount != amount or billed.key != key:
        raise BillingDisagrees(f"{key}: we asked {amount}, billing says {billed}")


def _named(session: Session, reference: str) -> Payment | None:
    """The payment a key like payment-12-1 names."""
    kind, _, ids = reference.partition("-")
    order_id, _, attempt = ids.partition("-")
    if kind != "payment" or not (order_id.isdigit() and attempt.isdigit()):
        return None
    return session.get(Payment, (int(order_id), int(attempt)))


# Put together once: whoever looks at an order asks.
_OF_ORDER = select(Payment).where(Payment.order_id == bindparam("order")).order_by(Payment.attempt)
_CAPTURED = _OF_ORDER.where(Payment.state == PaymentState.PAID)
_TO_MAKE_GOOD = (
    select(func.coalesce(func.sum(Transfer.amount + Transfer.withheld), 0))
    .join(Refund, Refund.parcel_id == Transfer.parcel_id)
    .where(Refund.after_transfer)
)
