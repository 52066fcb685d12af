"""What a catalogue would change in the shop, before anything is changed."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from bookshop import money
from bookshop.imports.models import Import, ImportState
from bookshop.translations import say, say_many
from seller_dashboard.amounts import show_amounts
from seller_dashboard.views.faults import show_told_above
from seller_dashboard.wording import number, plain

SHOWN_AT_MOST = 100

Sample = Mapping[str, Any]


def show_counts(importing: Import, language: str) -> None:
    """Of what would be done; once it is applied, of what was."""
    if importing.state is ImportState.PREVIEW:
        changed = say(language, "Will change")
        gone = {say(language, "Not in the file"): importing.missing}
    else:
        changed = say(language, "Changed")
        gone = {say(language, "Taken off sale"): importing.withdrawn}
    counts = {
        say(language, "New books"): importing.new,
        changed: importing.changed,
        say(language, "Unchanged"): importing.unchanged,
        say(language, "Refused"): importing.rejected,
        **gone,
    }
    with st.container(horizontal=True):
        for name, count in counts.items():
            st.metric(name, number(count, language), width="content")


def show_cautions(importing: Import, language: str) -> None:
    """What may be wrong with all of it, above the button that applies it."""
    show_told_above(importing, language)
    jumps = importing.warning_counts.get("price_jump", 0)
    if jumps:
        text = say_many(
            language,
            "%(number)s price changes more than tenfold: look among the warnings whether it is "
            "right.",
            "%(number)s prices change more than tenfold: look among the warnings whether they are "
            "right.",
            jumps,
            number=number(jumps, language),
        )
        st.warning(text, icon=":material/warning:")


def show_samples(importing: Import, language: str) -> None:
    """What changes is open; if nothing does, what is new."""
    kinds = ("changed", "new", "missing")
    changed, new, missing = (importing.preview.get(kind, ()) for kind in kinds)
    changes = _where_said([_change(sample, language) for sample in changed], say(language, "Also"))
    news, gone = ([_offer(sample, language) for sample in some] for some in (new, missing))
    amounts = [say(language, "Price")]
    if changes:
        with _opened(say(language, "What changes"), importing.changed, language, is_open=True):
            _show(changes, importing.changed, language)
    if news:
        is_open = not changes
        with _opened(say(language, "New books"), importing.new, language, is_open=is_open):
            _show(news, importing.new, language, amounts)
    if gone:
        with _opened(say(language, "Not in the file"), importing.missing, language):
            _show(gone, importing.missing, language, amounts)


def _opened(
    name: str, count: int, language: str, *, is_open: bool = False
) -> AbstractContextManager[object]:
    return st.expander(f"{name}: {number(count, language)}", expanded=is_open)


def _show(
    rows: Sequence[Mapping[str, object]], count: int, language: str, amounts: Sequence[str] = ()
) -> None:
    shown = rows[:SHOWN_AT_MOST]
    show_amounts(shown, amounts, language)
    if count > len(shown):
        st.caption(say(language, "The first %(n)d are shown.", n=len(shown)))


def _offer(sample: Sample, language: str) -> dict[str, object]:
    return {
        say(language, "Title"): _named(sample),
        say(language, "Price"): sample["price"],
        say(language, "Copies"): sample["on_hand"],
    }


def _change(sample: Sample, language: str) -> dict[str, object]:
    price = [money.shown(sample[name], language) for name in ("price_before", "price")]
    copies = [str(sample[name]) for name in ("on_hand_before", "on_hand")]
    return {
        say(language, "Title"): _named(sample),
        say(language, "Price"): _from_to(*price),
        say(language, "Copies"): _from_to(*copies),
        say(language, "Also"): _else(sample, language),
    }


def _else(sample: Sample, language: str) -> str:
    if not sample["on_sale_before"]:
        return say(language, "on sale again")
    if before := sample.get("title_before"):
        return say(language, "was called “%(title)s”", title=plain(before))
    offer = ("price", sample["price_before"]), ("on_hand", sample["on_hand_before"])
    if all(sample[name] == before for name, before in offer):
        return say(language, "what is told of the book")
    return ""


def _where_said(rows: Sequence[dict[str, object]], column: str) -> Sequence[dict[str, object]]:
    """Without a column that says nothing in any row."""
    if not any(row[column] for row in rows):
        rows = [{name: value for name, value in row.items() if name != column} for row in rows]
    return rows


def _from_to(before: str, after: str) -> str:
    return _no_break(after) if before == after else f"{_no_break(before)} → {_no_break(after)}"


def _named(sample: Sample) -> str:
    return plain(" · ".join(filter(None, (sample["title"], sample["authors"]))))


def _no_break(amount: str) -> str:
    return plain(amount).replace(" ", "\N{NO-BREAK SPACE}")
