"""Catalogues: upload one, and see what came of those before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from streamlit.runtime.uploaded_file_manager import UploadedFile

from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from bookshop.translations import say, say_many
from seller_dashboard.desk import Desk
from seller_dashboard.views.catalogue import MOVING, badge
from seller_dashboard.wording import moment, plain

AT_MOST = 50
_ROUND = "upload_round"  # a new one is a new, empty uploader
_RECEIVED = "upload_received"  # the import that is to be looked at now


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
    if received := st.session_state.pop(_RECEIVED, None):
        st.switch_page(desk.places["catalogue"], query_params={"import": str(received)})
    st.title(say(desk.language, "Upload"))
    _ask_for_a_file(desk)
    with desk.reading() as session:
        found = uploads(session, desk.user.id)
    moving = any(upload.state in MOVING for upload in found)
    st.fragment(_show_uploads, run_every=1 if moving else None)(desk, moving)


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
    file: UploadedFile = st.session_state[key]
    st.session_state[_ROUND] += 1
    kept = imports.keep(file, desk.settings.uploads)
    desk.act(
        lambda session, _: imports.receive(session, desk.user.id, file.name, kept),
        then=lambda received: st.session_state.update({_RECEIVED: received.id}),
    )


def _show_uploads(desk: Desk, moved: bool) -> None:
    """Drawn every second while something moves; when it stops the page is drawn once more."""
    with desk.reading() as session:
        found = uploads(session, desk.user.id)
    if moved and not any(upload.state in MOVING for upload in found):
        st.rerun()
    _list(desk, found)


def _list(desk: Desk, found: Sequence[Upload]) -> None:
    if not found:
        st.info(say(desk.language, "You have not uploaded a catalogue yet."))
        return
    st.subheader(say(desk.language, "Uploaded before"))
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
