"""The report of an import in words, for whoever reads it in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bookshop.imports.columns import name_of
from bookshop.imports.models import ImportState
from bookshop.translations import N_, say, say_many

SHOWN_AT_MOST = 100
_DONE = {
    ImportState.APPLIED: N_("Done."),
    ImportState.CANCELLED: N_("Nothing was changed; this is what would be done."),
}
_COUNTS = {
    "new": N_("new: %(n)d"),
    "changed": N_("changed: %(n)d"),
    "unchanged": N_("unchanged: %(n)d"),
    "rejected": N_("refused: %(n)d"),
    "withdrawn": N_("taken off sale: %(n)d"),
}


def in_words(report: Mapping[str, Any], language: str) -> Iterator[str]:
    """Line by line."""
    if report["refused"]:
        yield report["refused"]["message"]
        return
    if done := _DONE.get(report["state"]):
        yield say(language, done)
    records = say_many(language, "%(n)d record", "%(n)d records", report["rows"])
    yield f"{report['filename']} ({report['format']}, {report['encoding']}): {records}"
    yield ", ".join(say(language, text, n=report[name]) for name, text in _COUNTS.items())
    refused, warned = (sum(report[f"{kind}_counts"].values()) for kind in ("problem", "warning"))
    if refused:
        yield say_many(language, "%(n)d problem:", "%(n)d problems:", refused)
        yield from _listed(report["problems"], refused, language)
    if warned:
        yield say_many(language, "%(n)d warning:", "%(n)d warnings:", warned)
        yield from _listed(report["warnings"], warned, language)


def is_told_by_line(one: Mapping[str, Any]) -> bool:
    """Or the file has many records on a line, and their numbers tell them apart."""
    return bool(one["record"] <= one["line"])


def _listed(told: Sequence[Mapping[str, Any]], count: int, language: str) -> Iterator[str]:
    shown = told[:SHOWN_AT_MOST]
    for one in shown:
        line = _place(one, language)
        value = f"“{one['value']}”" if one["value"] else ""
        what = _joined(" ", name_of(one["field"], language), value)
        yield "  " + _joined(": ", _joined(", ", line, what), one["message"])
    if count > len(shown):
        yield "  " + say(language, "… and %(n)d more.", n=count - len(shown))


def _joined(between: str, *parts: str) -> str:
    """Those that say something."""
    return between.join(filter(None, parts))


def _place(one: Mapping[str, Any], language: str) -> str:
    if not is_told_by_line(one):
        return say(language, "record %(n)d", n=one["record"])
    return say(language, "line %(n)d", n=one["line"]) if one["line"] else ""
