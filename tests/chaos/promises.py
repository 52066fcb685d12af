"""What the shop promises, checked when it has settled. Each answers what offends, in words."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import httpx
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from bookshop.money import as_decimal
from bookshop.notifications import service as notifications
from bookshop.notifications.models import Letter
from bookshop.orders.models import Order, Parcel
from bookshop.orders.parcels import Because
from bookshop.orders.states import OrderState, ParcelState
from bookshop.outbox import OutboxMessage
from bookshop.stock.models import Shelf
from demo.mailbox.reading import heading, message_id
from tests.chaos.shop import Shop

Offences = Iterator[str]


def broken(shop: Shop) -> list[str]:
    with shop.database.reading() as session:
        orders = session.scalars(_whole()).all()
        promises: list[Offences] = [
            nobody_saw_it_break(shop),
            the_audit_holds(shop),
            no_order_is_lost_or_doubled(shop, orders),
            money_at_billing_is_that_of_the_orders(shop, orders),
            every_letter_came_once(shop, session),
            every_copy_is_accounted_for(shop, session, orders),
        ]
        return [offence for promise in promises for offence in promise]


def nobody_saw_it_break(shop: Shop) -> Offences:
    yield from shop.seen


def the_audit_holds(shop: Shop) -> Offences:
    verdict = shop.running.manage("audit", "--json")
    if not verdict.stdout:
        yield f"audit: {verdict.stderr}"
        return
    told = json.loads(verdict.stdout)
    for invariant in told["invariants"]:
        yield from (f"audit: {offender}" for offender in invariant["offenders"])


def no_order_is_lost_or_doubled(shop: Shop, orders: Sequence[Order]) -> Offences:
    """One for each number a customer was told, and no other."""
    there = {order.id for order in orders}
    yield from (f"order {number} was lost" for number in shop.answered - there)
    yield from (f"order {number} is nobody's" for number in there - shop.answered)


def money_at_billing_is_that_of_the_orders(shop: Shop, orders: Sequence[Order]) -> Offences:
    """Captured, refunded and transferred, each to the kopeck, and each once."""
    expected = Counter(name for order in orders for name in (*_captured(order), *_moves(order)))
    paid = [p for p in _billing(shop, "payments") if p["state"] == "paid"]
    actual = Counter(f"{p['reference'].rpartition('-')[0]} captured {p['amount']}" for p in paid)
    for kind in ("refunds", "transfers"):
        rows = _billing(shop, kind)
        actual.update(f"{row['idempotency_key']} of {row['amount']}" for row in rows)
    yield from _differences("at billing", expected, actual)


def every_letter_came_once(shop: Shop, session: Session) -> Offences:
    owed = Counter(
        f"{letter.kind.name} of {key} to {letter.reader.email}"
        for key, message in {
            row.key: row.message for row in session.scalars(select(OutboxMessage))
        }.items()
        for letter in notifications.owed(session, message)
    )
    letters = session.scalars(select(Letter)).all()
    written = Counter(f"{row.kind} of {row.event} to {row.recipient}" for row in letters)
    yield from _differences("written", owed, written)

    contents = [file.read_bytes() for file in shop.post.letters.newest_first()]
    headings = [heading(content) for content in contents]
    came = Counter(f"“{h.subject}” to {h.to}" for h in headings)
    sent = Counter(f"“{row.subject}” to {row.recipient}" for row in letters)
    yield from _differences("in the mailbox", sent, came)
    ids = Counter(message_id(content) for content in contents)
    yield from (f"{name} is there {n} times" for name, n in ids.items() if n > 1)
    shop.tally.count("letters", len(contents))


def every_copy_is_accounted_for(shop: Shop, session: Session, orders: Sequence[Order]) -> Offences:
    gone, promised = Counter[int](), Counter[int]()
    for order in orders:
        for parcel in order.parcels:
            for line in parcel.lines:
                gone[line.offer_id] += line.quantity * _left_the_shelf(parcel)
                promised[line.offer_id] += line.quantity * _is_promised(order, parcel)
    shelves = {shelf.offer_id: shelf for shelf in session.scalars(select(Shelf))}
    for book in shop.books:
        shelf, left = shelves[book.offer], book.copies - gone[book.offer]
        if (shelf.on_hand, shelf.reserved) != (left, promised[book.offer]):
            yield (
                f"offer {book.offer}: {shelf.on_hand} on hand and {shelf.reserved} reserved, "
                f"{left} are left and {promised[book.offer]} promised"
            )


def _whole() -> Select[Order]:
    parcels = selectinload(Order.parcels).options(
        selectinload(Parcel.lines), selectinload(Parcel.order)
    )
    return select(Order).options(parcels, selectinload(Order.history))


def _captured(order: Order) -> Iterator[str]:
    if any(event.what == "PaymentConfirmed" for event in order.history):
        yield f"payment-{order.id} captured {as_decimal(order.total)}"


def _moves(order: Order) -> Iterator[str]:
    for parcel in order.parcels:
        if parcel.state is ParcelState.REFUNDED:
            yield f"refund-{parcel.id}-1 of {as_decimal(parcel.total)}"
        if parcel.state is ParcelState.SETTLED:
            yield f"transfer-{parcel.id} of {as_decimal(parcel.due_to_seller)}"


def _left_the_shelf(parcel: Parcel) -> bool:
    return parcel.sent_at is not None or parcel.ended_because == Because.NOT_THERE


def _is_promised(order: Order, parcel: Parcel) -> bool:
    holds = (ParcelState.WAITING, ParcelState.CONFIRMED)
    return order.state is OrderState.PAID and parcel.state in holds


def _differences(where: str, expected: Counter[str], actual: Counter[str]) -> Offences:
    for what in sorted(expected.keys() | actual.keys()):
        if expected[what] != actual[what]:
            yield f"{what}: {actual[what]} times {where}, and should be {expected[what]}"


def _billing(shop: Shop, kind: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = httpx.get(f"{shop.running.billing}/{kind}").json()
    return rows
