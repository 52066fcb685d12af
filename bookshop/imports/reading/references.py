"""Ids of formats that ask for one, where the seller has no article number of his own."""

from bookshop.imports import rules
from bookshop.imports.problems import Fault

OWN = "bookshop-offer-"  # begins those which our export had to invent


def sku_of(reference: str) -> str:
    return "" if reference.startswith(OWN) else reference


def gone(said: dict[str, str]) -> dict[str, str]:
    """No copies; without a title or a price no more than that is handed on: see withdrawals.

    Of what is sold out many shops write the price as 0.
    """
    sold_at = (rules.price(said["price"]), rules.currency(said["currency"]))
    if said["title"].strip() and not any(isinstance(one, Fault) for one in sold_at):
        return said | {"stock": "0"}
    return dict.fromkeys(said, "") | {"sku": said["sku"], "isbn13": said["isbn13"], "stock": "0"}
