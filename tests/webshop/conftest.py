"""A shop, and people who visit it with a browser: they follow links and fill in real forms."""

from collections.abc import Iterator
from contextlib import contextmanager

import lxml.html
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from werkzeug.test import TestResponse

from bookshop.auth import service as auth
from bookshop.users import service as users
from bookshop.users.models import Role
from tests.shop import PASSWORD, Shop
from webshop.app import create_app

HOME = "http://localhost"


class Visitor:
    """Knows a page only by what stands on it."""

    def __init__(self, browser: FlaskClient, language: str = "en") -> None:
        self.browser = browser
        self.headers = {"Accept-Language": language}
        self.last: TestResponse

    def opens(self, path: str, **headers: str) -> TestResponse:
        self.last = self.browser.get(path, headers=self.headers | headers, follow_redirects=True)
        return self.last

    def submits(self, action: str, *, follow: bool = True, **fields: str) -> TestResponse:
        """The form of the page last seen that leads to `action`, with what it holds hidden."""
        forms = [form for form in self.page.forms if form.action == action]
        assert forms, f"{action} is not among {[form.action for form in self.page.forms]}"
        self.last = self.browser.open(
            action or self.last.request.path,
            method=forms[0].method,
            data=dict(forms[0].form_values()) | fields,
            headers=self.headers | {"Referer": HOME + self.last.request.full_path},
            follow_redirects=follow,
        )
        return self.last

    def signs_in(self, login: str) -> "Visitor":
        self.opens("/sign-in")
        self.submits("/sign-in", follow=False, login=login, password=PASSWORD)
        assert self.last.status_code == 302
        return self

    @property
    def page(self) -> lxml.html.HtmlElement:
        return lxml.html.fromstring(self.last.text)

    @property
    def reads(self) -> str:
        """The words in the middle of the page."""
        return " ".join(self.page.get_element_by_id("main").text_content().split())

    @property
    def links(self) -> list[str]:
        return [str(link) for link in self.page.xpath("//a/@href")]

    @property
    def focused(self) -> list[str]:
        """The ids that ask for the keyboard; a browser gives it to the first."""
        return [str(id) for id in self.page.xpath("//*[@autofocus]/@id")]

    @property
    def prices(self) -> list[str]:
        """Of the offers of a book, as they stand one below the other."""
        found = self.page.xpath("//*[contains(@class, 'offer')]//*[contains(@class, 'num')]")
        return [price.text_content() for price in found]

    def buttons(self) -> list[str]:
        """Where the forms in the middle of the page lead."""
        return [str(action) for action in self.page.xpath("//main//form/@action")]


@pytest.fixture(scope="package", autouse=True)
def _weak_passwords() -> Iterator[None]:
    """A strong hash is slow on purpose; here nobody attacks it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture(scope="package")
def compiled(tmp_path_factory) -> FileSystemBytecodeCache:
    """Templates are the same in every test: they are compiled once."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(shop, compiled) -> Flask:
    app = create_app(shop.settings)
    app.jinja_env.bytecode_cache = compiled
    return app


@pytest.fixture
def guest(app):
    return Visitor(app.test_client())


@pytest.fixture
def ada_id(shop):
    id = shop.has("ada")
    shop.does(users.change, id, language="en")
    return id


@pytest.fixture
def ada(app, ada_id):
    return Visitor(app.test_client()).signs_in("ada")


@pytest.fixture
def emma(shop):
    """A seller."""
    return shop.has("emma", Role.SELLER)


@pytest.fixture
def boris(shop):
    """Another seller."""
    return shop.has("boris", Role.SELLER)


@pytest.fixture
def oscar(app, shop):
    """An operator."""
    shop.has("oscar", Role.OPERATOR)
    return Visitor(app.test_client()).signs_in("oscar")


@pytest.fixture
def queries(app):
    """The statements that are asked of the database inside it."""

    @contextmanager
    def noted() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.append(statement)

        with app.app_context():
            engine = app.extensions["sqlalchemy"].engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return noted
