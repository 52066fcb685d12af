"""The sellers' way in: `python -m streamlit run seller_dashboard/app.py`.

Every run asks anew who is there, by the cookie of the shop's sign-in, and draws one page for him.
"""

from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from bookshop import settings
from bookshop.auth import service as auth
from bookshop.database import Database
from bookshop.users.models import User
from seller_dashboard.desk import Shop
from seller_dashboard.entrance import receive

COOKIE = "bookshop_session"


def main() -> None:
    receive(opened(), partial(who_has, st.context.cookies.get(COOKIE)))


@st.cache_resource(show_spinner=False)
def opened() -> Shop:
    """Once for the whole process."""
    found = settings.from_environment()
    return Shop(found, Database(found.database_url))


def who_has(token: str | None, session: Session) -> User | None:
    return auth.who_is(session, token) if token else None


if __name__ == "__main__":
    main()
