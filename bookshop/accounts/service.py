"""Hand a person his data, and delete him when he asks and nothing is under way."""

import secrets
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.auth import service as auth
from bookshop.basket import service as basket
from bookshop.basket.models import Basket, BasketItem
from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.errors import Conflict
from bookshop.imports import service as imports
from bookshop.messages import BooksChanged, ParcelReturned, ProblemReported, ProblemSettled
from bookshop.money import CURRENCY, as_decimal
from bookshop.notifications.models import Letter
from bookshop.orders import service as orders
from bookshop.orders import story
from bookshop.orders.models import Order, OrderEvent, Parcel
from bookshop.orders.moving import Who
from bookshop.orders.states import OrderState
from bookshop.payments import service as payments
from bookshop.payments.models import MoveState, Refund
from bookshop.translations import N_
from bookshop.users import service as users
from bookshop.users.models import Role, User

UNDER_WAY = (OrderState.PLACED, OrderState.SHORT, OrderState.RESERVED, OrderState.PAID)
GONE = "deleted"
NAMED_AT_MOST = 20


class OrdersUnderWay(Conflict):
    text = N_(
        "The account cannot be deleted while orders are under way: %(orders)s. "
        "Cancel them, or wait until they are completed."
    )


class MoneyIsOwed(Conflict):
    text = N_("The account cannot be deleted: %(amount)s %(currency)s is still owed for returns.")


class MoneyGoesBack(Conflict):
    text = N_(
        "The account cannot be deleted yet: money is on its way back for orders %(orders)s. "
        "Try again when it has arrived."
    )


class ProblemsOpen(Conflict):
    text = N_(
        "The account cannot be deleted while a problem with a parcel is open: orders %(orders)s."
    )


class OperatorsStay(Conflict):
    text = N_("An operator's account is deleted by another operator, not by himself.")


def export(session: Session, user_id: int) -> dict[str, Any]:
    """Everything the shop keeps about this person, in one JSON object."""
    user = users.get(session, user_id)
    who = Who("customer", user_id)
    contents = basket.look(session, basket.Owner(user_id))
    return {
        "user": {**users.as_json(user), "created_at": user.created_at.isoformat()},
        "basket": [
            {"offer": line.offer.id, "title": line.offer.book.title, "quantity": line.quantity}
            for line in contents.lines
        ],
        "orders": [
            {
                **story.as_json(session, orders.get(session, order.id, who)),
                "name": order.name,
                "phone": order.phone,
                "email": order.email,
                "address": order.address,
            }
            for order in orders.of_customer(session, user_id)
        ],
        "letters": [
            {"at": letter.written_at.isoformat(), "subject": letter.subject, "text": letter.text}
            for letter in session.scalars(
                select(Letter).where(Letter.user_id == user_id).order_by(Letter.id)
            )
        ],
    }


def delete_user(session: Session, user_id: int) -> None:
    """The person goes, the books of the shop stay right: his old orders keep no name.

    Raises Conflict, saying why, while orders are under way or money is owed.
    """
    user = users.get(session, user_id)
    _refuse_if_needed(session, user)
    auth.end_all_sign_ins(session, user_id)
    own = select(Basket.id).where(Basket.user_id == user_id)
    session.execute(delete(BasketItem).where(BasketItem.basket_id.in_(own)))
    session.execute(delete(Basket).where(Basket.user_id == user_id))
    _forget_letters(session, user_id)
    _forget_words(session, user_id)
    session.execute(
        update(Order)
        .where(Order.customer_id == user_id)
        .values(name=GONE, phone="", email=GONE, address=GONE)
    )
    if user.role is Role.SELLER:
        _close_shop(session, user_id)
    user.login = user.email = f"{GONE}-{user.id}-{secrets.token_hex(4)}"
    user.first_name = user.last_name = user.phone = user.password_hash = ""
    user.deleted_at = now()


def _forget_letters(session: Session, user_id: int) -> None:
    """That one was written stays, not what it said."""
    session.execute(delete(Letter).where(Letter.user_id == user_id, Letter.order_id.is_(None)))
    session.execute(
        update(Letter)
        .where(Letter.user_id == user_id)
        .values(recipient=GONE, subject="", text="", html="")
    )


def _forget_words(session: Session, user_id: int) -> None:
    """What he wrote of a parcel, and what was answered, here and in the letters to its seller."""
    own = select(Order.id).where(Order.customer_id == user_id)
    about_problems = (ProblemReported.__name__, ProblemSettled.__name__, ParcelReturned.__name__)
    session.execute(
        update(OrderEvent)
        .where(OrderEvent.order_id.in_(own), OrderEvent.what.in_(about_problems))
        .values(why="")
    )
    session.execute(
        update(Letter)
        .where(Letter.order_id.in_(own), Letter.kind == "problem_reported")
        .values(text="", html="")
    )
    session.execute(
        update(Parcel).where(Parcel.order_id.in_(own), Parcel.problem != "").values(problem=GONE)
    )


def _refuse_if_needed(session: Session, user: User) -> None:
    if user.role is Role.OPERATOR:
        raise OperatorsStay
    as_customer = select(Order.id).where(Order.customer_id == user.id)
    own = as_customer.union(select(Parcel.order_id).where(Parcel.seller_id == user.id))
    for refusal, why in (
        (OrdersUnderWay, select(Order.id).where(Order.state.in_(UNDER_WAY))),
        (ProblemsOpen, select(Parcel.order_id.label("id")).where(Parcel.problem != "")),
        (MoneyGoesBack, select(Refund.order_id.label("id")).where(Refund.state == MoveState.DUE)),
    ):
        one = why.subquery().c.id
        query = select(one).where(one.in_(own)).distinct().order_by(one).limit(NAMED_AT_MOST)
        if found := session.scalars(query).all():
            raise refusal(orders=", ".join(map(str, found)))
    if owed := payments.owed_by(session, user.id):
        raise MoneyIsOwed(amount=as_decimal(owed), currency=CURRENCY)


def _close_shop(session: Session, seller_id: int) -> None:
    imports.stop_all(session, seller_id)
    on_sale = select(Offer).where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
    book_ids = []
    for offer in session.scalars(on_sale):
        offer.withdrawn_at = offer.changed_at = now()
        book_ids.append(offer.book_id)
    if book_ids:
        outbox.announce(session, BooksChanged(book_ids))
    shop = users.shop_of(session, seller_id)
    shop.name = f"{shop.name} ({GONE} {seller_id})"
