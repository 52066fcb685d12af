"""From the basket to an order."""

import secrets

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bookshop import money, repeats
from bookshop.basket import service as basket
from bookshop.errors import ShopError
from bookshop.orders import service as orders
from bookshop.orders.service import Buyer, TotalChanged
from webshop import context, forms, visitor
from webshop.errors import status_of
from webshop.language import language
from webshop.security import ORDERS, limiter

pages = Blueprint("checkout", __name__, url_prefix="/checkout")


@pages.get("")
def page() -> ResponseReturnValue:
    contents = basket.look(context.reading(), visitor.owner())
    if not contents.lines:
        return redirect(url_for("basket.page"))
    return _page(_filled_in(), contents)


@pages.post("")
@limiter.limit(ORDERS)
def order() -> ResponseReturnValue:
    form, status = forms.Checkout(), 422
    if form.validate_on_submit():
        try:
            with context.transaction() as session:
                order_id = _placed_once(session, form)
            if visitor.signed_in() is None:
                visitor.may_see_from_now_on(order_id)
            return redirect(url_for("orders.page", order_id=order_id, pay=1))
        except ShopError as error:
            form.refuse(error)
            status = status_of(error)
            if isinstance(error, TotalChanged):
                form.total.data = None  # the page shows the new one, and carries it from now on
    return _page(form, basket.look(context.reading(), visitor.owner())), status


def _placed_once(session: Session, form: forms.Checkout) -> int:
    """Pressed twice, or sent again by a browser that lost the answer: one order."""
    owner, key = visitor.owner(), (form.key.data or secrets.token_urlsafe())[:100]
    if earlier := repeats.earlier_answer(session, owner.name, key, "checkout"):
        return int(earlier["order_id"])
    placed = orders.place(
        session,
        owner,
        _buyer(form),
        context.settings().commission_percent,
        money.parse(form.total.data, "total") if form.total.data else None,
    )
    repeats.remember(session, owner.name, key, {"order_id": placed.order_id})
    return placed.order_id


def _buyer(form: forms.Checkout) -> Buyer:
    user = visitor.signed_in()
    return Buyer(
        name=form.name.data,
        email=form.email.data,
        address=form.address.data,
        phone=form.phone.data or "",
        language=language(),
        user_id=user.id if user else None,
    )


def _filled_in() -> forms.Checkout:
    """With what is known of the visitor."""
    form = forms.Checkout(formdata=None, key=secrets.token_urlsafe(18))
    if user := visitor.signed_in():
        form.name.data, form.phone.data, form.email.data = user.name, user.phone, user.email
    return form


def _page(form: forms.Checkout, contents: basket.Contents) -> str:
    if not form.total.data:
        form.total.data = money.as_decimal(contents.total)
    return render_template(
        "checkout.html",
        form=form,
        contents=contents,
        minutes=context.settings().reservation_minutes,
    )
