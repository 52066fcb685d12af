"""A shop, and programs that speak to it over the REST API."""

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from bookshop.auth import service as auth
from bookshop.users import service as users
from bookshop.users.models import Role
from tests.shop import Shop
from webshop.app import create_app


class Program:
    """Speaks JSON. With a token it is a user's, without one it keeps a guest's cookies."""

    def __init__(self, browser: FlaskClient, token: str | None = None) -> None:
        self.browser = browser
        self.headers = {"Accept-Language": "en"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **more) -> TestResponse:
        headers = self.headers | more.pop("headers", {})
        return self.browser.open("/api/v1" + path, method=method, headers=headers, **more)

    def get(self, path: str, **query) -> TestResponse:
        return self.ask("GET", path, query_string=query)

    def post(self, path: str, json=None, **more) -> TestResponse:
        return self.ask("POST", path, json=json, **more)

    def put(self, path: str, json) -> TestResponse:
        return self.ask("PUT", path, json=json)

    def patch(self, path: str, json) -> TestResponse:
        return self.ask("PATCH", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.ask("DELETE", path)


@pytest.fixture(scope="package", autouse=True)
def _weak_passwords():
    """A strong hash is slow on purpose; here nobody attacks it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def app(shop):
    return create_app(shop.settings)


@pytest.fixture
def guest(app):
    return Program(app.test_client())


@pytest.fixture
def of(app, shop):
    """The program of a user who exists."""

    def signed_in(login: str) -> Program:
        with shop.database.transaction() as session:
            token = auth.sign_in_at_once(session, users.find(session, login))
        return Program(app.test_client(use_cookies=False), token)

    return signed_in


@pytest.fixture
def ada(shop, of):
    shop.has("ada")
    return of("ada")


@pytest.fixture
def emma_id(shop):
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def emma(emma_id, of):
    return of("emma")


@pytest.fixture
def boris(shop, of):
    shop.has("boris", Role.SELLER)
    return of("boris")


@pytest.fixture
def queries(app):
    """How many queries an asking costs; it must succeed."""

    def count(ask, *args, **kwargs) -> int:
        asked = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if statement.startswith("SELECT"):
                asked.append(statement)

        with app.app_context():
            engine = app.extensions["sqlalchemy"].engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert ask(*args, **kwargs).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    return count


@pytest.fixture
def form():
    """Where an order goes."""
    return {"name": "Ada Lovelace", "email": "ada@example.com", "address": "12 St James's Square"}
