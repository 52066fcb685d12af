"""A seller's parcels, those that wait for him first."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.database import now
from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.orders.sending import send_by
from bookshop.orders.states import ParcelState
from bookshop.translations import N_, say
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.views.parcel import card
from seller_dashboard.views.problems import open_problems
from seller_dashboard.wording import PARCEL_STATES

TO_DO, ALL = "to_do", "all"
VIEWS = {TO_DO: N_("To do"), ALL: N_("All")}
AT_MOST = 500  # the newest; what is to be done is fetched by its state
PER_PAGE = 20


def counts(session: Session, seller_id: int) -> dict[ParcelState, int]:
    """How many paid parcels are in each state."""
    query = (
        select(Parcel.state, func.count())
        .where(Parcel.seller_id == seller_id, Parcel.confirm_by.is_not(None))
        .group_by(Parcel.state)
    )
    return {state: number for state, number in session.execute(query)}  # noqa: C416


def in_view(session: Session, seller_id: int, view: str) -> list[Parcel]:
    if view == TO_DO:
        return to_do(session, seller_id)
    state = None if view == ALL else ParcelState(view)
    return most_urgent_first(parcels.of_seller(session, seller_id, state, AT_MOST))


def to_do(session: Session, seller_id: int) -> list[Parcel]:
    """Whatever waits for the seller: to be confirmed, to be sent, to be settled."""
    waiting = parcels.of_seller(session, seller_id, ParcelState.WAITING, AT_MOST)
    confirmed = parcels.of_seller(session, seller_id, ParcelState.CONFIRMED, AT_MOST)
    return most_urgent_first([*waiting, *confirmed, *open_problems(session, seller_id)])


def most_urgent_first(found: Sequence[Parcel]) -> list[Parcel]:
    """Waiting ones and those to be sent by their deadlines, problems between them, the rest."""

    def urgency(parcel: Parcel) -> tuple[int, float]:
        if parcel.state is ParcelState.WAITING:
            return 0, (parcel.confirm_by or now()).timestamp()
        if parcel.problem:
            return 1, -parcel.id
        by = send_by(parcel)
        return (2, by.timestamp()) if by else (3, -parcel.id)

    return sorted(found, key=urgency)


def page(desk: Desk) -> None:
    title(say(desk.language, "Parcels"))
    with desk.reading() as session:
        view = _choose_view(counts(session, desk.user.id), desk.language)
        found = in_view(session, desk.user.id, view)
    if not found:
        st.info(say(desk.language, "Nothing here. New orders come by email too."))
        return
    start = _choose_page(len(found)) * PER_PAGE
    for parcel in found[start : start + PER_PAGE]:
        card(desk, parcel)
    if len(found) >= AT_MOST:
        st.caption(say(desk.language, "The newest %(n)d are listed here.", n=AT_MOST))


def _choose_view(numbers: dict[ParcelState, int], language: str) -> str:
    def name(view: str) -> str:
        if view in VIEWS:
            return say(language, VIEWS[view])
        state = ParcelState(view)
        return f"{say(language, PARCEL_STATES[state][0])} · {numbers[state]}"

    views = [TO_DO, *(state.value for state in ParcelState if state in numbers), ALL]
    return st.radio(say(language, "Show"), views, format_func=name, horizontal=True, key="view")


def _choose_page(total: int) -> int:
    """From 0."""
    pages = -(-total // PER_PAGE)
    return st.pagination(pages, key="page") - 1 if pages > 1 else 0
