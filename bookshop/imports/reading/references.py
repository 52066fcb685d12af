"""Ids of formats that ask for one, where the seller has no article number of his own."""

OWN = "bookshop-offer-"  # begins those which our export had to invent


def sku_of(reference: str) -> str:
    return "" if reference.startswith(OWN) else reference


def only_gone(said: dict[str, str]) -> dict[str, str]:
    """What is handed on of an offer that is gone and has no title: see withdrawals."""
    return dict.fromkeys(said, "") | {"sku": said["sku"], "isbn13": said["isbn13"], "stock": "0"}
