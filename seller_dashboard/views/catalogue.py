"""One uploaded catalogue, ?import=3: what it would do or did, and what is wrong with it."""

from dataclasses import dataclass

import streamlit as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.errors import NotFound
from bookshop.imports import service as imports
from bookshop.imports.history import PastImport
from bookshop.imports.models import Import, ImportState
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.views.columns import ask_for_columns, offer_to_correct_columns
from seller_dashboard.views.faults import show_faults, show_told_above
from seller_dashboard.views.import_actions import (
    is_being_undone,
    offer_to_apply,
    offer_to_cancel,
    offer_to_undo,
)
from seller_dashboard.views.outcome import show_undone
from seller_dashboard.views.preview import show_cautions, show_counts, show_samples
from seller_dashboard.wording import COLUMNS_ASKED, IMPORT_STATES, number, plain

MOVING = (ImportState.RECEIVED, ImportState.CHECKING, ImportState.APPLYING)
LARGEST_ID = 2**31 - 1
RECEIVED = "upload_received"  # an import on its way to this page; forgotten once it is here


@dataclass(frozen=True)
class Progress:
    state: ImportState
    part: float  # of the work at hand, 0 to 1
    records: int  # so far
    accepted: int  # known from when it is checked


def found(session: Session, wanted: str, seller_id: int) -> Import:
    """`wanted` comes from the address bar. Raises NoSuchImport, also for somebody else's."""
    if not (wanted.isascii() and wanted.isdigit() and int(wanted) <= LARGEST_ID):
        raise imports.NoSuchImport
    return imports.get(session, int(wanted), seller_id)


def progress(session: Session, import_id: int) -> Progress:
    """How far it has come, without the problems, which may be many."""
    columns = (Import.progress, Import.rows, Import.applied_records, Import.accepted)
    query = select(Import.state, *columns).where(Import.id == import_id)
    state, part, read, applied, accepted = session.execute(query).one()
    records = applied if state is ImportState.APPLYING else read
    return Progress(state, min(1.0, part / 1000), records, accepted)


def badge(one: Import | PastImport, language: str) -> None:
    """A file that only waits for its columns to be named is not one that cannot be read."""
    waits = one.refused and one.refused["code"] == "missing_columns"
    text, colour = COLUMNS_ASKED if waits else IMPORT_STATES[one.state]
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
    badge(importing, desk.language)
    if importing.state in MOVING or is_being_undone(importing):
        st.fragment(_watch, run_every=1)(desk, importing.id, importing.state)
    _show(desk, importing)


def _watch(desk: Desk, import_id: int, state: ImportState) -> None:
    """Drawn every second, until the state is another one."""
    with desk.reading() as session:
        now = progress(session, import_id)
    if now.state is not state:
        st.rerun()
    match state:
        case ImportState.RECEIVED:
            st.info(say(desk.language, "The file will be checked in a moment."))
        case ImportState.CHECKING:
            doing = say(desk.language, "The file is being checked. You may leave this page.")
            st.progress(now.part, _with_records(doing, now.records, desk.language))
        case ImportState.APPLYING:
            st.progress(now.part, _going_on_sale(now, desk.language))
            st.caption(
                say(
                    desk.language,
                    "You may leave this page. It cannot be cancelled now; when it is done, it can "
                    "be undone.",
                )
            )
        case _:
            st.info(say(desk.language, "It is being undone."))


def _with_records(doing: str, records: int, language: str) -> str:
    so_far = say_many(
        language,
        "%(number)s record so far.",
        "%(number)s records so far.",
        records,
        number=number(records, language),
    )
    return f"{doing} {so_far}" if records else doing


def _going_on_sale(now: Progress, language: str) -> str:
    return say_many(
        language,
        "The books are going on sale: %(done)s of %(number)s record.",
        "The books are going on sale: %(done)s of %(number)s records.",
        now.accepted,
        done=number(now.records, language),
        number=number(now.accepted, language),
    )


def _show(desk: Desk, importing: Import) -> None:
    match importing.state:
        case ImportState.RECEIVED | ImportState.CHECKING:
            offer_to_cancel(desk, importing)
            return
        case ImportState.REFUSED:
            if importing.columns:
                ask_for_columns(desk, importing)
            else:
                report = imports.report(importing, desk.language)
                st.error(plain(report["refused"]["message"]))
            return
        case ImportState.PREVIEW:
            show_counts(importing, desk.language)
            show_cautions(importing, desk.language)
            offer_to_apply(desk, importing)
            show_samples(importing, desk.language)
            offer_to_correct_columns(desk, importing)
        case ImportState.APPLIED:
            show_counts(importing, desk.language)
            if importing.path and not is_being_undone(importing):
                offer_to_undo(desk, importing)
        case ImportState.UNDONE:
            show_undone(importing, desk.language)
            show_told_above(importing, desk.language)
    show_faults(desk, importing)
