"""A seller's books as a table to search in and to correct prices and copies by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bookshop import money
from bookshop.money import Money
from bookshop.orders.moving import Who
from bookshop.stock import offers
from bookshop.stock.offers import SellerOffer
from bookshop.stock.service import MOST_ON_HAND
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title

PER_PAGE = 50
PRICE, ON_HAND, ON_SALE = "price", "on_hand", "on_sale"  # what may be edited
HEIGHT = 600  # pixels: a screen
SEEN = ("title", PRICE, ON_HAND, ON_SALE, "sellable", "reserved", "short")
FACTS = ("authors", "isbn13", "sku")
LOOKS_LIKE_A_PRICE = r"^\s*\d{1,9}([.,]\d{1,2})?\s*$"
_ROUND = "books_round"  # a new one is a table without edits


@dataclass(frozen=True)
class Change:
    """None stays as it is."""

    offer_id: int
    price: Money | None
    on_hand: int | None
    on_sale: bool | None


def changes(found: Sequence[SellerOffer], edited: Mapping[int, Mapping[str, Any]]) -> list[Change]:
    """What was typed into which row, as the offers' service takes it. Raises NotMoney."""
    return [
        Change(found[row].id, _price(cells.get(PRICE)), cells.get(ON_HAND), cells.get(ON_SALE))
        for row, cells in sorted(edited.items())
    ]


def make(session: Session, seller_id: int, wanted: Sequence[Change]) -> None:
    """In the order of the offers, as everywhere."""
    for one in sorted(wanted, key=lambda change: change.offer_id):
        offers.change(session, seller_id, one.offer_id, one.price, one.on_hand, one.on_sale)


def page(desk: Desk) -> None:
    title(say(desk.language, "Books"))
    words = st.text_input(say(desk.language, "Part of a title, author, ISBN or your code"))
    running_out = st.toggle(say(desk.language, "Running out first"), key="running_out")
    with desk.reading() as session:
        number = st.session_state.get(_page_key(words), 1)
        found = offers.of_seller(
            session, desk.user.id, words, number, PER_PAGE, running_out=running_out
        )
    if not found.offers:
        st.info(_nothing(words, desk.language))
        return
    st.caption(say_many(desk.language, "%(n)d book", "%(n)d books", found.total))
    above = st.container()
    key = _show(found.offers, desk.language)
    if found.total > PER_PAGE:
        st.pagination(-(-found.total // PER_PAGE), key=_page_key(words))
    with above:  # on the screen, however long the table is
        _offer_to_save(desk, found.offers, key)


def _show(found: Sequence[SellerOffer], language: str) -> str:
    """The table's key. Other rows, or the same in another order, are another table."""
    ids = tuple(offer.id for offer in found)
    key = f"books-{st.session_state.get(_ROUND, 0)}-{hash(ids)}"
    st.data_editor(
        [_row(offer) for offer in found],
        column_config=_columns(language),
        column_order=_order(found),
        height=HEIGHT,
        disabled=[name for name in (*SEEN, *FACTS) if name not in (PRICE, ON_HAND, ON_SALE)],
        hide_index=True,
        key=key,
    )
    return key


def _order(found: Sequence[SellerOffer]) -> list[str]:
    """What is missing is shown where something is."""
    short = any(offer.short for offer in found)
    return [name for name in (*SEEN, *FACTS) if name != "short" or short]


def _row(offer: SellerOffer) -> dict[str, object]:
    return {
        "title": offer.title,
        PRICE: money.as_decimal(offer.price),
        ON_HAND: offer.on_hand,
        ON_SALE: offer.on_sale,
        "sellable": offer.sellable,
        "reserved": offer.reserved,
        "short": offer.short,
        "authors": offer.authors,
        "isbn13": offer.isbn13 or "",
        "sku": offer.sku,
    }


def _columns(language: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "title": column.TextColumn(say(language, "Title"), pinned=True, width="medium"),
        PRICE: column.TextColumn(
            say(language, "Price, ₽"),
            required=True,
            validate=LOOKS_LIKE_A_PRICE,
            alignment="right",
        ),
        ON_HAND: column.NumberColumn(
            say(language, "Copies"), required=True, min_value=0, max_value=MOST_ON_HAND, step=1
        ),
        ON_SALE: column.CheckboxColumn(say(language, "On sale"), required=True),
        "sellable": column.NumberColumn(say(language, "Can be sold")),
        "reserved": column.NumberColumn(say(language, "Promised")),
        "short": column.NumberColumn(
            say(language, "Missing"),
            help=say(language, "Promised to orders, and more than you have."),
        ),
        "authors": column.TextColumn(say(language, "Author")),
        "isbn13": column.TextColumn("ISBN"),
        "sku": column.TextColumn(say(language, "Your code")),
    }


def _offer_to_save(desk: Desk, found: Sequence[SellerOffer], key: str) -> None:
    def save(session: Session, _: Who) -> None:
        make(session, desk.user.id, changes(found, st.session_state[key]["edited_rows"]))

    edited = len(st.session_state[key]["edited_rows"])
    if edited:
        st.button(
            say_many(
                desk.language,
                "Save the change in %(n)d book",
                "Save the changes in %(n)d books",
                edited,
            ),
            type="primary",
            key="save",
            on_click=desk.act,
            args=(save, say(desk.language, "Saved."), _begin_anew),
        )


def _begin_anew(_: object) -> None:
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _price(text: str | None) -> Money | None:
    """A comma is as good as a point."""
    return None if text is None else money.parse(text.strip().replace(",", "."), PRICE)


def _page_key(words: str) -> str:
    """Other words begin at their first page."""
    return f"books-page-{words}"


def _nothing(words: str, language: str) -> str:
    if words:
        return say(language, "Nothing of yours is found by these words.")
    return say(language, "You have no books here yet: upload a catalogue.")
