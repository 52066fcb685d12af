"""A seller's earlier uploads: when each came, what it brought, and the file itself."""

from collections.abc import Sequence

import streamlit as st

from bookshop.imports import history
from bookshop.imports.history import PastImport
from bookshop.imports.models import Door, ImportState
from bookshop.translations import N_, say, say_many
from seller_dashboard.addresses import api
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section
from seller_dashboard.views.catalogue import badge
from seller_dashboard.views.outcome import done
from seller_dashboard.wording import moment, number, plain

PER_PAGE = 20
_PAGE = "history-page"
CAME_BY = {
    Door.DASHBOARD: N_("uploaded here %(when)s"),
    Door.API: N_("uploaded over the API %(when)s"),
    Door.COMMAND_LINE: N_("brought by an operator %(when)s"),
}
ENDED = {
    ImportState.UNDONE: N_("undone %(when)s"),
    ImportState.CANCELLED: N_("cancelled %(when)s"),
}


def show_history(desk: Desk) -> None:
    with desk.reading() as session:
        page = st.session_state.get(_PAGE, 1)
        found = history.of_seller(session, desk.user.id, page, PER_PAGE)
    if not found.total:
        st.info(say(desk.language, "You have not uploaded a catalogue yet."))
        return
    section(say(desk.language, "Uploaded before"))
    _list(desk, found.imports)
    if found.total > PER_PAGE:
        st.pagination(-(-found.total // PER_PAGE), key=_PAGE)


def summary(past: PastImport, language: str) -> list[str]:
    parts = [say(language, CAME_BY[past.door], when=moment(past.uploaded_at, language))]
    if past.applied_at:
        when = moment(past.applied_at, language)
        parts.append(say(language, "applied %(when)s", when=when))
    if past.ended_at and past.state in ENDED:
        parts.append(say(language, ENDED[past.state], when=moment(past.ended_at, language)))
    if past.rows:
        rows = number(past.rows, language)
        parts.append(
            say_many(language, "%(rows)s record", "%(rows)s records", past.rows, rows=rows)
        )
    parts += done(past, language)
    if past.rejected:
        parts.append(say(language, "%(n)s refused", n=number(past.rejected, language)))
    return parts


def _list(desk: Desk, found: Sequence[PastImport]) -> None:
    for past in found:
        with st.container(border=True):
            st.page_link(
                desk.places["catalogue"],
                label=f"**{plain(past.filename)}**",
                query_params={"import": str(past.id)},
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                badge(past, desk.language)
                st.caption(" · ".join(summary(past, desk.language)))
                if past.path:
                    _offer_original(desk, past)


def _offer_original(desk: Desk, past: PastImport) -> None:
    st.link_button(
        say(desk.language, "Original file"),
        api(desk.settings, f"/seller/imports/{past.id}/original"),
        key=f"original-{past.id}",
        type="tertiary",
        icon=":material/download:",
    )
