"""The server ends a connection of the webshop's: what was done is still answered."""

import pytest
from sqlalchemy import text

from webshop import context
from webshop.app import create_app

pytestmark = pytest.mark.postgres

MINE = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid)")


@pytest.fixture
def browser(shop):
    """At /before the connection is lost before the answer was found, at /after after that."""
    app = create_app(shop.settings)

    def lose() -> str:
        pid = context.reading().scalar(MINE)
        with shop.database.reading() as another:
            another.execute(END, {"pid": pid})
        return "done"

    def lose_and_go_on() -> str:
        lose()
        return str(context.reading().scalar(MINE))

    app.add_url_rule("/after", view_func=lose)
    app.add_url_rule("/before", view_func=lose_and_go_on)
    return app.test_client()


def test_an_answer_found_before_stands(browser):
    assert browser.get("/after").text == "done"
    assert browser.get("/basket").status_code == 200


def test_who_has_none_yet_is_asked_to_try_again(browser):
    assert browser.get("/before").status_code == 503
    assert browser.get("/basket").status_code == 200
