"""What a page works with: the shop's database, and the person who sits before it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from sqlalchemy.orm import Session
from streamlit.navigation.page import Page

from bookshop.database import Database
from bookshop.errors import Invalid, NotAllowed, ShopError
from bookshop.orders.moving import Who
from bookshop.settings import Settings
from bookshop.translations import N_
from bookshop.users.models import User

Resolver = Callable[[Session], User | None]
T = TypeVar("T")
Deed = Callable[[Session, Who], T]

_TOLD = "told"  # what the page says once after something was done


def _nothing(_: object) -> None:
    """What follows most deeds."""


class SignedOut(NotAllowed):
    text = N_("You were signed out: nothing was changed. Sign in and do it again.")


@dataclass(frozen=True)
class Shop:
    """What the dashboard was opened with."""

    settings: Settings
    database: Database


@dataclass(frozen=True)
class Desk:
    shop: Shop
    resolve: Resolver  # asked again before every deed: the page may have stood open for days
    user: User
    language: str
    places: Mapping[str, Page]

    @property
    def settings(self) -> Settings:
        return self.shop.settings

    def reading(self) -> AbstractContextManager[Session]:
        return self.shop.database.reading()

    def still_here(self) -> bool:
        with self.reading() as session:
            user = self.resolve(session)
        return user is not None and user.id == self.user.id

    def act(
        self,
        deed: Deed[T],
        done: str = "",
        then: Callable[[T], None] = _nothing,
        form: str = "",
    ) -> None:
        """Do it, all of it or nothing; the page, drawn right after, says what came of it.

        A widget's callback: it is called even if the widget is gone by then, as a button is when
        the customer has cancelled meanwhile. So nobody's click is lost without a word.
        What was typed wrongly into a `form` is told there, in its own words.
        """
        try:
            with self.shop.database.transaction() as session:
                result = deed(session, self._who(session))
        except ShopError as error:
            beside = form if isinstance(error, Invalid) else ""
            tell("error", error.told_in(self.language), beside)
        else:
            tell("success", done)
            then(result)

    def _who(self, session: Session) -> Who:
        user = self.resolve(session)
        if user is None or user.id != self.user.id:
            raise SignedOut
        return Who(user.role.value, user.id)


def tell(kind: str, text: str, beside: str = "") -> None:
    """Kept until the page is drawn the next time. No text tells nothing."""
    if text:
        st.session_state[_TOLD + beside] = kind, text


def show_told(beside: str = "") -> None:
    """Above all else, or `beside` a form."""
    match st.session_state.pop(_TOLD + beside, None):
        case "error", text:
            st.error(text, icon=":material/error:")
        case _, text:
            st.success(text, icon=":material/check_circle:")
