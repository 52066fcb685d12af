"""Move an order or a parcel on, by the tables, and write down who did it and why."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from bookshop import outbox
from bookshop.database import now
from bookshop.errors import NotFound
from bookshop.messages import (
    Message,
    OrderCancelled,
    OrderCompleted,
    ParcelCancelled,
    ParcelWaiting,
)
from bookshop.orders.models import Order, OrderEvent, Parcel
from bookshop.orders.states import (
    LIFE_OF_A_PARCEL,
    LIFE_OF_AN_ORDER,
    OrderState,
    ParcelState,
    next_state,
)
from bookshop.payments import service as payments
from bookshop.stock import service as stock
from bookshop.translations import N_

TO_CONFIRM = timedelta(hours=48)
TO_REMIND = timedelta(hours=24)
TO_SEND = timedelta(days=3)  # after it was confirmed
TO_RECEIVE = timedelta(days=14)
TO_CHOOSE = timedelta(hours=24)  # what to do with an order that came out short


class NoSuchOrder(NotFound):
    text = N_("There is no such order, or it is not yours.")


class NoSuchParcel(NotFound):
    text = N_("There is no such parcel, or it is not yours.")


@dataclass(frozen=True)
class Who:
    """Who acts. `order_id` is the one order a guest's signed link opens."""

    kind: str  # customer, seller, operator, billing, shop
    user_id: int | None = None
    order_id: int | None = None

    def may_see(self, order: Order) -> bool:
        if self.kind == "customer":
            own = self.user_id is not None and order.customer_id == self.user_id
            return own or self.order_id == order.id
        return self.kind in ("operator", "shop")

    def may_handle(self, parcel: Parcel) -> bool:
        if self.kind == "seller":
            return parcel.seller_id == self.user_id
        return self.kind in ("operator", "shop")


SHOP = Who("shop")
BILLING = Who("billing")


def locked(session: Session, order_id: int) -> Order:
    """The order with all its parcels and lines; nobody else moves any of it meanwhile."""
    about = {"order": order_id}
    order = session.scalars(_LOCKED, about).one_or_none()
    if order is None:
        raise NoSuchOrder
    set_committed_value(order, "parcels", session.scalars(_PARCELS, about).unique().all())
    return order


def locked_for(session: Session, order_id: int, who: Who) -> Order:
    order = locked(session, order_id)
    if not who.may_see(order):
        raise NoSuchOrder
    return order


def locked_parcel(session: Session, parcel_id: int) -> Parcel:
    """Its order is locked first, as everywhere."""
    order_id = session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))
    if order_id is None:
        raise NoSuchParcel
    order = locked(session, order_id)
    return next(parcel for parcel in order.parcels if parcel.id == parcel_id)


def move(session: Session, order: Order, news: Message, who: Who, why: str = "") -> bool:
    """False when it is known already. Raises ImpossibleMove or TooEarly."""
    state = next_state(LIFE_OF_AN_ORDER, order.state, type(news))
    if state is None:
        return False
    write_down(session, order, news, who, why, before=order.state, after=state)
    order.state = OrderState(state)
    return True


def move_parcel(session: Session, parcel: Parcel, news: Message, who: Who, why: str = "") -> bool:
    """False when it is known already. Raises ImpossibleMove or TooEarly."""
    state = next_state(LIFE_OF_A_PARCEL, parcel.state, type(news))
    if state is None:
        return False
    write_down(session, parcel, news, who, why, before=parcel.state, after=state)
    parcel.state = ParcelState(state)
    return True


def write_down(
    session: Session,
    what: Order | Parcel,
    news: Message,
    who: Who,
    why: str = "",
    *,
    before: str = "",
    after: str = "",
) -> None:
    order_id, parcel_id = (what.id, None) if isinstance(what, Order) else (what.order_id, what.id)
    event = {
        "order_id": order_id,
        "parcel_id": parcel_id,
        "what": type(news).__name__,
        "before": before,
        "after": after,
        "who": who.kind,
        "who_id": who.user_id,
        "why": why,
    }
    session.execute(_WRITE_DOWN, event)


def give_up(session: Session, order: Order, because: str, who: Who) -> None:
    """End an order that nobody has paid: the copies go back, an open payment is closed."""
    if not move(session, order, OrderCancelled(order.id), who, because):
        return
    order.cancelled_because, order.expires_at = because, None
    for parcel in order.parcels:
        move_parcel(session, parcel, ParcelCancelled(order.id, parcel.id), who, because)
    stock.release(session, [parcel.id for parcel in order.parcels])
    payments.not_wanted(session, order.id)
    outbox.announce(session, OrderCancelled(order.id))


def wanted(order: Order) -> list[stock.Wanted]:
    return [
        stock.Wanted(parcel.id, line.id, line.offer_id, line.quantity)
        for parcel in order.parcels
        for line in parcel.lines
        if line.quantity
    ]


def close_if_ended(session: Session, order: Order) -> None:
    """When nothing is owed to anybody any more: completed, or cancelled with all given back."""
    if order.state is not OrderState.PAID or not all(parcel.ended for parcel in order.parcels):
        return
    if any(parcel.state is ParcelState.SETTLED for parcel in order.parcels):
        move(session, order, OrderCompleted(order.id), SHOP)
        outbox.announce(session, OrderCompleted(order.id))
        return
    by_customer = all(parcel.ended_because == "order" for parcel in order.parcels if parcel.total)
    order.cancelled_because = "customer" if by_customer else "refunded"
    move(session, order, OrderCancelled(order.id), SHOP, order.cancelled_because)
    outbox.announce(session, OrderCancelled(order.id))


def start_waiting(session: Session, order: Order) -> None:
    """Paid: every seller is asked to confirm his parcel."""
    for parcel in order.parcels:
        if not parcel.total:
            continue
        news = ParcelWaiting(order.id, parcel.id)
        if move_parcel(session, parcel, news, SHOP):
            parcel.confirm_by, parcel.reminded_at = now() + TO_CONFIRM, None
            parcel.ended_because = ""
            outbox.announce(session, news)


# Put together once: every move begins with it. Parcels are read when the order is locked, not with
# it: what PostgreSQL joins to a row that it had to wait for is as it was before.
_LOCKED = (
    select(Order)
    .where(Order.id == bindparam("order"))
    .with_for_update(of=Order)
    .execution_options(populate_existing=True)
)
_PARCELS = (
    select(Parcel)
    .where(Parcel.order_id == bindparam("order"))
    .options(joinedload(Parcel.lines))
    .order_by(Parcel.id)
    .execution_options(populate_existing=True)
)
_WRITE_DOWN = insert(OrderEvent.__table__)  # type: ignore[arg-type]
