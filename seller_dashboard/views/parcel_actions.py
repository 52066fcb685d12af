"""What can be done with one parcel now. Each deed may come twice; the services see to that."""

from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from bookshop import money
from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.orders.moving import Who
from bookshop.orders.parcels import Because
from bookshop.orders.states import ParcelState
from bookshop.translations import N_, say
from seller_dashboard.desk import Desk, show_told
from seller_dashboard.headings import section

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
    def confirm(session: Session, who: Who) -> None:
        parcels.confirm(session, parcel.id, who)

    st.write(say(desk.language, "It is paid. Look whether the books are there, then confirm."))
    st.button(
        say(desk.language, "Confirm"),
        type="primary",
        key=f"confirm-{parcel.id}",
        on_click=desk.act,
        args=(confirm, say(desk.language, "Confirmed. Send it when you can, and say so here.")),
    )


def _send(desk: Desk, parcel: Parcel) -> None:
    tracking = f"tracking-{parcel.id}"

    def send(session: Session, who: Who) -> None:
        parcels.send(session, parcel.id, who, st.session_state[tracking])

    with st.form(f"send-{parcel.id}"):
        st.text_input(
            say(desk.language, "Tracking number, if there is one"), max_chars=100, key=tracking
        )
        st.form_submit_button(
            say(desk.language, "It is sent"),
            type="primary",
            on_click=desk.act,
            args=(send, say(desk.language, "Noted as sent; the customer is told.")),
        )


def _reject(desk: Desk, parcel: Parcel) -> None:
    because, note = f"because-{parcel.id}", f"note-{parcel.id}"

    def reject(session: Session, who: Who) -> None:
        words = st.session_state
        parcels.reject(session, parcel.id, who, words[because], words[note])

    with (
        st.expander(say(desk.language, "I cannot send it")),
        st.form(f"reject-{parcel.id}", border=False),
    ):
        st.write(_gives_back(desk, parcel))
        st.radio(
            say(desk.language, "Why"),
            list(BECAUSE),
            format_func=lambda reason: say(desk.language, BECAUSE[reason]),
            key=because,
        )
        _ask_for_words(say(desk.language, "A word to the customer, if you like"), note)
        st.form_submit_button(
            say(desk.language, "Reject the parcel"),
            on_click=desk.act,
            args=(reject, say(desk.language, "Rejected. The customer gets the money back.")),
        )


def _settle(desk: Desk, parcel: Parcel) -> None:
    note = f"answer-{parcel.id}-{parcel.problems}"

    def settle(session: Session, who: Who, *, refund: bool) -> None:
        words = st.session_state[note]
        parcels.settle_problem(session, parcel.id, who, refund=refund, note=words)

    def button(label: str, refund: bool, done: str) -> None:
        deed = partial(settle, refund=refund)
        shown = {"done": done, "form": note}
        st.form_submit_button(label, on_click=desk.act, args=(deed,), kwargs=shown)

    language = desk.language
    with st.form(f"settle-{parcel.id}-{parcel.problems}"):
        section(say(language, "The customer reports a problem"))
        st.text(parcel.problem)
        _ask_for_words(
            say(language, "Your answer to the customer (needed to reject the complaint)"), note
        )
        show_told(note)
        button(
            say(language, "Reject the complaint"),
            False,
            say(language, "The complaint is rejected. The customer gets your answer."),
        )
        with st.expander(say(language, "Give the money back")):
            st.write(_gives_back(desk, parcel))
            amount = money.shown(parcel.total, language)
            button(
                say(language, "Yes, give back %(amount)s", amount=amount),
                True,
                say(language, "Settled. The customer gets the money back."),
            )


def _gives_back(desk: Desk, parcel: Parcel) -> str:
    amount = money.shown(parcel.total, desk.language)
    return say(
        desk.language, "The customer gets %(amount)s back. This cannot be undone.", amount=amount
    )


def _ask_for_words(label: str, key: str) -> None:
    st.text_area(label, max_chars=parcels.LONGEST_NOTE, key=key)
