"""Put in, take out, look, and merge a guest's basket into his own when he signs in."""

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, joinedload

from bookshop.basket.models import Basket, BasketItem
from bookshop.books.models import Offer
from bookshop.database import insert_if_absent, now
from bookshop.errors import Conflict, Invalid, NotFound
from bookshop.money import Money
from bookshop.stock.models import Shelf
from bookshop.translations import N_
from bookshop.users.models import Shop

MOST_COPIES = 99
MOST_ITEMS = 200


class NoSuchOffer(NotFound):
    text = N_("This offer is no longer on sale.")


class BadQuantity(Invalid):
    text = N_("The quantity is a whole number from 1 to %(most)d.")


class BasketFull(Conflict):
    text = N_("A basket holds at most %(most)d different books: order these first.")


@dataclass(frozen=True)
class Owner:
    """A user by his id, or a guest by the token in his cookie. One of them is set."""

    user_id: int | None = None
    guest_token: str | None = None

    @property
    def name(self) -> str:
        return f"user {self.user_id}" if self.user_id else f"guest {self.guest_hash}"

    @property
    def kind(self) -> str:
        return "guest" if self.user_id is None else "user"

    @property
    def key(self) -> int | str | None:
        return self.guest_hash if self.user_id is None else self.user_id

    @property
    def guest_hash(self) -> str | None:
        return self.guest_token and hashlib.sha256(self.guest_token.encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    offer: Offer  # with its book and shop
    quantity: int
    price_seen: Money
    sellable: int

    @property
    def on_sale(self) -> bool:
        return self.offer.withdrawn_at is None

    @property
    def total(self) -> Money:
        return Money(self.offer.price * self.quantity)

    @property
    def price_changed(self) -> bool:
        return self.offer.price != self.price_seen


@dataclass(frozen=True)
class Group:
    """The lines of one seller."""

    shop: Shop
    lines: list[Line]

    @property
    def total(self) -> Money:
        return Money(sum(line.total for line in self.lines))

    @property
    def copies(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class Contents:
    groups: list[Group]

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def total(self) -> Money:
        return Money(sum(group.total for group in self.groups))

    @property
    def copies(self) -> int:
        return sum(group.copies for group in self.groups)


def look(session: Session, owner: Owner) -> Contents:
    """Two queries, however much is in it; sellers in the order of their names."""
    found = session.execute(_CONTENTS[owner.kind], {"owner": owner.key})
    lines = [
        Line(item.offer, item.quantity, item.price_seen, max(0, sellable))
        for item, sellable in found
    ]
    lines.sort(key=lambda line: (line.offer.shop.name, line.offer.seller_id))
    groups = groupby(lines, key=lambda line: line.offer.seller_id)
    return Contents([Group((own := list(some))[0].offer.shop, own) for _, some in groups])


def look_and_lock(session: Session, owner: Owner) -> Contents:
    """Nobody else orders, empties or fills it before this transaction ends."""
    _find(session, owner)
    return look(session, owner)


def copies(session: Session, owner: Owner) -> int:
    """How many books are in it, for the header of every page."""
    return sum(session.scalars(_QUANTITIES[owner.kind], {"owner": owner.key}))


def put(session: Session, owner: Owner, offer_id: int, quantity: int) -> None:
    """So many copies of this offer are in the basket now, however many there were."""
    _put(session, owner, offer_id, checked_quantity(quantity))


def add(session: Session, owner: Owner, offer_id: int, quantity: int = 1) -> None:
    """So many copies more."""
    item = _item(_own(session, owner), offer_id)
    wanted = checked_quantity(quantity) + (item.quantity if item else 0)
    _put(session, owner, offer_id, min(wanted, MOST_COPIES))


def remove(session: Session, owner: Owner, offer_id: int) -> None:
    item = _item(_own(session, owner), offer_id)
    if item:
        session.delete(item)


def empty(session: Session, owner: Owner) -> None:
    basket = _own(session, owner)
    session.execute(_EMPTY, {"basket": basket.id})


def merge(session: Session, guest_token: str, user_id: int) -> None:
    """The larger quantity of each offer, never the sum: signing in twice buys nothing twice."""
    guest = _find(session, Owner(guest_token=guest_token))
    if guest is None:
        return
    basket = _own(session, Owner(user_id=user_id))
    own = {item.offer_id: item for item in basket.items}
    for item in guest.items:
        if mine := own.get(item.offer_id):
            mine.quantity = max(mine.quantity, item.quantity)
        elif len(own) < MOST_ITEMS:
            own[item.offer_id] = new = BasketItem(
                offer_id=item.offer_id, quantity=item.quantity, price_seen=item.price_seen
            )
            basket.items.append(new)
    session.delete(guest)


def accept_prices(session: Session, owner: Owner) -> None:
    """He has been shown what changed."""
    for item in _own(session, owner).items:
        item.price_seen = item.offer.price


def checked_quantity(quantity: object) -> int:
    """A whole number from 1 to 99, as a number or as typed."""
    try:
        number = int(str(quantity).strip())
    except ValueError:
        number = 0
    if isinstance(quantity, (float, bool)) or not 1 <= number <= MOST_COPIES:
        raise BadQuantity(field="quantity", most=MOST_COPIES)
    return number


def _put(session: Session, owner: Owner, offer_id: int, quantity: int) -> None:
    offer = session.get(Offer, offer_id)
    if offer is None or offer.withdrawn_at:
        raise NoSuchOffer
    basket = _own(session, owner)
    item = _item(basket, offer_id)
    if item is None:
        if len(basket.items) >= MOST_ITEMS:
            raise BasketFull(most=MOST_ITEMS)
        item = BasketItem(offer_id=offer_id, quantity=quantity, price_seen=offer.price)
        basket.items.append(item)
    item.quantity, item.price_seen = quantity, offer.price
    basket.changed_at = now()


def _own(session: Session, owner: Owner) -> Basket:
    """Found or made, and locked."""
    basket = _find(session, owner)
    if basket is None:
        insert_if_absent(
            session,
            Basket,
            user_id=owner.user_id,
            guest_token=None if owner.user_id else owner.guest_hash,
            changed_at=now(),
        )
        basket = _find(session, owner)
        assert basket is not None
    return basket


def _find(session: Session, owner: Owner) -> Basket | None:
    return session.scalars(_BASKET[owner.kind], {"owner": owner.key}).one_or_none()


def _item(basket: Basket, offer_id: int) -> BasketItem | None:
    return next((item for item in basket.items if item.offer_id == offer_id), None)


def _of_either(query: Any) -> dict[str, Any]:
    """Of a user's basket, and of a guest's."""
    owners = {"user": Basket.user_id, "guest": Basket.guest_token}
    return {kind: query.where(owner == bindparam("owner")) for kind, owner in owners.items()}


# Put together once: every page that a customer sees asks.
_BASKET = _of_either(select(Basket).with_for_update())
_QUANTITIES = _of_either(select(BasketItem.quantity).join(Basket))
_CONTENTS = _of_either(
    select(BasketItem, Shelf.on_hand - Shelf.reserved)
    .join(Basket, Basket.id == BasketItem.basket_id)
    .join(Shelf, Shelf.offer_id == BasketItem.offer_id)
    .options(joinedload(BasketItem.offer).options(joinedload(Offer.book), joinedload(Offer.shop)))
    .order_by(BasketItem.id)
)
_EMPTY = (
    delete(BasketItem)
    .where(BasketItem.basket_id == bindparam("basket"))
    .execution_options(synchronize_session=False)
)
