"""One parcel, ?parcel=12: what is in it, where it goes, what happened, and what can be done now."""

import streamlit as st

from bookshop import money
from bookshop.database import now
from bookshop.errors import NotFound
from bookshop.orders import parcels
from bookshop.orders.models import OrderEvent, OrderLine, Parcel
from bookshop.orders.moving import NoSuchParcel, Who
from bookshop.orders.sending import send_by
from bookshop.orders.states import GIVEN_BACK, ParcelState
from bookshop.payments import service as payments
from bookshop.translations import N_, say, say_many
from bookshop.users.models import Role
from seller_dashboard.amounts import show_amounts
from seller_dashboard.desk import Desk
from seller_dashboard.headings import section, title
from seller_dashboard.views.parcel_actions import actions
from seller_dashboard.wording import (
    EVENTS,
    PARCEL_STATES,
    REASONS,
    WHO,
    in_words,
    moment,
    plain,
    short_moment,
)

LARGEST_ID = 2**31 - 1


def found(desk: Desk, wanted: str) -> Parcel:
    """`wanted` comes from the address bar. Raises NoSuchParcel, also for somebody else's."""
    if not (wanted.isascii() and wanted.isdigit() and int(wanted) <= LARGEST_ID):
        raise NoSuchParcel
    with desk.reading() as session:
        return parcels.get(session, int(wanted), Who(desk.user.role.value, desk.user.id))


def history(parcel: Parcel) -> list[OrderEvent]:
    """Of the order's story what is about this parcel, the latest first."""
    return [event for event in reversed(parcel.order.history) if event.parcel_id == parcel.id]


def card(desk: Desk, parcel: Parcel) -> None:
    """A parcel in a list."""
    with st.container(border=True):
        section(name_of(parcel, desk.language))
        _badges(parcel, desk.language)
        st.write(" · ".join(_summary(parcel, desk.language)))
        way_to(desk, parcel)


def way_to(desk: Desk, parcel: Parcel) -> None:
    st.page_link(
        desk.places["parcel"],
        label=say(desk.language, "Open parcel %(number)s", number=parcel.number),
        icon=":material/arrow_forward:",
        query_params={"parcel": str(parcel.id)},
    )


def page(desk: Desk) -> None:
    back_to = "parcels" if desk.user.role is Role.SELLER else "problems"
    st.page_link(
        desk.places[back_to], label=say(desk.language, "Back"), icon=":material/arrow_back:"
    )
    try:
        parcel = found(desk, st.query_params.get("parcel", ""))
    except NotFound as error:
        st.error(error.told_in(desk.language))
        return
    title(name_of(parcel, desk.language))
    _badges(parcel, desk.language)
    actions(desk, parcel)
    _show_lines(parcel, desk.language)
    _show_withheld(desk, parcel)
    _show_address(parcel, desk.language)
    _show_history(parcel, desk.language)


def name_of(parcel: Parcel, language: str) -> str:
    return say(language, "Parcel %(number)s", number=parcel.number)


def _badges(parcel: Parcel, language: str) -> None:
    text, colour = PARCEL_STATES[parcel.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(say(language, text), color=colour)  # type: ignore[arg-type]
        if parcel.problem:
            st.badge(say(language, "The customer reports a problem"), color="red")
        if until := _until(parcel, language):
            st.caption(until)


def _until(parcel: Parcel, language: str) -> str:
    """The deadline that is the seller's now."""
    if parcel.state is ParcelState.WAITING and parcel.confirm_by:
        return say(language, "Answer by %(moment)s", moment=moment(parcel.confirm_by, language))
    by = send_by(parcel)
    if by is None:
        return ""
    text = N_("Send by %(moment)s") if by > now() else N_("Should have been sent by %(moment)s")
    return say(language, text, moment=moment(by, language))


def _summary(parcel: Parcel, language: str) -> list[str]:
    """For whom (while the seller may know), what, and what it comes to."""
    copies = sum(line.quantity for line in parcel.lines)
    parts = [
        plain(parcel.order.name) if parcel.state in parcels.NEED_THE_ADDRESS else "",
        say_many(language, "%(n)d book", "%(n)d books", copies),
        plain(", ".join(line.title for line in parcel.lines if line.quantity)),
        _comes_to(parcel, language),
    ]
    return [part for part in parts if part]


def _comes_to(parcel: Parcel, language: str) -> str:
    if parcel.state in GIVEN_BACK:
        total = money.shown(parcel.total, language)
        return say(language, "%(total)s back to the customer, nothing to you", total=total)
    due = money.shown(parcel.due_to_seller, language)
    return say(language, "you get %(amount)s", amount=due)


def _show_lines(parcel: Parcel, language: str) -> None:
    section(say(language, "Books"))
    price = say(language, "Price")
    show_amounts(
        [
            {
                say(language, "Book"): _what_to_take(line, language),
                say(language, "Copies"): line.quantity,
                price: line.price,
            }
            for line in parcel.lines
            if line.quantity
        ],
        [price],
        language,
    )
    if parcel.state in GIVEN_BACK:
        st.write(_comes_to(parcel, language))
        return
    shown = {
        "total": money.shown(parcel.total, language),
        "commission": money.shown(parcel.commission, language),
        "due": money.shown(parcel.due_to_seller, language),
    }
    st.write(
        say(language, "Together %(total)s, less commission %(commission)s: **%(due)s**", **shown)
    )


def _show_withheld(desk: Desk, parcel: Parcel) -> None:
    """While it is still to come; his other returns may be among what he owes."""
    if parcel.state not in GIVEN_BACK or parcel.seller_id != desk.user.id:
        return
    with desk.reading() as session:
        amount = payments.to_make_good(session, parcel.id)
        owed = amount and payments.owed_by(session, parcel.seller_id)
    if owed:
        told = N_(
            "You have been paid for it already: %(amount)s is taken from your next transfers."
        )
        st.write(say(desk.language, told, amount=money.shown(amount, desk.language)))


def _what_to_take(line: OrderLine, language: str) -> str:
    """As the seller finds it on his shelves; title and authors as they were when it was bought."""
    isbn = f"ISBN {line.isbn13}" if line.isbn13 else ""
    code = say(language, "your code %(code)s", code=line.offer.sku) if line.offer.sku else ""
    return "  \n".join(plain(part) for part in (line.title, line.authors, code, isbn) if part)


def _show_address(parcel: Parcel, language: str) -> None:
    """Only while the parcel is, or may have to be, brought there."""
    if parcel.state not in parcels.NEED_THE_ADDRESS:
        return
    section(say(language, "Where to"))
    order = parcel.order
    st.text("\n".join([order.name, order.address, order.phone]))
    if parcel.tracking:
        st.text(say(language, "Tracking number: %(number)s", number=parcel.tracking))


def _show_history(parcel: Parcel, language: str) -> None:
    section(say(language, "What happened"))
    st.table(
        [
            {
                say(language, "When"): short_moment(event.at, language),
                say(language, "What"): _told(event, language),
                say(language, "Who"): in_words(WHO, event.who, language),
            }
            for event in history(parcel)
        ],
        border="horizontal",
        hide_index=True,
    )


def _told(event: OrderEvent, language: str) -> str:
    """With the reason, where one was given."""
    parts = [in_words(EVENTS, event.what, language), in_words(REASONS, event.why, language)]
    return plain(": ".join(part for part in parts if part))
