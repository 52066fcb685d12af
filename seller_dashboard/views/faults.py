"""What is wrong with the records of a catalogue: how often, where, and files to take along."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from bookshop.imports.columns import name_of
from bookshop.imports.models import Import, ImportState
from bookshop.imports.problems import WHOLE_FILE
from bookshop.imports.telling import is_told_by_line
from bookshop.translations import N_, say, say_many
from seller_dashboard.addresses import api
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section
from seller_dashboard.views.outcome import changes_nothing
from seller_dashboard.wording import VARIES, number, plain, told

SHOWN_AT_MOST = 100
TOLD_ABOVE = {  # about the whole file
    ImportState.PREVIEW: ("cut_short", "would_empty"),  # over the button that applies it
    ImportState.UNDONE: ("changed_later",),  # beside what it had done
}
NOT_ON_SALE = "nothing_to_withdraw"
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


def show_told_above(importing: Import, language: str) -> None:
    codes = TOLD_ABOVE.get(importing.state, ())
    for warning in in_words(importing.warnings, language):
        if warning["code"] in codes:
            st.warning(plain(warning["message"]), icon=":material/warning:")


def show_faults(desk: Desk, importing: Import) -> None:
    if importing.rejected:
        _show_refused(desk, importing, in_words(importing.problems, desk.language))
    counts = dict(importing.warning_counts)
    for code in TOLD_ABOVE.get(importing.state, ()):
        counts.pop(code, None)
    warnings = in_words(importing.warnings, desk.language)
    of_file = [one for one in warnings if one["record"] == WHOLE_FILE and one["code"] in counts]
    for warning in of_file:
        counts.pop(warning["code"], None)
    if of_file:
        _show_of_file(of_file, desk.language)
    if needless := counts.pop(NOT_ON_SALE, 0):
        _show_needless(importing, warnings, needless, desk.language)
    if counts:
        _show_warnings(importing, warnings, counts, desk.language)


def in_words(kept: Sequence[Mapping[str, Any]], language: str) -> list[Fault]:
    return [{**one, "message": told(one["text"], one["params"], language)} for one in kept]


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


def _show_of_file(warnings: Sequence[Fault], language: str) -> None:
    section(say(language, "About the file as a whole"))
    st.write("\n".join(f"- {plain(warning['message'])}" for warning in warnings))


def _show_needless(importing: Import, warnings: Sequence[Fault], count: int, language: str) -> None:
    section(
        say_many(
            language,
            "%(number)s record takes nothing off sale",
            "%(number)s records take nothing off sale",
            count,
            number=number(count, language),
        )
    )
    _show_some(importing, warnings, {NOT_ON_SALE: count}, "not-on-sale", language)


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
    _show_some(importing, warnings, counts, "warnings", language)


def _show_some(
    importing: Import,
    warnings: Sequence[Fault],
    counts: Mapping[str, int],
    name: str,
    language: str,
) -> None:
    """Those whose codes are counted."""
    some = [warning for warning in warnings if warning["code"] in counts]
    _show_by_code(some, counts, language)
    _show_table(some, counts, language)
    _offer_as_csv(some, f"{name}-{importing.id}", language)


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
    waits = importing.state is ImportState.PREVIEW and importing.accepted
    if waits and not changes_nothing(importing):
        return say(language, "Before that, apply what was accepted: it is not on sale yet.")
    if importing.state in (ImportState.APPLYING, ImportState.APPLIED):
        return say(language, "What was accepted stays as it is.")
    return ""


def _show_by_code(faults: Sequence[Fault], counts: Mapping[str, int], language: str) -> None:
    """What occurs most comes first."""
    if len(counts) < 2:
        return
    most = sorted(counts.items(), key=lambda item: -item[1])
    rows = [
        {
            say(language, "How many"): number(count, language),
            say(language, "What is wrong"): plain(_told_of_all(faults, code, language)),
        }
        for code, count in most
    ]
    st.table(rows, border="horizontal", hide_index=True)


def _told_of_all(faults: Sequence[Fault], code: str, language: str) -> str:
    """What is so of each with this code, in the words of the first."""
    alike = [fault for fault in faults if fault["code"] == code]
    if not alike:
        return code
    first = alike[0]
    params = {
        name: value if all(fault["params"].get(name) == value for fault in alike) else VARIES
        for name, value in first["params"].items()
    }
    return told(first["text"], params, language)


def _show_table(faults: Sequence[Fault], counts: Mapping[str, int], language: str) -> None:
    shown = faults[:SHOWN_AT_MOST]
    with st.expander(say(language, "Line by line"), expanded=len(counts) < 2):
        rows = [_row(fault, language) for fault in shown]
        st.table(rows, border="horizontal", hide_index=True)
        if sum(counts.values()) > len(shown):
            st.caption(say(language, "The first %(n)d are shown.", n=len(shown)))


def _offer_as_csv(faults: Sequence[Fault], name: str, language: str) -> None:
    st.download_button(
        say(language, "Download these warnings as CSV"),
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
