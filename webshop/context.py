"""What every page may ask for: the settings, a session, a transaction, the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from redis import Redis
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bookshop.database import Database, engine_options, prepared, writing
from bookshop.settings import Settings
from search_index import SearchIndex, open_index
from webshop.notebook import Notebook

db = SQLAlchemy(session_options={"expire_on_commit": False})


@dataclass(frozen=True)
class Services:
    """What the shop was opened with."""

    settings: Settings
    index: SearchIndex
    redis: Redis
    notebook: Notebook


def set_up(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    app.teardown_appcontext(let_go)  # before the extension's own, which minds a lost connection
    with app.app_context():
        prepared(db.engine)
    database = Database(settings.database_url)
    index = open_index(settings, database)
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=1)
    app.extensions["bookshop"] = Services(settings, index, redis, Notebook(database))


def services() -> Services:
    return cast(Services, current_app.extensions["bookshop"])


def settings() -> Settings:
    return services().settings


def index() -> SearchIndex:
    return services().index


def notebook() -> Notebook:
    return services().notebook


def reading() -> Session:
    """The request's session, for looking only; it ends with the request."""
    return db.session()


def let_go(_error: BaseException | None = None) -> None:
    """End the request's session. Where the connection is lost, nothing is left to undo."""
    try:
        db.session.remove()
    except OperationalError:
        db.session().invalidate()
        db.session.remove()


@contextmanager
def transaction() -> Iterator[Session]:
    """All of it happens, or none of it. What was read before is let go: a writer begins anew."""
    session = db.session()
    session.close()
    with writing(session):
        yield session
