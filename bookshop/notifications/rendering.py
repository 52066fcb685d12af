"""Put a letter into words: one template, said once as HTML and once as plain text.

Both come from the same sentences, so they cannot tell different things; how a paragraph, a table
or a button looks is in the templates _letter.* and _blocks.*.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, Literal

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from bookshop import money
from bookshop.notifications.letters import LetterKind
from bookshop.translations import N_, SHOP_ZONE, say, translations

SHOP_NAME = N_("Book Row")
WIDTH = 72  # of the plain text

Form = Literal["html", "txt"]
_LINES_APART = re.compile(r"\s*\n(?:[ \t]*\n)+")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: LetterKind, language: str, facts: Mapping[str, Any]) -> Rendered:
    subject = _subject(kind, language, facts)
    said = {"kind": kind, "subject": subject, **facts}
    shop = facts["shop_name"]
    html = _environment(language, "html", shop).get_template(kind.template).render(said)
    text = _environment(language, "txt", shop).get_template(kind.template).render(said)
    return Rendered(subject, _tidy(text), html)


def shop_name(language: str, named: str) -> str:
    """`named` is what the settings say; blank, it is the name in the reader's language."""
    return named or say(language, SHOP_NAME)


def _subject(kind: LetterKind, language: str, facts: Mapping[str, Any]) -> str:
    names = {
        "shop_name": facts["shop_name"],
        "order": facts["order"].id if "order" in facts else "",
        "parcel": facts.get("parcel_number", ""),
        "title": _on_one_line(facts["book"].title) if "book" in facts else "",
    }
    return say(language, kind.subject, **names)


def _on_one_line(text: str) -> str:
    """Whatever a title is made of, it can never begin a second header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


@cache
def _environment(language: str, form: Form, shop_name: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("bookshop.notifications"),
        autoescape=form == "html",  # noqa: S701, plain text is not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else each letter looks whether its files have changed
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        translations(language), newstyle=True
    )
    environment.globals.update(
        form=form, language=language, shop_name=shop_name, row=_row, WIDTH=WIDTH
    )
    environment.filters.update(
        money=partial(money.shown, language=language),
        percent=partial(format_decimal, format="0.##", locale=language),
        moment=partial(_time, "d\N{NO-BREAK SPACE}MMMM, HH:mm", language),
        full_moment=partial(_time, "d\N{NO-BREAK SPACE}MMMM y, HH:mm", language),
    )
    return environment


def _time(pattern: str, language: str, at: datetime) -> str:
    return format_datetime(at, pattern, tzinfo=SHOP_ZONE, locale=language)


def _row(left: str, right: str) -> str:
    """A line of a plain text table; one that is too long keeps its right end below it."""
    room = WIDTH - len(right) - 1
    return f"{left:<{room}} {right}" if len(left) <= room else f"{left}\n{right:>{WIDTH}}"


def _tidy(text: str) -> str:
    """Exactly one blank line between two paragraphs."""
    return _LINES_APART.sub("\n\n", text).strip() + "\n"
