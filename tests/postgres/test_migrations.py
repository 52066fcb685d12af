"""The migrations make just the tables that the code speaks of, on both databases."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from bookshop.database import Base, Database, now
from bookshop.migrations import migrate
from bookshop.orders import sending
from bookshop.orders.models import Parcel
from bookshop.tables import TABLES

A_SHOP_OF_THE_FIRST_FORM = [
    *(
        "INSERT INTO users (id, login, email, password_hash, first_name, last_name, phone,"
        f" language, role, created_at) VALUES ({id}, 's{id}', '{id}@x.example', '-', '', '', '',"
        " 'ru', 'seller', '2026-01-01 00:00:00+00:00')"
        for id in (7, 8)
    ),
    *(
        f"INSERT INTO shops (seller_id, name, payout_account) VALUES ({id}, 'Shop {id}', 'a')"
        for id in (7, 8)
    ),
    *(
        "INSERT INTO books (id, isbn13, own_seller_id, own_key, title, authors, publisher, series,"
        " language, category, description, cover_url, created_at, revision)"
        f" VALUES ({id}, {isbn}, {owner}, {key}, '{title}', '', '', '', '', '', '', '',"
        " '2026-01-01 00:00:00+00:00', 1)"
        for id, isbn, owner, key, title in (
            (1, "'9780141439587'", "NULL", "NULL", "Emma"),
            (2, "NULL", 8, "'a'", "Letters"),
        )
    ),
    *(
        "INSERT INTO offers (book_id, seller_id, sku, price, currency, changed_at)"
        f" VALUES ({book}, {owner}, '', 100, 'RUB', '2026-01-01 00:00:00+00:00')"
        for book, owner in ((1, 7), (2, 8))
    ),
    "INSERT INTO orders (id, state, round, name, phone, email, address, language, currency,"
    " delivery_price, placed_at, cancelled_because)"
    " VALUES (5, 'paid', 1, '', '', '', '', 'ru', 'RUB', 0, '2026-01-01 00:00:00+00:00', '')",
    *(
        "INSERT INTO parcels (id, order_id, seller_id, state, commission_percent, reminded_at,"
        " tracking, ended_because, ended_note, problem, problems)"
        f" VALUES ({id}, 5, 7, '{state}', 10, '2026-01-02 00:00:00+00:00', '', '', '', '', 0)"
        for id, state in ((1, "waiting"), (2, "confirmed"), (3, "confirmed"))
    ),
    "INSERT INTO order_events (order_id, parcel_id, what, before, after, who, why, at)"
    " VALUES (5, 2, 'ParcelConfirmed', 'waiting', 'confirmed', 'seller', '',"
    " '2026-01-02 12:00:00+00:00')",
]


def differences(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bookshop.sqlite"
    else:
        url = request.getfixturevalue("url")
    database = Database(url)
    yield database
    database.engine.dispose()


@pytest.fixture
def old_shop(database):
    """One of the first form, brought to the newest."""
    migrate(database, to="0001")
    with database.engine.begin() as connection:
        for statement in A_SHOP_OF_THE_FIRST_FORM:
            connection.execute(text(statement))
    migrate(database)
    return database


def test_from_nothing_to_the_newest_form_and_again(database):
    for _ in range(2):
        migrate(database)
        assert set(inspect(database.engine).get_table_names()) == {*TABLES, "alembic_version"}
        assert differences(database) == []


def test_a_shop_of_the_first_form_keeps_what_it_has(old_shop):
    with old_shop.engine.connect() as connection:
        books = connection.execute(text("SELECT title, facts_from, binding FROM books ORDER BY id"))
        assert books.all() == [("Emma", 7, ""), ("Letters", 8, "")]
        assert connection.execute(text("SELECT count(*) FROM offers")).scalar_one() == 2


def test_of_parcels_confirmed_before_sellers_are_reminded_to_send_them(old_shop):
    """They may have been reminded of confirming; when one was confirmed its history tells."""
    with old_shop.reading() as session:
        waiting, told, untold = session.scalars(select(Parcel).order_by(Parcel.id))
        assert waiting.reminded_at
        assert waiting.send_by is None
        assert told.send_by == datetime(2026, 1, 5, 12, tzinfo=UTC)
        assert untold.send_by > now()
        assert {*sending.to_remind(session, untold.send_by, 10)} == {told.id, untold.id}


def test_a_table_that_differs_is_found(database):
    migrate(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE books DROP COLUMN binding")

    assert [kind for kind, *_ in differences(database)] == ["add_column"]
