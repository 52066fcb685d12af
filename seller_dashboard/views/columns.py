"""Which column of a seller's table is which: he says so where it cannot be told, or was wrongly."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bookshop.imports import service as imports
from bookshop.imports.columns import FIELDS, NEEDED, likely, name_of, values_of
from bookshop.imports.models import Import
from bookshop.orders.moving import Who
from bookshop.stock.service import MOST_ON_HAND
from bookshop.translations import say
from seller_dashboard.desk import Desk, show_told
from seller_dashboard.headings import section
from seller_dashboard.wording import plain

SHOWN_AT_MOST = 60  # columns: what stands further right is read as it was told
FORM = "columns"
NOT_READ = ""
WIDTHS = (3, 4, 4)  # of a column's name, its first values, and what it is read as


def ask_for_columns(desk: Desk, importing: Import) -> None:
    """The file was refused because it cannot be told where title or price stands."""
    told = importing.columns or {}
    section(say(desk.language, "Which column is which?"))
    st.write(
        say(
            desk.language,
            "The first line of the file holds no name that we know for: %(missing)s. Choose the "
            "columns, and the file is read.",
            missing=", ".join(_needed(told["read_as"].values(), desk.language)),
        )
    )
    columns = _with_guesses(told)
    if columns != told:
        st.write(
            say(
                desk.language,
                "Some are chosen beforehand, by their values: look whether that is right.",
            )
        )
    _show_form(desk, importing, columns)


def offer_to_correct_columns(desk: Desk, importing: Import) -> None:
    if importing.columns:
        with st.expander(say(desk.language, "Columns")):
            _show_form(desk, importing, importing.columns)


def _needed(read: Collection[str], language: str) -> list[str]:
    """What a record cannot do without, and no column is read as."""
    return [name_of(field, language) for field in NEEDED if field not in read]


def _with_guesses(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where nothing was read as yet, what is likely is chosen beforehand."""
    known = columns["read_as"]
    return {**columns, "read_as": known | likely(columns["header"], columns["samples"], known)}


def mapping_of(columns: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """Of every column: as it was chosen, else as it was told."""
    told = columns["read_as"]
    return {name: chosen.get(name, told.get(name, NOT_READ)) for name in columns["header"]}


def _show_form(desk: Desk, importing: Import, columns: Mapping[str, Any]) -> None:
    places = _shown(columns["header"])
    copies = f"copies-{importing.id}"

    def name_columns(session: Session, _: Who) -> None:
        chosen = {name: st.session_state[_key(importing, place)] for name, place in places.items()}
        mapping = mapping_of(columns, chosen)
        imports.name_columns(session, importing.id, desk.user.id, mapping, st.session_state[copies])

    with st.form(f"{FORM}-{importing.id}"):
        st.caption(say(desk.language, "It is remembered for the next file with the same columns."))
        for name, place in places.items():
            _ask_for_column(columns, name, place, _key(importing, place), desk.language)
        if len(places) < len(set(columns["header"])):
            st.caption(say(desk.language, "The first %(n)d columns are shown.", n=len(places)))
        _ask_for_copies(importing, copies, desk.language)
        show_told(FORM)
        st.form_submit_button(
            say(desk.language, "Read the file so"),
            type="primary",
            on_click=partial(desk.act, name_columns, form=FORM),
        )


def _shown(header: Sequence[str]) -> dict[str, int]:
    """Of columns with the same name the first, and not all of thousands."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name, place)
    return dict(list(places.items())[:SHOWN_AT_MOST])


def _ask_for_column(
    columns: Mapping[str, Any], name: str, place: int, key: str, language: str
) -> None:
    label = plain(name) or say(language, "Column %(n)d, without a name", n=place + 1)
    called, values, choice = st.columns(WIDTHS, vertical_alignment="center")
    called.markdown(f"**{label}**")
    values.caption(_first_values(columns["samples"], place))
    told = columns["read_as"].get(name, NOT_READ)
    options = [NOT_READ, *FIELDS]
    choice.selectbox(
        label,
        options,
        options.index(told),
        format_func=partial(_field_name, language=language),
        key=key,
        label_visibility="collapsed",
    )


def _ask_for_copies(importing: Import, key: str, language: str) -> None:
    st.number_input(
        say(language, "Copies of each book where the file does not say"),
        min_value=0,
        max_value=MOST_ON_HAND,
        value=importing.default_stock,
        placeholder="1",
        key=key,
    )


def _first_values(samples: Sequence[Sequence[str]], place: int) -> str:
    return " · ".join(map(plain, values_of(samples, place))) or "—"


def _field_name(field: str, language: str) -> str:
    return name_of(field, language) or say(language, "do not read")


def _key(importing: Import, place: int) -> str:
    return f"column-{importing.id}-{place}"
