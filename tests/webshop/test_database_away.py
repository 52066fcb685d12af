"""The database is away for a moment: nobody is shown that something broke."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from webshop import context


@pytest.fixture
def busy(app, shop):
    """At /busy and /api/busy the database answers that it is busy."""

    def ask() -> str:
        session = context.reading()
        session.execute(text("PRAGMA busy_timeout = 0"))
        with shop.database.transaction():  # somebody else's, who takes his time
            session.execute(text("UPDATE users SET login = login"))
        return "done"

    app.add_url_rule("/busy", view_func=ask)
    app.add_url_rule("/api/busy", "api-busy", view_func=ask)


@pytest.mark.usefixtures("busy")
def test_people_are_asked_to_try_again_on_a_page_of_the_shop(ada):
    answer = ada.opens("/busy")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Please try again" in ada.reads
    assert "ada" in answer.text


@pytest.mark.usefixtures("busy")
def test_programs_hear_the_same_as_a_problem(app):
    answer = app.test_client().get("/api/busy", headers={"Accept-Language": "ru"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (answer.json["code"], answer.content_type) == ("try_again", "application/problem+json")


def test_as_long_as_there_is_no_database_at_all_a_page_without_it_must_do(app, ada, shop):
    with app.app_context():
        context.db.engine.dispose()
        database = Path(context.db.engine.url.database)
    shutil.move(database, database.with_suffix(".away"))
    database.mkdir()  # which nothing can open as a database

    answer = ada.opens("/basket")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Please try again" in answer.text
    assert ada.page.get("lang") == "en"
    assert "/basket" in ada.links  # to be tried again
