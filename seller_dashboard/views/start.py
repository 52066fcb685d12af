"""The first page: what waits for the seller, what runs out, what was sold this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop import money
from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.money import Money
from bookshop.orders.models import OrderLine, Parcel
from bookshop.orders.moving import TO_CONFIRM
from bookshop.orders.states import GIVEN_BACK, ParcelState
from bookshop.stock.models import Shelf
from bookshop.translations import SHOP_ZONE, say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.views.parcel import way_to
from seller_dashboard.views.parcels import counts
from seller_dashboard.views.problems import open_problems
from seller_dashboard.wording import moment, plain

PROBLEMS_SHOWN = 3
RUNNING_OUT = 3  # copies that can still be sold, or fewer


@dataclass(frozen=True)
class Figures:
    waiting: int
    answer_by: datetime | None  # the most urgent of them
    to_send: int
    problems: Sequence[Parcel]  # that wait longest first
    on_sale: int
    running_out: int
    sold: Money  # this month


def figures(session: Session, seller_id: int, at: datetime) -> Figures:
    numbers = counts(session, seller_id)
    return Figures(
        waiting=numbers.get(ParcelState.WAITING, 0),
        answer_by=_first_deadline(session, seller_id),
        to_send=numbers.get(ParcelState.CONFIRMED, 0),
        problems=open_problems(session, seller_id),
        on_sale=_on_sale(session, seller_id),
        running_out=_on_sale(session, seller_id, left_at_most=RUNNING_OUT),
        sold=_sold_since(session, seller_id, _month_began(at)),
    )


def page(desk: Desk) -> None:
    with desk.reading() as session:
        found = figures(session, desk.user.id, now())
    shop = desk.user.shop
    title(plain(shop.name) if shop else say(desk.language, "Overview"))
    _show(found, desk.language)
    _show_problems(found, desk)
    _show_ways(found, desk)


def _show(found: Figures, language: str) -> None:
    waiting: dict[str, int | str] = {
        say(language, "Waiting for you"): found.waiting + len(found.problems),
        say(language, "To be sent"): found.to_send,
        say(language, "Running out"): found.running_out,
        say(language, "Sold this month"): money.shown(found.sold, language),
    }
    with st.container(horizontal=True):
        for name, figure in waiting.items():
            st.metric(name, figure, width="content")
    if found.answer_by:
        by = moment(found.answer_by, language)
        st.warning(
            say(
                language,
                "The first parcel waits for your answer until %(moment)s. Unanswered, it is "
                "cancelled and the customer gets the money back.",
                moment=by,
            ),
            icon=":material/schedule:",
        )
    if not found.on_sale:
        st.info(say(language, "Nothing of yours is on sale yet: begin with a catalogue."))


def _show_problems(found: Figures, desk: Desk) -> None:
    """With a way to those that wait longest; the others are among the parcels."""
    if not found.problems:
        return
    reported = say_many(
        desk.language,
        "%(n)d customer reports a problem",
        "%(n)d customers report a problem",
        len(found.problems),
    )
    st.error(reported, icon=":material/report:")
    for parcel in found.problems[:PROBLEMS_SHOWN]:
        way_to(desk, parcel)


def _show_ways(found: Figures, desk: Desk) -> None:
    """The most needed first."""
    ways = {
        "parcels": say(desk.language, "Confirm and send parcels"),
        "upload": say(desk.language, "Upload a catalogue"),
        "books": say(desk.language, "Correct prices and copies"),
        "statement": say(desk.language, "See what you earned"),
    }
    for name in sorted(ways, key=lambda way: way != "upload") if not found.on_sale else ways:
        st.page_link(desk.places[name], label=ways[name], icon=":material/arrow_forward:")


def _first_deadline(session: Session, seller_id: int) -> datetime | None:
    query = select(Parcel.confirm_by).where(
        Parcel.seller_id == seller_id, Parcel.state == ParcelState.WAITING
    )
    return session.scalars(query.order_by(Parcel.confirm_by).limit(1)).one_or_none()


def _on_sale(session: Session, seller_id: int, left_at_most: int | None = None) -> int:
    query = select(func.count()).select_from(Offer).join(Shelf, Shelf.offer_id == Offer.id)
    query = query.where(Offer.seller_id == seller_id, Offer.withdrawn_at.is_(None))
    if left_at_most is not None:
        query = query.where(Shelf.on_hand - Shelf.reserved <= left_at_most)
    return session.scalar(query) or 0


def _sold_since(session: Session, seller_id: int, begin: datetime) -> Money:
    """Of what was paid since then, all but what was given back."""
    query = (
        select(func.sum(OrderLine.price * OrderLine.quantity))
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.seller_id == seller_id, Parcel.state.not_in(GIVEN_BACK))
        .where(Parcel.confirm_by >= begin + TO_CONFIRM)
    )
    return Money(int(session.scalar(query) or 0))


def _month_began(at: datetime) -> datetime:
    here = at.astimezone(SHOP_ZONE)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
