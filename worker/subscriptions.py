"""Who hears what: the whole shop on one page."""

from typing import Any

from bookshop.messages import (
    AuditAsked,
    BooksChanged,
    CatalogueUploaded,
    ConfirmationOverdue,
    ImportApproved,
    ImportUndoAsked,
    LetterWritten,
    Message,
    OrderCancelled,
    OrderCompleted,
    OrderPaid,
    OrderPlaced,
    ParcelCancelled,
    ParcelConfirmed,
    ParcelReceived,
    ParcelRejected,
    ParcelReturned,
    ParcelSent,
    ParcelWaiting,
    PaymentCancelled,
    PaymentConfirmed,
    PaymentDue,
    PaymentNews,
    PaymentNotWanted,
    PaymentRefused,
    ProblemReported,
    ProblemSettled,
    PromisedCopiesMissing,
    RefundDue,
    RefundMade,
    SendingOverdue,
    StockRefused,
    StockReserved,
    TransferDue,
    TransferMade,
    UserRegistered,
)
from bookshop.outbox import Route
from worker.handlers import (
    ApplyCatalogue,
    AskAboutPayment,
    AuditTheShop,
    CheckCatalogue,
    ClosePayment,
    Errand,
    IndexBooks,
    OpenPayment,
    PayOut,
    RefundMoney,
    Rule,
    SendLetter,
    UndoImport,
    follow_payment,
    follow_refund,
    follow_transfer,
    reserve_stock,
    start_payment,
    write_letters,
)

Handler = Rule | Errand[Any, Any]

SUBSCRIPTIONS: dict[type[Message], list[Handler]] = {
    # people
    UserRegistered: [write_letters],
    # the catalogue
    CatalogueUploaded: [CheckCatalogue()],
    ImportApproved: [ApplyCatalogue()],
    ImportUndoAsked: [UndoImport()],
    BooksChanged: [IndexBooks()],
    PromisedCopiesMissing: [write_letters],
    # an order: create, reserve, pay
    OrderPlaced: [reserve_stock],
    StockReserved: [start_payment, write_letters],
    StockRefused: [write_letters],
    PaymentDue: [OpenPayment()],
    PaymentNews: [AskAboutPayment()],
    PaymentConfirmed: [follow_payment],
    PaymentRefused: [follow_payment, write_letters],
    PaymentCancelled: [],  # we closed it; the order knows already
    PaymentNotWanted: [ClosePayment()],
    OrderPaid: [write_letters],
    OrderCancelled: [write_letters],
    OrderCompleted: [],
    # a parcel: confirm, send, receive, or not
    ParcelWaiting: [write_letters],
    ConfirmationOverdue: [write_letters],
    ParcelConfirmed: [write_letters],
    SendingOverdue: [write_letters],
    ParcelSent: [write_letters],
    ParcelReceived: [],
    ParcelRejected: [write_letters],
    ParcelCancelled: [write_letters],
    ParcelReturned: [write_letters],
    ProblemReported: [write_letters],
    ProblemSettled: [write_letters],
    # money back, money out
    RefundDue: [RefundMoney(), write_letters],
    RefundMade: [follow_refund],
    TransferDue: [PayOut()],
    TransferMade: [follow_transfer, write_letters],
    # the shop itself
    AuditAsked: [AuditTheShop()],
    # letters
    LetterWritten: [SendLetter()],
}

RULES, IMPORTS = "rules", "imports"
QUEUES = (RULES, "billing", "mail", IMPORTS, "index")
LONG = {IMPORTS, "index"}  # errands of minutes; the others take moments, and go many at a time


def name_of(handler: Handler) -> str:
    return type(handler).__name__ if isinstance(handler, Errand) else handler.__name__


def queue_of(handler: Handler) -> str:
    return handler.queue if isinstance(handler, Errand) else RULES


HANDLERS = {name_of(handler): handler for heard in SUBSCRIPTIONS.values() for handler in heard}
ROUTES = {
    kind.__name__: [Route(name_of(handler), queue_of(handler)) for handler in heard]
    for kind, heard in SUBSCRIPTIONS.items()
}
