"""What can be done with one parcel now. Each deed may come twice; the services see to that."""

import streamlit as st
from sqlalchemy.orm import Session

from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.orders.moving import Who
from bookshop.orders.parcels import Because
from bookshop.orders.states import ParcelState
from bookshop.translations import N_, say
from seller_dashboard.desk import Desk

BECAUSE = {
    Because.NOT_THERE: N_("The books are not there"),
    Because.OTHER: N_("Another reason"),
}


def actions(desk: Desk, parcel: Parcel) -> None:
    if parcel.problem:
        _settle(desk, parcel)
    if parcel.state is ParcelState.WAITING:
        _confirm(desk, parcel)
    if parcel.state is ParcelState.CONFIRMED:
        _send(desk, parcel)
    if parcel.state in (ParcelState.WAITING, ParcelState.CONFIRMED):
        _reject(desk, parcel)


def _confirm(desk: Desk, parcel: Parcel) -> None:
    st.write(say(desk.language, "It is paid. Look whether the books are there, then confirm."))
    if st.button(say(desk.language, "Confirm"), type="primary", key=f"confirm-{parcel.id}"):
        desk.act(
            lambda session, who: parcels.confirm(session, parcel.id, who),
            say(desk.language, "Confirmed. Send it when you can, and say so here."),
        )


def _send(desk: Desk, parcel: Parcel) -> None:
    with st.form(f"send-{parcel.id}"):
        tracking = st.text_input(
            say(desk.language, "Tracking number, if there is one"), max_chars=100
        )
        if st.form_submit_button(say(desk.language, "It is sent"), type="primary"):
            desk.act(
                lambda session, who: parcels.send(session, parcel.id, who, tracking),
                say(desk.language, "Noted as sent; the customer is told."),
            )


def _reject(desk: Desk, parcel: Parcel) -> None:
    with (
        st.expander(say(desk.language, "I cannot send it")),
        st.form(f"reject-{parcel.id}", border=False),
    ):
        st.write(say(desk.language, "The customer gets the money back. This cannot be undone."))
        because = st.radio(
            say(desk.language, "Why"),
            list(BECAUSE),
            format_func=lambda reason: say(desk.language, BECAUSE[reason]),
        )
        note = st.text_area(
            say(desk.language, "A word to the customer, if you like"),
            max_chars=parcels.LONGEST_NOTE,
        )
        if st.form_submit_button(say(desk.language, "Reject the parcel")):
            desk.act(
                lambda session, who: parcels.reject(session, parcel.id, who, because, note),
                say(desk.language, "Rejected. The customer gets the money back."),
            )


def _settle(desk: Desk, parcel: Parcel) -> None:
    with st.form(f"settle-{parcel.id}-{parcel.problems}"):
        st.subheader(say(desk.language, "The customer reports a problem"))
        st.text(parcel.problem)
        note = st.text_area(
            say(desk.language, "Your answer, if you like"), max_chars=parcels.LONGEST_NOTE
        )
        with st.container(horizontal=True):
            refund = st.form_submit_button(
                say(desk.language, "Give the money back"), type="primary"
            )
            dismiss = st.form_submit_button(say(desk.language, "All is well"))

    def settle(session: Session, who: Who) -> None:
        parcels.settle_problem(session, parcel.id, who, refund=refund, note=note)

    if refund:
        desk.act(settle, say(desk.language, "Settled. The customer gets the money back."))
    if dismiss:
        desk.act(settle, say(desk.language, "Settled. The parcel goes its way."))
