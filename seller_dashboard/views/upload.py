"""Catalogues: upload one, see what came of those before, take what is on sale along.

Nothing here renews itself: a renewal that meets an upload on its way loses it. The page of each
catalogue does.
"""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from bookshop.exports.formats import FORMATS
from bookshop.imports import service as imports
from bookshop.imports.uploads import keep
from bookshop.translations import say
from seller_dashboard import uploader
from seller_dashboard.addresses import api
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section, title
from seller_dashboard.views.catalogue import RECEIVED
from seller_dashboard.views.history import show_history

_ROUND = "upload_round"  # a new one is a new, empty uploader
_TAKEN = "upload_taken"  # the file that came last: its callback may be called twice


def page(desk: Desk) -> None:
    if received := st.session_state.get(RECEIVED):
        st.switch_page(desk.places["catalogue"], query_params={"import": str(received)})
    title(say(desk.language, "Upload"))
    _ask_for_a_file(desk)
    show_history(desk)
    _offer_export(desk)


def _ask_for_a_file(desk: Desk) -> None:
    st.write(
        say(
            desk.language,
            "A catalogue in CSV, Yandex Market YML, YAML or ONIX 3, as it is or packed as zip or "
            "gz. It is checked first; nothing changes in the shop before you say so.",
        )
    )
    uploader.speak(desk.language)
    key = f"file-{st.session_state.setdefault(_ROUND, 0)}"
    st.file_uploader(
        say(desk.language, "Your catalogue"), key=key, on_change=_take_in, args=(desk, key)
    )
    st.caption(
        say(
            desk.language,
            "Up to 100 MB here. Larger files, up to 2 GB, go through the [REST API](%(docs)s): "
            "POST %(address)s",
            docs=api(desk.settings, "/docs"),
            address=f"`{api(desk.settings, '/seller/imports')}`",
        )
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


def _offer_export(desk: Desk) -> None:
    section(say(desk.language, "Download your offers"))
    st.write(
        say(
            desk.language,
            "All that you have on sale, to keep or to change and upload again.",
        )
    )
    with st.container(horizontal=True):
        for format in FORMATS.values():
            st.link_button(
                format.title,
                api(desk.settings, f"/seller/offers/export?format={format.name}"),
                key=f"export-{format.name}",
                icon=":material/download:",
            )
