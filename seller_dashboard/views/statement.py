"""What a seller earned, month by month."""

from datetime import date

import streamlit as st

from bookshop import money
from bookshop.database import now
from bookshop.money import Money
from bookshop.orders import parcels
from bookshop.payments import statement
from bookshop.payments.statement import Statement, StatementLine
from bookshop.translations import N_, SHOP_ZONE, say
from seller_dashboard.amounts import show_amounts
from seller_dashboard.desk import Desk
from seller_dashboard.headings import title
from seller_dashboard.wording import month, short_day


def months(first: date, last: date) -> list[date]:
    """The first day of each, newest first."""
    begin, count = first.year * 12 + first.month - 1, (last.year - first.year) * 12
    count += last.month - first.month
    return [date(n // 12, n % 12 + 1, 1) for n in range(begin + count, begin - 1, -1)]


def page(desk: Desk) -> None:
    title(say(desk.language, "Money"))
    first = desk.user.created_at.astimezone(SHOP_ZONE).date()
    chosen = st.selectbox(
        say(desk.language, "Month"),
        months(first, now().astimezone(SHOP_ZONE).date()),
        format_func=lambda one: month(one, desk.language),
    )
    with desk.reading() as session:
        found = statement.of_month(session, desk.user.id, chosen.year, chosen.month)
        numbers = parcels.numbers(session, {line.parcel_id for line in found.lines})
    _show(found, numbers, desk)


def _show(found: Statement, numbers: dict[int, str], desk: Desk) -> None:
    language = desk.language
    _show_totals(found, language)
    if found.owed:
        owed = money.shown(found.owed, language)
        st.warning(
            say(language, "%(owed)s for returned books goes off your next transfers.", owed=owed)
        )
    if not found.lines:
        st.info(say(language, "No parcel was received this month."))
        return
    rows = [_row(line, numbers[line.parcel_id], desk) for line in found.lines]
    amounts = [say(language, name) for name in ("Yours", "Paid out")]
    show_amounts(rows, amounts, language, none=say(language, "on its way"))


def _show_totals(found: Statement, language: str) -> None:
    totals = {
        say(language, "Sold for"): found.total,
        say(language, "Commission"): found.commission,
        say(language, "Yours"): found.amount,
        say(language, "Paid out"): found.paid_out,
    }
    with st.container(horizontal=True):
        for name, amount in totals.items():
            st.metric(name, money.shown(amount, language), width="content")


def _row(line: StatementLine, number: str, desk: Desk) -> dict[str, str | int | None]:
    """Few columns: a telephone has no room for more."""
    language = desk.language
    return {
        say(language, "What"): _what(line, number, desk) + "  \n" + _made_of(line, language),
        say(language, "Yours"): line.amount,
        say(language, "Paid out"): line.paid_out,
    }


def _what(line: StatementLine, number: str, desk: Desk) -> str:
    text = N_("return, parcel %(number)s") if line.is_return else N_("sale, parcel %(number)s")
    link = f"[{number}]({desk.settings.dashboard_url}/parcel?parcel={line.parcel_id})"
    return f"{short_day(line.at, desk.language)}: {say(desk.language, text, number=link)}"


def _made_of(line: StatementLine, language: str) -> str:
    parts = [
        money.shown(line.total, language),
        _with(say(language, "commission"), Money(-line.commission), language),
        _with(say(language, "withheld for returns"), Money(-line.withheld), language),
    ]
    return ", ".join(filter(None, parts))


def _with(name: str, amount: Money, language: str) -> str:
    return f"{name} {money.shown(amount, language)}" if amount else ""
