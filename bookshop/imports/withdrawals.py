"""Records that only say of an offer that it is gone, as feeds of changes do: an id and no title.

Readers hand them on with what the offer is called and 0 copies. The rest is taken from the shop, so
that they are checked, shown, applied and undone like the record of a book that is sold out.
"""

from typing import Any

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bookshop.books.isbn import to_isbn13
from bookshop.books.models import Book, Offer
from bookshop.imports.columns import FIELDS
from bookshop.imports.models import Import
from bookshop.imports.problems import Fault, Problem
from bookshop.money import as_decimal
from bookshop.translations import N_

FORMATS = ("yml", "onix")  # that can say so; in a table it is a row with blanks
_NAMES = ("sku", "isbn13")
_OTHERS = [name for name in FIELDS if name not in (*_NAMES, "stock")]
_NOT_ON_SALE = Fault(
    "nothing_to_withdraw",
    N_("This offer is to be taken off sale, and you have none of that number on sale."),
    rejects=False,
)


def told_alone(chunk: pd.DataFrame) -> "pd.Series[bool]":
    """Which records say that much and no more."""
    alone = (chunk["stock"] == "0") & (chunk["title"] == "")
    if alone.any():
        alone &= (chunk[_OTHERS] == "").all(axis=1)
    return alone


def completed(
    session: Session, importing: Import, chunk: pd.DataFrame, gone: "pd.Series[bool]"
) -> tuple[pd.DataFrame, list[Problem]]:
    """With the offers that they mean; those that mean none are left out, and told."""
    known = _offers(session, importing.seller_id, chunk[gone])
    warnings, missing = [], []
    for at, row in chunk[gone].iterrows():
        offer = known.get(to_isbn13(row["isbn13"]) or row["sku"])
        if offer:
            chunk.loc[at, list(offer)] = list(offer.values())
        else:
            missing.append(at)
            value, place = row["sku"] or row["isbn13"], (int(row["line"]), int(row["record"]))
            warnings.append(Problem.of(_NOT_ON_SALE, *place, "sku", value))
    return chunk.drop(index=missing).reset_index(drop=True), warnings


def _offers(session: Session, seller_id: int, gone: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """This seller's on sale, by ISBN and by article number: what a full record would say."""
    isbns = [isbn for isbn in map(to_isbn13, gone["isbn13"]) if isbn]
    query = (
        select(Offer.sku, Offer.price, Book.isbn13, Book.title)
        .join(Book, Book.id == Offer.book_id)
        .where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
        .where(or_(Book.isbn13.is_not(None), Book.own_key == Offer.sku))
        .where(or_(Book.isbn13.in_(isbns), (Offer.sku != "") & Offer.sku.in_(gone["sku"].tolist())))
        .order_by(Offer.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for sku, price, isbn13, title in session.execute(query):
        offer = {"sku": sku, "isbn13": isbn13 or "", "title": title, "price": as_decimal(price)}
        found |= {name: offer for name in (sku, isbn13) if name}
    return found
