"""What is wrong with the records of a catalogue: tables to read and a file to take along."""

import csv
import io
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from bookshop.imports.problems import WHOLE_ROW
from bookshop.translations import N_, say, say_many
from seller_dashboard.headings import section
from seller_dashboard.wording import plain

SHOWN_AT_MOST = 100
COLUMNS = ("line", "record", "field", "value", "message")
TITLES = {
    "line": N_("Line"),
    "record": N_("Record"),
    "field": N_("Field"),
    "value": N_("Value"),
    "message": N_("What is wrong"),
}
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show_faults(report: dict[str, Any], import_id: int, language: str) -> None:
    problems, warnings = report["problems"], report["warnings"]
    if problems:
        refused = report["rejected"]
        section(say_many(language, "%(n)d record is refused", "%(n)d records are refused", refused))
        _show_table(problems, f"problems-{import_id}", language)
    if warnings:
        section(say_many(language, "%(n)d warning", "%(n)d warnings", len(warnings)))
        st.caption(say(language, "These records are accepted; look whether they are right."))
        _show_table(warnings, f"warnings-{import_id}", language)


def as_csv(faults: Sequence[dict[str, Any]], language: str) -> bytes:
    """As spreadsheets open it, and with nothing in it that they would compute."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(say(language, TITLES[name]) for name in COLUMNS)
    writer.writerows([_harmless(fault[name]) for name in COLUMNS] for fault in faults)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(BEGINS_A_FORMULA)
    return f"'{value}" if is_formula else value


def _show_table(faults: Sequence[dict[str, Any]], name: str, language: str) -> None:
    rows = [_row(fault, language) for fault in faults[:SHOWN_AT_MOST]]
    st.table(rows, border="horizontal", hide_index=True)
    if len(faults) > SHOWN_AT_MOST:
        st.caption(say(language, "The first %(n)d are shown.", n=SHOWN_AT_MOST))
    st.download_button(
        say(language, "Download all as CSV"),
        partial(as_csv, faults, language),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download-{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def _row(fault: dict[str, Any], language: str) -> dict[str, object]:
    """Field and value together: the message needs the room, on a telephone above all."""
    where = [str(fault[name]) for name in ("field", "value") if fault[name] != WHOLE_ROW]
    return {
        say(language, "Line"): fault["line"],
        say(language, "In the file"): plain(": ".join(part for part in where if part)),
        say(language, "What is wrong"): plain(fault["message"]),
    }
