"""For operators: parcels whose customer reports a problem, in all the shops."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop.orders.models import Parcel
from bookshop.orders.parcels import WITH_ITS_ORDER
from bookshop.translations import say
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.views.parcel import card

AT_MOST = 100


def open_problems(session: Session, seller_id: int | None = None) -> Sequence[Parcel]:
    """Those that wait longest first: of one seller, or of all."""
    query = select(Parcel).where(Parcel.problem != "")
    if seller_id is not None:
        query = query.where(Parcel.seller_id == seller_id)
    with_all = query.options(WITH_ITS_ORDER, joinedload(Parcel.shop), selectinload(Parcel.lines))
    return session.scalars(with_all.order_by(Parcel.id).limit(AT_MOST)).all()


def page(desk: Desk) -> None:
    title(say(desk.language, "Problems"))
    with desk.reading() as session:
        found = open_problems(session)
    if not found:
        st.info(say(desk.language, "No customer reports a problem."))
    for parcel in found:
        card(desk, parcel)
