"""Who may see which page, and a kind word for whoever may not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

import streamlit as st
from streamlit.navigation.page import Page

from bookshop.settings import Settings
from bookshop.translations import LANGUAGES, N_, say
from bookshop.users.models import Role, User
from seller_dashboard.desk import Desk, Resolver, Shop, show_told
from seller_dashboard.headings import title
from seller_dashboard.views import (
    books,
    catalogue,
    parcel,
    parcels,
    problems,
    start,
    statement,
    upload,
)

STATIC = Path(__file__).parent / "static"
FAVICON, FOCUS, BUTTON = (STATIC / name for name in ("favicon.svg", "focus.css", "button.css"))
LANGUAGE_COOKIE = "bookshop_language"


@dataclass(frozen=True)
class Place:
    """A page: its name in addresses, its title, who may see it and what draws it."""

    name: str
    title: str
    icon: str
    roles: tuple[Role, ...]
    draw: Callable[[Desk], None]
    wide: bool = False
    listed: bool = True  # in the sidebar; the others are reached by a link with an id


SELLERS, OPERATORS = (Role.SELLER,), (Role.OPERATOR,)


PLACES = (
    Place("start", N_("Overview"), ":material/home:", SELLERS, start.page),
    Place("parcels", N_("Parcels"), ":material/package_2:", SELLERS, parcels.page),
    Place("parcel", N_("Parcel"), "", SELLERS + OPERATORS, parcel.page, listed=False),
    Place("upload", N_("Upload"), ":material/upload_file:", SELLERS, upload.page),
    Place("catalogue", N_("Catalogue"), "", SELLERS, catalogue.page, listed=False),
    Place("books", N_("Books"), ":material/menu_book:", SELLERS, books.page, wide=True),
    Place("statement", N_("Money"), ":material/payments:", SELLERS, statement.page),
    Place("problems", N_("Problems"), ":material/report:", OPERATORS, problems.page),
)
OPENED_BY = {"parcel": "parcel", "import": "catalogue"}  # what in an address, which page


def receive(shop: Shop, resolve: Resolver, first: str = "start") -> None:
    """Draw the page that was asked for. `first` is the one shown when none was."""
    with shop.database.reading() as session:
        user = resolve(session)
    language, role = language_of(user), user.role if user else None
    pages: dict[str, Page] = {}
    for place in PLACES:
        pages[place.name] = st.Page(
            _drawing(place, shop, resolve, user, language, pages),
            title=say(language, place.title),
            icon=place.icon or None,
            url_path=place.name,
            default=place.name == first,
            visibility="visible" if place.listed and role in place.roles else "hidden",
        )
    st.set_page_config(page_icon=FAVICON)  # of our own: nothing is fetched from elsewhere
    st.html(FOCUS)
    at_work = role in (Role.SELLER, Role.OPERATOR)
    here = st.navigation(list(pages.values()), position="sidebar" if at_work else "hidden")
    if user and at_work:
        _lead_on(user, here, pages)
    here.run()
    _say_which(language)


def language_of(user: User | None) -> str:
    """As in the shop: what was chosen, else what the user is known for, else the browser's."""
    chosen = st.context.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    if user:
        return user.language
    return "ru" if (st.context.locale or "").startswith("ru") else "en"


def _say_which(language: str) -> None:
    """To who reads aloud: Streamlit says English. Last on the page, where its gap is not seen."""
    lang = f"<script>document.documentElement.lang = {json.dumps(language)}</script>"
    st.html(lang, unsafe_allow_javascript=True)


def ask_to_sign_in(settings: Settings, language: str, name: str) -> None:
    """The shop's sign-in leads back to the very page that was asked for."""
    title(say(language, "For sellers"))
    st.write(say(language, "Sign in at the shop, and you come back to this page by yourself."))
    asked_for = f"{settings.dashboard_url}/{name}"
    if st.query_params:
        asked_for += f"?{urlencode(st.query_params.to_dict())}"
    sign_in = f"{settings.public_url}/sign-in?next={quote(asked_for, safe='')}"
    _lead_out(say(language, "Sign in"), sign_in)


def turn_away(settings: Settings, language: str, role: Role) -> None:
    if role is Role.CUSTOMER:
        title(say(language, "This is the sellers’ entrance"))
        st.write(say(language, "Your account buys books; your orders are in the shop itself."))
    else:
        title(say(language, "This page is not yours"))
        st.write(say(language, "It belongs to another kind of account."))
    _lead_out(say(language, "Go to the shop"), settings.public_url)


def _lead_out(label: str, address: str) -> None:
    """In the same tab: nothing is left to be done in this one."""
    st.html(BUTTON)
    st.html(f'<a class="button" href="{escape(address)}">{escape(label)}</a>')


def _drawing(
    place: Place,
    shop: Shop,
    resolve: Resolver,
    user: User | None,
    language: str,
    pages: dict[str, Page],
) -> Callable[[], None]:
    if user is None:
        name = "" if place.name == "start" else place.name
        return partial(ask_to_sign_in, shop.settings, language, name)
    if user.role not in place.roles:
        return partial(turn_away, shop.settings, language, user.role)
    return partial(_draw, place, Desk(shop, resolve, user, language, pages))


def _draw(place: Place, desk: Desk) -> None:
    st.set_page_config(layout="wide" if place.wide else "centered")
    _show_whose_desk(desk)
    show_told()
    place.draw(desk)
    _end_when_signed_out(desk)


def _show_whose_desk(desk: Desk) -> None:
    with st.sidebar:
        st.text(desk.user.shop.name if desk.user.shop else desk.user.login)
        operates = desk.user.role is Role.OPERATOR
        st.link_button(
            say(desk.language, N_("Operations") if operates else N_("To the shop")),
            f"{desk.settings.public_url}/operator" if operates else desk.settings.public_url,
            type="tertiary",
            icon=":material/storefront:",
        )


@st.fragment(run_every=10)
def _end_when_signed_out(desk: Desk) -> None:
    """Who signs out in the shop is soon signed out here too, without touching anything.

    Seldom: a renewal that meets a change of pages leaves an empty one. What is done asks anyway.
    """
    if not desk.still_here():
        st.rerun()


def _lead_on(user: User, here: Page, pages: dict[str, Page]) -> None:
    """The shop's letters lead to the entrance with ?parcel=12; an operator begins elsewhere."""
    for thing, name in OPENED_BY.items():
        wanted = st.query_params.get(thing)
        if wanted is not None and here is not pages[name]:
            st.switch_page(pages[name], query_params={thing: wanted})
    if user.role is Role.OPERATOR and here is pages["start"]:
        st.switch_page(pages["problems"])
