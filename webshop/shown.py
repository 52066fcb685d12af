"""How templates put values into words: money, dates, languages, covers."""

from collections.abc import Iterable
from datetime import datetime

from babel import Locale
from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, get_locale
from markupsafe import Markup, escape

from bookshop import money
from bookshop.money import Money
from bookshop.notifications import rendering
from search_index import categories
from webshop import context
from webshop.covers import cover_svg
from webshop.forms import control
from webshop.language import language


def set_up(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=shown_money,
        number=format_decimal,
        day=day,
        moment=moment,
        language_name=language_name,
        parent_section=categories.parent,
        section_name=categories.name,
    )
    app.jinja_env.globals.update(
        cover=cover, control=control, language=language, shop_name=shop_name, escaped=escape
    )


def shop_name() -> str:
    return rendering.shop_name(language(), context.settings().shop_name)


def shown_money(amount: Money) -> str:
    return money.shown(amount, language())


def cover(title: str, authors: Iterable[str], key: str) -> Markup:
    return cover_svg(title, tuple(authors), key)


def day(at: datetime) -> Markup:
    """23 November 2026, readable by programs too."""
    return _time(at, format_date(at, "d MMMM y"))


def moment(at: datetime) -> Markup:
    """23 November, 13:53."""
    return _time(at, format_datetime(at, "d MMMM, HH:mm"))


def language_name(code: str) -> str:
    """ "de" is "German", or "немецкий"."""
    here = get_locale() or Locale("en")
    return str(here.languages.get(code, code))


def _time(at: datetime, said: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), escape(said)
    )
