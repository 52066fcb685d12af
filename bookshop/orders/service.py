"""Place an order, and what its customer and the shop may do with it as a whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from bookshop import outbox
from bookshop.basket import service as basket
from bookshop.database import now
from bookshop.errors import Conflict, Invalid
from bookshop.messages import (
    OrderPaid,
    OrderPlaced,
    ParcelCancelled,
    PaymentConfirmed,
    PaymentDue,
    PaymentRefused,
    StockRefused,
    StockReserved,
)
from bookshop.money import CURRENCY, Money, as_decimal
from bookshop.orders import parcels
from bookshop.orders.models import Order, OrderEvent, OrderLine, Parcel
from bookshop.orders.moving import (
    BILLING,
    SHOP,
    TO_CHOOSE,
    NoSuchOrder,
    Who,
    give_up,
    locked,
    locked_for,
    move,
    start_waiting,
    wanted,
    write_down,
)
from bookshop.orders.states import LIFE_OF_AN_ORDER, OrderState, ParcelState, next_state
from bookshop.payments import service as payments
from bookshop.stock import service as stock
from bookshop.translations import N_
from bookshop.users import service as users
from bookshop.users.models import Shop

LONGEST_ADDRESS = 500


class EmptyBasket(Invalid):
    text = N_("Your basket is empty.")


class OfferGone(Conflict):
    text = N_("“%(title)s” is no longer sold by %(seller)s: take it out of the basket.")


class TotalChanged(Conflict):
    """`total` is the right one, a decimal string."""

    text = N_(
        "A price has changed: the total is %(total)s %(currency)s now. Look, and order again."
    )


class AlreadySent(Conflict):
    text = N_("Your books are on their way already: this order cannot be cancelled any more.")


class NothingToPay(Conflict):
    text = N_("This order is not waiting for a payment.")


@dataclass(frozen=True)
class Buyer:
    """Who orders, and where to. `user_id` is None for a guest."""

    name: str
    email: str
    address: str
    phone: str = ""
    language: str = "ru"
    user_id: int | None = None


@dataclass(frozen=True)
class PlacedOrder:
    order_id: int
    total: Money


def place(
    session: Session,
    owner: basket.Owner,
    buyer: Buyer,
    commission_percent: Decimal,
    total_seen: Money | None = None,
) -> PlacedOrder:
    """Turn a basket into an order, one parcel a seller, and tell the rest of the shop.

    Raises Invalid with the field, EmptyBasket, OfferGone, or TotalChanged when `total_seen` is no
    longer what it costs.
    """
    buyer = _checked(buyer)
    contents = basket.look_and_lock(session, owner)
    _refuse_if_changed(contents, total_seen)
    order = Order(
        customer_id=buyer.user_id,
        name=buyer.name,
        phone=buyer.phone,
        email=buyer.email,
        address=buyer.address,
        language=buyer.language,
        parcels=[_parcel(group, commission_percent) for group in contents.groups],
    )
    session.add(order)
    session.flush()  # the announcement needs order.id
    basket.empty(session, owner)
    news = OrderPlaced(order.id, order.round)
    write_down(session, order, news, Who("customer", buyer.user_id), after=order.state)
    outbox.announce(session, news)
    return PlacedOrder(order.id, order.total)


def get(session: Session, order_id: int, who: Who) -> Order:
    """To look at: order, parcels, shops, lines and history, in two queries."""
    about = {"order": order_id}
    order = session.scalars(_WHOLE_ORDER, about).unique().one_or_none()
    if order is None or not who.may_see(order):
        raise NoSuchOrder
    set_committed_value(order, "history", session.scalars(_HISTORY, about).all())
    return order


def of_customer(session: Session, user_id: int, limit: int = 100) -> Sequence[Order]:
    """Newest first, with parcels and lines."""
    return session.scalars(_NEWEST.where(Order.customer_id == user_id).limit(limit)).all()


def numbered(session: Session, order_ids: Collection[int]) -> Sequence[Order]:
    """As `of_customer`; whoever asks may see them."""
    return session.scalars(_NEWEST.where(Order.id.in_(order_ids))).all()


def reserve(session: Session, order_id: int, round: int, hold: timedelta) -> None:
    """Promise the copies to the order, or say which are gone. Once for each round."""
    order = locked(session, order_id)
    if order.state is not OrderState.PLACED or order.round != round:
        return
    match stock.reserve(session, order.id, wanted(order)):
        case stock.Reserved():
            reserved = StockReserved(order.id, round)
            move(session, order, reserved, SHOP)
            order.expires_at = now() + hold
            outbox.announce(session, reserved)
        case stock.Refused(left):
            _came_out_short(session, order, left)


def start_payment(session: Session, order_id: int, round: int) -> None:
    order = locked(session, order_id)
    begun = payments.of_order(session, order.id)
    if order.state is OrderState.RESERVED and order.round == round and not begun:
        payments.begin(session, order.id, order.total)


def pay_again(session: Session, order_id: int, who: Who) -> None:
    """A new attempt after a declined one; nothing new while one is open."""
    order = locked_for(session, order_id, who)
    if order.state is not OrderState.RESERVED or payments.captured(session, order.id):
        raise NothingToPay
    payment = payments.begin(session, order.id, order.total)
    write_down(session, order, PaymentDue(order.id, payment.attempt, payment.amount), who)


def accept_short(session: Session, order_id: int, who: Who) -> None:
    """The customer takes what is left: the order is placed again."""
    order = locked_for(session, order_id, who)
    news = OrderPlaced(order.id, order.round + 1)
    if order.state in (OrderState.PLACED, OrderState.RESERVED) and order.round > 1:
        return  # pressed twice
    move(session, order, news, who)
    order.round, order.expires_at = news.round, None
    for line in order.lines:
        line.quantity, line.left = min(line.quantity, line.left or 0), None
    for parcel in order.parcels:
        if not parcel.total and parcel.state is ParcelState.PLANNED:
            parcels.drop(session, parcel, who)
    outbox.announce(session, news)


def cancel(session: Session, order_id: int, who: Who) -> None:
    """Before it is paid: all ends. After: whatever is not on its way yet is refunded."""
    order = locked_for(session, order_id, who)
    _hear_of_payment(session, order)
    if order.state is OrderState.CANCELLED:
        return
    if order.state in (OrderState.PLACED, OrderState.SHORT, OrderState.RESERVED):
        give_up(session, order, "customer", who)
        return
    can_go = [parcel for parcel in order.parcels if parcels.can_be_cancelled(parcel)]
    if not can_go and any(parcel.sent_at for parcel in order.parcels):
        raise AlreadySent
    stock.release(session, [parcel.id for parcel in can_go])  # all at once, in one order
    for parcel in can_go:
        parcels.end_before_sending(
            session, parcel, ParcelCancelled(order.id, parcel.id), who, "order"
        )


def expire(session: Session, order_id: int, moment: datetime) -> None:
    """The time to pay, or to choose, is over: the copies go back on sale."""
    order = locked(session, order_id)
    _hear_of_payment(session, order)
    if order.expires_at and order.expires_at <= moment:
        give_up(session, order, "expired", SHOP)


def follow_payment(session: Session, news: PaymentConfirmed | PaymentRefused) -> None:
    """Billing has said what came of a payment."""
    order = locked(session, news.order_id)
    if isinstance(news, PaymentRefused):
        next_state(LIFE_OF_AN_ORDER, order.state, PaymentRefused)
        if not _knows_of(order, news):
            write_down(session, order, news, BILLING, str(news.attempt))
    elif order.state is OrderState.CANCELLED:
        _paid_late(session, order, news)
    elif move(session, order, news, BILLING):
        _is_paid(session, order)


def _hear_of_payment(session: Session, order: Order) -> None:
    """The money may be here before the news of it: then the order is paid, not late."""
    paid = payments.captured(session, order.id)
    if order.state is OrderState.RESERVED and paid:
        move(session, order, PaymentConfirmed(order.id, paid.attempt), BILLING)
        _is_paid(session, order)


def _is_paid(session: Session, order: Order) -> None:
    order.expires_at, order.cancelled_because = None, ""
    outbox.announce(session, OrderPaid(order.id))
    start_waiting(session, order)


def _paid_late(session: Session, order: Order, news: PaymentConfirmed) -> None:
    """Honour it when the time was over and the copies can be had again, else give it all back."""
    if any(event.what == type(news).__name__ for event in order.history):
        return  # a repeat: it was paid, and cancelled after that
    if order.cancelled_because == "expired":
        match stock.reserve(session, order.id, wanted(order)):
            case stock.Reserved():
                move(session, order, news, BILLING, "late")
                _is_paid(session, order)
                return
    order.cancelled_because = "late"
    write_down(session, order, news, BILLING, "late")
    for parcel in order.parcels:
        if parcel.total:
            payments.refund(session, order.id, parcel.id, parcel.total)


def _came_out_short(session: Session, order: Order, left: dict[int, int]) -> None:
    news = StockRefused(order.id, order.round)
    for line in order.lines:
        line.left = min(line.quantity, left.get(line.offer_id, 0))
    if not any(line.left for line in order.lines):
        write_down(session, order, news, SHOP)
        give_up(session, order, "gone", SHOP)
        return
    move(session, order, news, SHOP)
    order.expires_at = now() + TO_CHOOSE
    outbox.announce(session, news)


def _knows_of(order: Order, news: PaymentRefused) -> bool:
    return any(
        event.what == type(news).__name__ and event.why == str(news.attempt)
        for event in order.history
    )


def _refuse_if_changed(contents: basket.Contents, total_seen: Money | None) -> None:
    if not contents.lines:
        raise EmptyBasket
    for line in contents.lines:
        if not line.on_sale:
            raise OfferGone(title=line.offer.book.title, seller=line.offer.shop.name)
    if total_seen is not None and total_seen != contents.total:
        raise TotalChanged(field="total", total=as_decimal(contents.total), currency=CURRENCY)


def _checked(buyer: Buyer) -> Buyer:
    """All that is wrong is told one field at a time, in the order of the form."""
    name = users.checked_name(buyer.name, "name")
    if not name:
        raise users.Missing(field="name")
    email = users.checked_email(buyer.email)
    phone = users.checked_phone(buyer.phone)
    address = buyer.address.strip()
    if not address:
        raise users.Missing(field="address")
    if len(address) > LONGEST_ADDRESS:
        raise users.TooLong(field="address", most=LONGEST_ADDRESS)
    return Buyer(name, email, address, phone, users.checked_language(buyer.language), buyer.user_id)


def _parcel(group: basket.Group, commission_percent: Decimal) -> Parcel:
    return Parcel(
        seller_id=group.shop.seller_id,
        commission_percent=commission_percent,
        lines=[_priced_now(line) for line in group.lines],
    )


def _priced_now(line: basket.Line) -> OrderLine:
    book = line.offer.book
    return OrderLine(
        offer_id=line.offer.id,
        book_id=book.id,
        isbn13=book.isbn13,
        title=book.title,
        authors=book.authors,
        ordered=line.quantity,
        quantity=line.quantity,
        price=line.offer.price,
    )


# Put together once: every look of a customer begins with it.
_WHOLE_ORDER = (
    select(Order)
    .where(Order.id == bindparam("order"))
    .options(
        joinedload(Order.parcels).options(
            joinedload(Parcel.lines).options(
                joinedload(OrderLine.book), joinedload(OrderLine.offer)
            ),
            joinedload(Parcel.shop).joinedload(Shop.owner),
        ),
    )
)
_WITH_LINES = selectinload(Order.parcels).selectinload(Parcel.lines)
_NEWEST = select(Order).options(_WITH_LINES).order_by(Order.id.desc())
_HISTORY = (
    select(OrderEvent).where(OrderEvent.order_id == bindparam("order")).order_by(OrderEvent.id)
)
