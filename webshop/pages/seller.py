"""The link in a seller's letter: to his parcel, in the dashboard, once he has signed in."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from bookshop.auth import links
from bookshop.auth.links import LinkExpired, LinkForged
from webshop import context
from webshop.language import language
from webshop.visitor import signed_in
from webshop.where import dashboard_url

pages = Blueprint("seller", __name__, url_prefix="/seller")


@pages.get("/parcels/<token>")
def parcel(token: str) -> ResponseReturnValue:
    """Opening it does nothing yet: mail programs open links too."""
    try:
        secret = context.settings().secret_key
        parcel_id = links.read(secret, links.PARCEL_OF_A_SELLER, token)
    except (LinkExpired, LinkForged) as error:
        said = error.told_in(language())
        return render_template("seller_link.html", said=said), 403
    there = f"{dashboard_url()}/?parcel={parcel_id}"
    return redirect(there if signed_in() else url_for("account.sign_in", next=there))
