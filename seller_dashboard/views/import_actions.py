"""What a seller may do with an uploaded catalogue: apply it, cancel it, take it back."""

import streamlit as st
from sqlalchemy.orm import Session

from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from bookshop.orders.moving import Who
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.views.outcome import FACTS_STAY, changes_nothing
from seller_dashboard.wording import number


def offer_to_apply(desk: Desk, importing: Import) -> None:
    withdraw = f"withdraw-{importing.id}"

    def apply(session: Session, _: Who) -> None:
        wanted = bool(st.session_state.get(withdraw))
        imports.approve(session, importing.id, desk.user.id, withdraw_missing=wanted)

    if importing.missing and importing.accepted:
        _offer_to_withdraw(importing, withdraw, desk.language)
    needless = changes_nothing(importing)
    if needless:
        text = say(desk.language, "What was accepted is in the shop already as this file has it.")
        st.info(text, icon=":material/check:")
    with st.container(horizontal=True):
        if importing.accepted:
            st.button(
                say(desk.language, "Apply"),
                type="secondary" if needless else "primary",
                key=f"apply-{importing.id}",
                on_click=desk.act,
                args=(apply,),
            )
        offer_to_cancel(desk, importing)


def offer_to_cancel(desk: Desk, importing: Import) -> None:
    def cancel(session: Session, _: Who) -> None:
        imports.cancel(session, importing.id, desk.user.id)

    done = say(desk.language, "Cancelled: nothing was changed in the shop.")
    name = say(desk.language, "Cancel the upload")
    st.button(name, key=f"cancel-{importing.id}", on_click=desk.act, args=(cancel, done))


def offer_to_undo(desk: Desk, importing: Import) -> None:
    def undo(session: Session, _: Who) -> Import:
        return imports.undo(session, importing.id, desk.user.id)

    with st.expander(say(desk.language, "Undo this upload")):
        st.write(
            say(
                desk.language,
                "Prices and copies go back to what they were before it, new books go off sale. "
                "What was changed after it stays as it is.",
            ),
            say(desk.language, FACTS_STAY),
        )
        st.button(
            say(desk.language, "Undo"),
            key=f"undo-{importing.id}",
            on_click=desk.act,
            args=(undo, "", lambda asked: st.session_state.update({_undoing(asked): True})),
        )


def is_being_undone(importing: Import) -> bool:
    """The import itself says so only when it is done."""
    return importing.state is ImportState.APPLIED and _undoing(importing) in st.session_state


def _offer_to_withdraw(importing: Import, key: str, language: str) -> None:
    offer = say_many(
        language,
        "Take off sale the %(number)s book that is not in the file",
        "Take off sale the %(number)s books that are not in the file",
        importing.missing,
        number=number(importing.missing, language),
    )
    st.checkbox(offer, key=key, disabled=not importing.is_whole)
    if not importing.is_whole:
        st.caption(say(language, "Not with this file: it is not the whole catalogue."))


def _undoing(importing: Import) -> str:
    return f"undoing-{importing.id}"
