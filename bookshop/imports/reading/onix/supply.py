"""What a <Product> costs, and how many copies of it there are."""

import re

from bookshop.imports.reading.onix import codes
from bookshop.imports.reading.onix.tags import Composite
from bookshop.money import CURRENCY

_WHOLE = re.compile("[0-9]{1,9}")


def price_and_stock(product: Composite, header: Composite | None) -> dict[str, str]:
    """Stock is blank when the message does not count copies."""
    amount, currency = _price(product, header)
    return {"price": amount, "currency": currency, "stock": _stock(product)}


def _price(product: Composite, header: Composite | None) -> tuple[str, str]:
    """Ours rather than another currency; what everybody pays; with tax rather than without."""
    usual_type = header.text("DefaultPriceType") if header else ""
    usual_currency = header.text("DefaultCurrencyCode") if header else ""
    ranked = []
    for price in product.each("ProductSupply", "SupplyDetail", "Price"):
        kind = price.text("PriceType") or usual_type or codes.RETAIL_INCLUDING_TAX
        currency = (price.text("CurrencyCode") or usual_currency).strip()
        amount = price.text("PriceAmount")
        if amount and kind in codes.PRICES:
            for_all = price.text("PriceQualifier") in codes.CONSUMER_PRICES
            rank = (currency not in ("", CURRENCY), not for_all, codes.PRICES.index(kind))
            ranked.append((rank, amount, currency))
    return min(ranked, key=lambda one: one[0])[1:] if ranked else ("", "")


def _stock(product: Composite) -> str:
    supplies = list(product.each("ProductSupply", "SupplyDetail"))
    said = [supply.text("ProductAvailability") for supply in supplies]
    if product.text("NotificationType") == codes.DELETED:
        return "0"
    if any(said) and not set(said) & set(codes.TO_BE_HAD):
        return "0"
    counts = [
        stock.text("OnHand").strip()
        for supply in supplies
        for stock in supply.each("Stock")
        if stock.text("OnHand")
    ]
    if all(_WHOLE.fullmatch(count) for count in counts):
        return str(sum(map(int, counts))) if counts else ""
    return next(count for count in counts if not _WHOLE.fullmatch(count))
