"""Records that only say of an offer that it is gone: an id, and no title or no price.

Readers hand them on with what the offer is called and 0 copies. The rest is taken from the shop, so
that they are checked, shown, applied and undone like the record of a book that is sold out.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.imports import texts
from bookshop.imports.columns import FIELDS
from bookshop.imports.isbns import isbns_13
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
    alone = chunk[gone]
    meant = _meant(session, importing.seller_id, alone)
    known = alone.index[[offer is not None for offer in meant]]
    offers = pd.DataFrame([offer for offer in meant if offer], known, _Offer._fields, dtype="str")
    chunk = chunk.copy()
    for name in _Offer._fields:
        chunk.loc[known, name] = offers[name]
    missing = alone.drop(index=known)
    told = zip(*(missing[name].tolist() for name in ("line", "record", *_NAMES)), strict=True)
    warnings = [
        Problem.of(_NOT_ON_SALE, line, record, "sku", sku or isbn)
        for line, record, sku, isbn in told
    ]
    return chunk.drop(index=missing.index).reset_index(drop=True), warnings


class _Offer(NamedTuple):
    """What a full record would say."""

    sku: str
    isbn13: str
    title: str
    price: str


def _meant(session: Session, seller_id: int, gone: pd.DataFrame) -> list[_Offer | None]:
    """By its ISBN what has one, by its article number what has none: they may look the same."""
    isbns, _ = isbns_13(gone["isbn13"])
    skus, faults = texts.cleaned("sku", gone["sku"])
    skus = np.array(skus, dtype=object)
    skus[list(faults)] = ""  # cut short it would be another's
    by_isbn = _by_isbn(session, seller_id, list(filter(None, isbns)))
    by_sku = _by_sku(session, seller_id, list(filter(None, skus)))
    return [
        by_isbn.get(isbn) if isbn else by_sku.get(sku)
        for isbn, sku in zip(isbns, skus, strict=True)
    ]


def _by_isbn(session: Session, seller_id: int, isbns: list[str]) -> dict[str, _Offer]:
    if not isbns:
        return {}  # asked for none, SQLite would read all that the seller has
    query = _on_sale(seller_id, Offer.sku).where(Book.isbn13.in_(isbns))
    return {offer.isbn13: offer for offer in _found(session, query)}


def _by_sku(session: Session, seller_id: int, skus: list[str]) -> dict[str, _Offer]:
    """Of several that of the book whose own key it is, or else the first."""
    if not skus:
        return {}
    numbered = (
        _on_sale(seller_id, Offer.sku)
        .where(Offer.sku.in_(skus), Offer.sku != literal_column("''"))  # its index is so limited
        .where(Book.isbn13.is_not(None))
        .order_by(Offer.id.desc())
    )
    own = _on_sale(seller_id, Book.own_key).where(
        Book.own_seller_id == seller_id, Book.own_key.in_(skus)
    )
    return {offer.sku: offer for query in (numbered, own) for offer in _found(session, query)}


def _on_sale(seller_id: int, sku: Any) -> Select[Any]:
    return (
        select(sku, Book.isbn13, Book.title, Offer.price)
        .join_from(Offer, Book, Book.id == Offer.book_id)
        .where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
    )


def _found(session: Session, query: Select[Any]) -> list[_Offer]:
    return [
        _Offer(sku, isbn13 or "", title, as_decimal(price))
        for sku, isbn13, title, price in session.execute(query)
    ]
