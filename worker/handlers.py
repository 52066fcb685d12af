"""What the shop does when something happens.

A rule is a function of the session: it runs in the transaction that marks its delivery done. An
errand asks the outside first, without a transaction, and then records the answer in one. Either
may be run again at any time; what was done stays done once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy.orm import Session

from bookshop.imports import service as imports
from bookshop.imports.findings import Checked
from bookshop.messages import (
    AuditAsked,
    BooksChanged,
    CatalogueUploaded,
    ImportApproved,
    ImportUndoAsked,
    LetterWritten,
    Message,
    OrderPlaced,
    PaymentConfirmed,
    PaymentDue,
    PaymentNews,
    PaymentNotWanted,
    PaymentRefused,
    RefundDue,
    RefundMade,
    StockReserved,
    TransferDue,
    TransferMade,
)
from bookshop.notifications import service as notifications
from bookshop.notifications.links import Links
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.payments import service as payments
from bookshop.payments.gateway import BilledMove, BilledPayment
from bookshop.payments.models import Payment
from bookshop.settings import Settings
from bookshop.users import service as users
from worker import auditing
from worker.tools import Tools

M = TypeVar("M", bound=Message)
A = TypeVar("A")
P = TypeVar("P", PaymentDue, PaymentNews, PaymentNotWanted)
Rule = Callable[[Session, Any, Settings], None]


class Errand(ABC, Generic[M, A]):
    """To the outside: `ask` may take its time and fail, `record` writes down the answer."""

    queue: ClassVar[str]
    side_by_side: ClassVar[bool] = False  # several may be asked at the same time, each in a thread

    @abstractmethod
    def ask(self, message: M, tools: Tools) -> A: ...

    @abstractmethod
    def record(self, session: Session, message: M, answer: A) -> None: ...

    def together(self, tools: Tools) -> AbstractContextManager[object]:
        """Around many askings, one after the other."""
        return nullcontext()


# Rules


def reserve_stock(session: Session, message: OrderPlaced, settings: Settings) -> None:
    hold = timedelta(minutes=settings.reservation_minutes)
    orders.reserve(session, message.order_id, message.round, hold)


def start_payment(session: Session, message: StockReserved, settings: Settings) -> None:
    orders.start_payment(session, message.order_id, message.round)


def follow_payment(
    session: Session, message: PaymentConfirmed | PaymentRefused, settings: Settings
) -> None:
    orders.follow_payment(session, message)


def follow_refund(session: Session, message: RefundMade, settings: Settings) -> None:
    parcels.follow_refund(session, message)


def follow_transfer(session: Session, message: TransferMade, settings: Settings) -> None:
    parcels.follow_transfer(session, message)


def write_letters(session: Session, message: Message, settings: Settings) -> None:
    notifications.write(session, message, Links.of(settings))


# Errands to billing


class AboutPayment(Errand[P, BilledPayment]):
    """Whatever was asked, the answer is the payment as it is at billing now."""

    queue = "billing"
    side_by_side = True

    def record(self, session: Session, message: P, answer: BilledPayment) -> None:
        payments.learn(session, message.order_id, message.attempt, answer)


class OpenPayment(AboutPayment[PaymentDue]):
    def ask(self, message: PaymentDue, tools: Tools) -> BilledPayment:
        return _opened(message, tools)


class AskAboutPayment(AboutPayment[PaymentNews]):
    def ask(self, message: PaymentNews, tools: Tools) -> BilledPayment:
        return tools.outside.billing.look(_billing_id(message, tools))


class ClosePayment(AboutPayment[PaymentNotWanted]):
    """It may turn out to be paid already; the order then hears of a late payment."""

    def ask(self, message: PaymentNotWanted, tools: Tools) -> BilledPayment:
        return tools.outside.billing.cancel(_billing_id(message, tools))


class RefundMoney(Errand[RefundDue, BilledMove]):
    queue = "billing"
    side_by_side = True

    def ask(self, message: RefundDue, tools: Tools) -> BilledMove:
        with tools.database.reading() as session:
            payment = payments.captured(session, message.order_id)
        assert payment is not None
        assert payment.billing_id is not None
        key = f"refund-{message.parcel_id}-{message.n}"
        return tools.outside.billing.refund(key, payment.billing_id, message.amount)

    def record(self, session: Session, message: RefundDue, answer: BilledMove) -> None:
        payments.refunded(session, message.parcel_id, message.n, answer)


class PayOut(Errand[TransferDue, BilledMove | None]):
    queue = "billing"
    side_by_side = True

    def ask(self, message: TransferDue, tools: Tools) -> BilledMove | None:
        with tools.database.transaction() as session:
            transfer = parcels.start_transfer(session, message.parcel_id)
            if transfer is None:
                return None  # when the problem is settled, this is due again
            account = users.shop_of(session, transfer.seller_id).payout_account
        return tools.outside.billing.transfer(
            transfer.key, account, transfer.amount, f"order {message.order_id}"
        )

    def record(self, session: Session, message: TransferDue, answer: BilledMove | None) -> None:
        if answer:
            payments.paid_out(session, message.parcel_id, answer)


def _billing_id(of: PaymentNews | PaymentNotWanted, tools: Tools) -> str:
    """Opened only if we never heard that it is."""
    with tools.database.reading() as session:
        payment = session.get_one(Payment, (of.order_id, of.attempt))
    return payment.billing_id or _opened(of, tools).id


def _opened(of: PaymentDue | PaymentNews | PaymentNotWanted, tools: Tools) -> BilledPayment:
    """The payment at billing, made now if it is not there: the same key is the same payment."""
    with tools.database.reading() as session:
        payment = session.get_one(Payment, (of.order_id, of.attempt))
    return tools.outside.billing.open(
        key=payment.key,
        amount=payment.amount,
        reference=payment.key,
        return_url=f"{tools.settings.public_url}/orders/{of.order_id}/returned",
    )


# Errands to the post, the index, the disk, and the audit


class SendLetter(Errand[LetterWritten, None]):
    queue = "mail"

    def ask(self, message: LetterWritten, tools: Tools) -> None:
        with tools.database.reading() as session:
            letter = notifications.to_send(session, message.letter_id)
        if letter:
            tools.outside.post.send(letter)

    def record(self, session: Session, message: LetterWritten, answer: None) -> None:
        notifications.mark_sent(session, message.letter_id)

    def together(self, tools: Tools) -> AbstractContextManager[object]:
        return tools.outside.post.one_line()


class IndexBooks(Errand[BooksChanged, None]):
    queue = "index"

    def ask(self, message: BooksChanged, tools: Tools) -> None:
        tools.outside.index.put(message.book_ids)

    def record(self, session: Session, message: BooksChanged, answer: None) -> None:
        """The index itself is the record."""


class CheckCatalogue(Errand[CatalogueUploaded, Checked]):
    queue = "imports"

    def ask(self, message: CatalogueUploaded, tools: Tools) -> Checked:
        from bookshop.imports import checking  # and pandas: only where it is needed

        uploads = tools.settings.uploads
        return checking.check(tools.database, uploads, message.import_id, tools.still_at_it)

    def record(self, session: Session, message: CatalogueUploaded, answer: Checked) -> None:
        imports.checked(session, message.import_id, answer)


class ApplyCatalogue(Errand[ImportApproved, None]):
    """In chunks, each in a transaction of its own, so that the till is never kept waiting."""

    queue = "imports"

    def ask(self, message: ImportApproved, tools: Tools) -> None:
        from bookshop.imports import applying

        uploads = tools.settings.uploads
        applying.apply(tools.database, uploads, message.import_id, tools.still_at_it)

    def record(self, session: Session, message: ImportApproved, answer: None) -> None:
        imports.applied(session, message.import_id)


class UndoImport(Errand[ImportUndoAsked, None]):
    queue = "imports"

    def ask(self, message: ImportUndoAsked, tools: Tools) -> None:
        from bookshop.imports import undoing

        undoing.take_back(tools.database, message.import_id, tools.still_at_it)

    def record(self, session: Session, message: ImportUndoAsked, answer: None) -> None:
        imports.undone(session, message.import_id)


class AuditTheShop(Errand[AuditAsked, None]):
    queue = "imports"

    def ask(self, message: AuditAsked, tools: Tools) -> None:
        auditing.look_unless_seen(tools, datetime.fromtimestamp(message.at, UTC))

    def record(self, session: Session, message: AuditAsked, answer: None) -> None:
        """What was seen is kept already."""
