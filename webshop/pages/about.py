"""What stands in the footer: how the shop works, for customers, sellers and developers."""

from flask import Blueprint, render_template

from bookshop.orders.moving import TO_CONFIRM, TO_RECEIVE
from webshop import context

pages = Blueprint("about", __name__, url_prefix="/about")


@pages.get("/delivery")
def delivery() -> str:
    return render_template(
        "about/delivery.html",
        minutes=context.settings().reservation_minutes,
        hours=int(TO_CONFIRM.total_seconds()) // 3600,
    )


@pages.get("/returns")
def returns() -> str:
    return render_template("about/returns.html", days=TO_RECEIVE.days)


@pages.get("/sellers")
def sellers() -> str:
    return render_template(
        "about/sellers.html",
        percent=f"{context.settings().commission_percent.normalize():f}",
        hours=int(TO_CONFIRM.total_seconds()) // 3600,
    )


@pages.get("/developers")
def developers() -> str:
    return render_template("about/developers.html")
