"""Catalogues: upload one, and see what came of those before.

Nothing here renews itself: a renewal that meets an upload on its way loses it. The page of each
catalogue does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from streamlit.runtime.uploaded_file_manager import UploadedFile

from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from bookshop.imports.uploads import keep
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section, title
from seller_dashboard.views.catalogue import RECEIVED, badge
from seller_dashboard.wording import moment, plain

AT_MOST = 50
_ROUND = "upload_round"  # a new one is a new, empty uploader
_TAKEN = "upload_taken"  # the file that came last: its callback may be called twice


@dataclass(frozen=True)
class Upload:
    """A line of the list. The problems of a file may be megabytes: they stay where they are."""

    id: int
    filename: str
    state: ImportState
    rows: int
    rejected: int
    uploaded_at: datetime


def uploads(session: Session, seller_id: int, limit: int = AT_MOST) -> list[Upload]:
    """Newest first."""
    columns = [getattr(Import, name) for name in Upload.__dataclass_fields__]
    query = select(*columns).where(Import.seller_id == seller_id)
    rows = session.execute(query.order_by(Import.id.desc()).limit(limit))
    return [Upload(*row) for row in rows]


def page(desk: Desk) -> None:
    if received := st.session_state.get(RECEIVED):
        st.switch_page(desk.places["catalogue"], query_params={"import": str(received)})
    title(say(desk.language, "Upload"))
    _ask_for_a_file(desk)
    with desk.reading() as session:
        found = uploads(session, desk.user.id)
    _list(desk, found)


def _ask_for_a_file(desk: Desk) -> None:
    st.write(
        say(
            desk.language,
            "A catalogue in CSV, Yandex Market YML or YAML. It is checked first; nothing changes "
            "in the shop before you say so.",
        )
    )
    key = f"file-{st.session_state.setdefault(_ROUND, 0)}"
    st.file_uploader(
        say(desk.language, "Your catalogue"), key=key, on_change=_take_in, args=(desk, key)
    )


def _take_in(desk: Desk, key: str) -> None:
    """To disk at once: what the uploader holds, it holds in memory."""
    file: UploadedFile | None = st.session_state.get(key)
    if file is None or st.session_state.get(_TAKEN) == file.file_id:
        return
    st.session_state[_TAKEN] = file.file_id
    st.session_state[_ROUND] += 1
    kept = keep(file, desk.settings.uploads)
    desk.act(
        lambda session, _: imports.receive(session, desk.user.id, file.name, kept),
        then=lambda received: st.session_state.update({RECEIVED: received.id}),
    )


def _list(desk: Desk, found: Sequence[Upload]) -> None:
    if not found:
        st.info(say(desk.language, "You have not uploaded a catalogue yet."))
        return
    section(say(desk.language, "Uploaded before"))
    for upload in found:
        with st.container(border=True):
            st.page_link(
                desk.places["catalogue"],
                label=f"**{plain(upload.filename)}**",
                query_params={"import": str(upload.id)},
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                badge(upload.state, desk.language)
                st.caption(" · ".join(_summary(upload, desk.language)))


def _summary(upload: Upload, language: str) -> list[str]:
    parts = [moment(upload.uploaded_at, language)]
    if upload.rows:
        parts.append(say_many(language, "%(n)d record", "%(n)d records", upload.rows))
    if upload.rejected:
        parts.append(say(language, "%(n)d refused", n=upload.rejected))
    return parts
