"""The life of an order and the life of a parcel, on one page.

A pair of state and news is the next state, or STAY (it is past that already: a repeat), or WAIT
(too early: the news is brought again later). Any other pair is impossible and raises.
"""

from enum import Enum, StrEnum, auto

from bookshop.errors import Conflict
from bookshop.messages import (
    Message,
    OrderCancelled,
    OrderCompleted,
    OrderPlaced,
    ParcelCancelled,
    ParcelConfirmed,
    ParcelReceived,
    ParcelRejected,
    ParcelReturned,
    ParcelSent,
    ParcelWaiting,
    PaymentConfirmed,
    PaymentRefused,
    RefundMade,
    StockRefused,
    StockReserved,
    TransferMade,
)
from bookshop.translations import N_


class OrderState(StrEnum):
    PLACED = "placed"
    SHORT = "short"
    RESERVED = "reserved"
    PAID = "paid"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ParcelState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    SENT = "sent"
    RECEIVED = "received"
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    REFUNDED = "refunded"


class Instead(Enum):
    """What else a piece of news can mean than a next state."""

    STAY = auto()
    WAIT = auto()


STAY, WAIT = Instead

PLACED, SHORT, RESERVED, PAID, COMPLETED, _cancelled = OrderState
(
    PLANNED,
    WAITING,
    CONFIRMED,
    SENT,
    RECEIVED,
    SETTLED,
    REJECTED,
    _also,
    RETURNED,
    REFUNDED,
) = ParcelState
# Its money is back with the customer, or on the way there.
GIVEN_BACK = (REJECTED, _also, RETURNED, REFUNDED)
Life = dict[tuple[StrEnum, type[Message]], StrEnum | Instead]

# fmt: off
LIFE_OF_AN_ORDER: Life = {
    # when it is              and this happens    it becomes
    (PLACED,                  StockReserved):     RESERVED,
    (PLACED,                  StockRefused):      SHORT,
    (PLACED,                  OrderCancelled):    OrderState.CANCELLED,
    (PLACED,                  PaymentConfirmed):  WAIT,
    (PLACED,                  PaymentRefused):    WAIT,
    (SHORT,                   OrderPlaced):       PLACED,
    (SHORT,                   OrderCancelled):    OrderState.CANCELLED,
    (RESERVED,                PaymentConfirmed):  PAID,
    (RESERVED,                PaymentRefused):    STAY,
    (RESERVED,                OrderCancelled):    OrderState.CANCELLED,
    (PAID,                    PaymentConfirmed):  STAY,
    (PAID,                    PaymentRefused):    STAY,
    (PAID,                    OrderCompleted):    COMPLETED,
    (PAID,                    OrderCancelled):    OrderState.CANCELLED,
    (COMPLETED,               PaymentConfirmed):  STAY,
    (COMPLETED,               PaymentRefused):    STAY,
    (COMPLETED,               OrderCompleted):    STAY,
    (COMPLETED,               OrderCancelled):    STAY,
    (OrderState.CANCELLED,    PaymentConfirmed):  PAID,  # late, and the copies could be had again
    (OrderState.CANCELLED,    PaymentRefused):    STAY,
    (OrderState.CANCELLED,    OrderCancelled):    STAY,
}

LIFE_OF_A_PARCEL: Life = {
    # when it is              and this happens    it becomes
    (PLANNED,                 ParcelWaiting):     WAITING,
    (PLANNED,                 ParcelCancelled):   ParcelState.CANCELLED,
    (PLANNED,                 ParcelRejected):    REJECTED,
    (WAITING,                 ParcelWaiting):     STAY,
    (WAITING,                 ParcelConfirmed):   CONFIRMED,
    (WAITING,                 ParcelRejected):    REJECTED,
    (WAITING,                 ParcelCancelled):   ParcelState.CANCELLED,
    (CONFIRMED,               ParcelWaiting):     STAY,
    (CONFIRMED,               ParcelConfirmed):   STAY,
    (CONFIRMED,               ParcelSent):        SENT,
    (CONFIRMED,               ParcelRejected):    REJECTED,
    (CONFIRMED,               ParcelCancelled):   ParcelState.CANCELLED,
    (SENT,                    ParcelConfirmed):   STAY,
    (SENT,                    ParcelSent):        STAY,
    (SENT,                    ParcelReceived):    RECEIVED,
    (SENT,                    ParcelReturned):    RETURNED,  # lost on the way, the seller agrees
    (RECEIVED,                ParcelConfirmed):   STAY,
    (RECEIVED,                ParcelSent):        STAY,
    (RECEIVED,                ParcelReceived):    STAY,
    (RECEIVED,                TransferMade):      SETTLED,
    (RECEIVED,                ParcelReturned):    RETURNED,
    (SETTLED,                 ParcelConfirmed):   STAY,
    (SETTLED,                 ParcelSent):        STAY,
    (SETTLED,                 ParcelReceived):    STAY,
    (SETTLED,                 TransferMade):      STAY,
    (SETTLED,                 ParcelReturned):    RETURNED,
    (REJECTED,                ParcelRejected):    STAY,
    (REJECTED,                RefundMade):        REFUNDED,
    (ParcelState.CANCELLED,   ParcelCancelled):   STAY,
    (ParcelState.CANCELLED,   ParcelWaiting):     WAITING,  # a late payment is honoured
    (ParcelState.CANCELLED,   RefundMade):        REFUNDED,
    (RETURNED,                ParcelReturned):    STAY,
    (RETURNED,                RefundMade):        REFUNDED,
    (RETURNED,                TransferMade):      STAY,  # was on its way already
    (REFUNDED,                ParcelRejected):    STAY,
    (REFUNDED,                ParcelCancelled):   STAY,
    (REFUNDED,                ParcelReturned):    STAY,
    (REFUNDED,                RefundMade):        STAY,
    (REFUNDED,                TransferMade):      STAY,
}
# fmt: on

LIVES: dict[str, Life] = {"Order": LIFE_OF_AN_ORDER, "Parcel": LIFE_OF_A_PARCEL}


class ImpossibleMove(Conflict):
    text = N_("This cannot be done any more: it is already “%(state)s”.")


class TooEarly(Conflict):
    """The news is right and came before its time; it is brought again."""

    text = N_("This cannot be done yet: it is still “%(state)s”.")


def next_state(life: Life, state: StrEnum, news: type[Message]) -> StrEnum | None:
    """None when the news is known already."""
    what = life.get((state, news))
    if what is None:
        raise ImpossibleMove(state=state.value, news=news.__name__)
    if what is WAIT:
        raise TooEarly(state=state.value, news=news.__name__)
    return what if isinstance(what, StrEnum) else None
