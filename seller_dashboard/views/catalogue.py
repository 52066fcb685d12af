"""One uploaded catalogue, ?import=3: what it would do or did, and what is wrong with it."""

from typing import Any

import streamlit as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.errors import NotFound
from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from bookshop.orders.moving import Who
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.views.faults import show_faults
from seller_dashboard.wording import IMPORT_STATES, plain

MOVING = (ImportState.RECEIVED, ImportState.CHECKING, ImportState.APPLYING)
LARGEST_ID = 2**31 - 1
RECEIVED = "upload_received"  # an import on its way to this page; forgotten once it is here


def found(session: Session, wanted: str, seller_id: int) -> Import:
    """`wanted` comes from the address bar. Raises NoSuchImport, also for somebody else's."""
    if not (wanted.isascii() and wanted.isdigit() and int(wanted) <= LARGEST_ID):
        raise imports.NoSuchImport
    return imports.get(session, int(wanted), seller_id)


def progress(session: Session, import_id: int) -> tuple[ImportState, float]:
    """How far it has come, without the problems, which may be many."""
    query = select(Import.state, Import.applied_records, Import.rows)
    state, done, rows = session.execute(query.where(Import.id == import_id)).one()
    return state, min(1.0, done / rows) if rows else 0.0


def badge(state: ImportState, language: str) -> None:
    text, colour = IMPORT_STATES[state]
    st.badge(say(language, text), color=colour)  # type: ignore[arg-type]


def page(desk: Desk) -> None:
    st.page_link(
        desk.places["upload"],
        label=say(desk.language, "All uploads"),
        icon=":material/arrow_back:",
    )
    try:
        with desk.reading() as session:
            importing = found(session, st.query_params.get("import", ""), desk.user.id)
    except NotFound as error:
        st.error(error.told_in(desk.language))
        return
    st.session_state.pop(RECEIVED, None)
    title(plain(importing.filename))
    badge(importing.state, desk.language)
    if importing.state in MOVING or _is_being_undone(importing):
        st.fragment(_watch, run_every=1)(desk, importing.id, importing.state)
    _show(desk, importing, imports.report(importing, desk.language))


def _watch(desk: Desk, import_id: int, state: ImportState) -> None:
    """Drawn every second, until the state is another one."""
    with desk.reading() as session:
        is_now, part = progress(session, import_id)
    if is_now is not state:
        st.rerun()
    match state:
        case ImportState.APPLYING:
            st.progress(part, say(desk.language, "The books are going on sale."))
        case ImportState.APPLIED:
            st.info(say(desk.language, "It is being undone."))
        case _:
            st.info(say(desk.language, "The file is being checked. You may leave this page."))


def _show(desk: Desk, importing: Import, report: dict[str, Any]) -> None:
    match importing.state:
        case ImportState.RECEIVED | ImportState.CHECKING:
            _offer_to_cancel(desk, importing)
            return
        case ImportState.REFUSED:
            st.error(plain(report["refused"]["message"]))
            return
        case ImportState.PREVIEW:
            _show_counts(report, desk.language)
            _offer_to_apply(desk, importing, report)
        case ImportState.APPLIED:
            _show_counts(report, desk.language)
            if not _is_being_undone(importing):
                _offer_to_undo(desk, importing)
        case _:
            _show_counts(report, desk.language)
    show_faults(report, importing.id, desk.language)


def _show_counts(report: dict[str, Any], language: str) -> None:
    counts = {
        say(language, "New books"): report["new"],
        say(language, "Changed"): report["changed"],
        say(language, "Unchanged"): report["unchanged"],
        say(language, "Refused"): report["rejected"],
    }
    if report["state"] == ImportState.PREVIEW:
        counts[say(language, "Not in the file")] = report["missing"]
    else:
        counts[say(language, "Taken off sale")] = report["withdrawn"]
    with st.container(horizontal=True):
        for name, count in counts.items():
            st.metric(name, count, width="content")


def _offer_to_apply(desk: Desk, importing: Import, report: dict[str, Any]) -> None:
    withdraw = f"withdraw-{importing.id}"

    def apply(session: Session, _: Who) -> None:
        wanted = bool(st.session_state.get(withdraw))
        imports.approve(session, importing.id, desk.user.id, withdraw_missing=wanted)

    if report["missing"] and report["accepted"]:
        offer = say_many(
            desk.language,
            "Take off sale the %(n)d book that is not in the file",
            "Take off sale the %(n)d books that are not in the file",
            report["missing"],
        )
        st.checkbox(offer, key=withdraw)
    with st.container(horizontal=True):
        if report["accepted"]:
            st.button(
                say(desk.language, "Apply"),
                type="primary",
                key=f"apply-{importing.id}",
                on_click=desk.act,
                args=(apply,),
            )
        _offer_to_cancel(desk, importing)


def _offer_to_cancel(desk: Desk, importing: Import) -> None:
    def cancel(session: Session, _: Who) -> None:
        imports.cancel(session, importing.id, desk.user.id)

    done = say(desk.language, "Cancelled: nothing was changed in the shop.")
    name = say(desk.language, "Cancel the upload")
    st.button(name, key=f"cancel-{importing.id}", on_click=desk.act, args=(cancel, done))


def _offer_to_undo(desk: Desk, importing: Import) -> None:
    def undo(session: Session, _: Who) -> Import:
        return imports.undo(session, importing.id, desk.user.id)

    with st.expander(say(desk.language, "Undo this upload")):
        st.write(
            say(
                desk.language,
                "Prices and copies go back to what they were before it, new books go off sale. "
                "What was changed after it stays as it is.",
            )
        )
        st.button(
            say(desk.language, "Undo"),
            key=f"undo-{importing.id}",
            on_click=desk.act,
            args=(undo, "", lambda asked: st.session_state.update({_undoing(asked): True})),
        )


def _is_being_undone(importing: Import) -> bool:
    """The import itself says so only when it is done."""
    return importing.state is ImportState.APPLIED and _undoing(importing) in st.session_state


def _undoing(importing: Import) -> str:
    return f"undoing-{importing.id}"
