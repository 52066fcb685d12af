"""What is wrong with the records of a catalogue: how often, where, and files to take along."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from bookshop.imports.columns import name_of
from bookshop.imports.models import Import, ImportState
from bookshop.imports.telling import is_told_by_line
from bookshop.translations import N_, say, say_many
from seller_dashboard.addresses import api
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section
from seller_dashboard.wording import number, plain

SHOWN_AT_MOST = 100
CAUTIONS = ("cut_short", "would_empty")  # about the whole file: told above the button to apply it
COLUMNS = ("line", "record", "field", "value", "message")
TITLES = {
    "line": N_("Line"),
    "record": N_("Record"),
    "field": N_("Field"),
    "value": N_("Value"),
    "message": N_("What is wrong"),
}
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Fault = Mapping[str, Any]


def show_faults(desk: Desk, importing: Import, report: Mapping[str, Any]) -> None:
    if importing.rejected:
        _show_refused(desk, importing, report["problems"])
    told_above = CAUTIONS if importing.state is ImportState.PREVIEW else ()
    counts = {code: n for code, n in importing.warning_counts.items() if code not in told_above}
    if counts:
        warnings = [warning for warning in report["warnings"] if warning["code"] in counts]
        _show_warnings(importing, warnings, counts, desk.language)


def told_of(faults: Sequence[Fault], code: str) -> list[Fault]:
    return [fault for fault in faults if fault["code"] == code]


def as_csv(faults: Sequence[Fault], language: str) -> bytes:
    """As spreadsheets open it, and with nothing in it that they would compute."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(say(language, TITLES[name]) for name in COLUMNS)
    for fault in faults:
        told = {**fault, "field": name_of(fault["field"], language)}
        writer.writerow(_harmless(told[name]) for name in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def _show_refused(desk: Desk, importing: Import, problems: Sequence[Fault]) -> None:
    refused, language = importing.rejected, desk.language
    section(
        say_many(
            language,
            "%(number)s record is refused",
            "%(number)s records are refused",
            refused,
            number=number(refused, language),
        )
    )
    _offer_refused(desk, importing)
    _show_by_code(problems, importing.problem_counts, language)
    _show_table(problems, importing.problem_counts, language)


def _show_warnings(
    importing: Import, warnings: Sequence[Fault], counts: Mapping[str, int], language: str
) -> None:
    warned = sum(counts.values())
    section(
        say_many(
            language,
            "%(number)s warning",
            "%(number)s warnings",
            warned,
            number=number(warned, language),
        )
    )
    st.caption(say(language, "These records are accepted; look whether they are right."))
    _show_by_code(warnings, counts, language)
    _show_table(warnings, counts, language)
    _offer_as_csv(warnings, f"warnings-{importing.id}", language)


def _harmless(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(BEGINS_A_FORMULA)
    return f"'{value}" if is_formula else value


def _offer_refused(desk: Desk, importing: Import) -> None:
    if not importing.path:
        return
    st.write(
        say(
            desk.language,
            "Take the refused records along as a file of their own, each with the reason. Mend "
            "them there and upload that file.",
        ),
        _what_becomes_of_the_others(importing, desk.language),
    )
    st.link_button(
        say(desk.language, "Download the refused records"),
        api(desk.settings, f"/seller/imports/{importing.id}/refused"),
        icon=":material/download:",
    )


def _what_becomes_of_the_others(importing: Import, language: str) -> str:
    if importing.state is ImportState.PREVIEW and importing.accepted:
        return say(language, "Before that, apply what was accepted: it is not on sale yet.")
    if importing.state in (ImportState.APPLYING, ImportState.APPLIED):
        return say(language, "What was accepted stays as it is.")
    return ""


def _show_by_code(faults: Sequence[Fault], counts: Mapping[str, int], language: str) -> None:
    """What occurs most comes first, told by the words of the first that has it."""
    if len(counts) < 2:
        return
    first = {fault["code"]: fault["message"] for fault in reversed(faults)}
    most = sorted(counts.items(), key=lambda item: -item[1])
    rows = [
        {
            say(language, "How many"): number(count, language),
            say(language, "What is wrong, for example"): plain(first.get(code, code)),
        }
        for code, count in most
    ]
    st.table(rows, border="horizontal", hide_index=True)


def _show_table(faults: Sequence[Fault], counts: Mapping[str, int], language: str) -> None:
    shown = faults[:SHOWN_AT_MOST]
    with st.expander(say(language, "Line by line"), expanded=len(counts) < 2):
        rows = [_row(fault, language) for fault in shown]
        st.table(rows, border="horizontal", hide_index=True)
        if sum(counts.values()) > len(shown):
            st.caption(say(language, "The first %(n)d are shown.", n=len(shown)))


def _offer_as_csv(faults: Sequence[Fault], name: str, language: str) -> None:
    st.download_button(
        say(language, "Download as CSV"),
        partial(as_csv, faults, language),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download-{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def _row(fault: Fault, language: str) -> dict[str, object]:
    """Field and value together: the message needs the room, on a telephone above all."""
    where = filter(None, (name_of(fault["field"], language), fault["value"]))
    return {
        say(language, "Line"): _place(fault, language),
        say(language, "In the file"): plain(": ".join(where)),
        say(language, "What is wrong"): plain(fault["message"]),
    }


def _place(fault: Fault, language: str) -> str:
    if not is_told_by_line(fault):
        return say(language, "record %(n)d", n=fault["record"])
    return str(fault["line"] or "")
