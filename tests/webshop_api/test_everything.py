"""Every operation of the description, asked anything whatever, answers; never with a 500."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookshop.auth import service as auth
from bookshop.users import service as users
from bookshop.users.models import Role
from tests.shop import Shop
from tests.webshop_api.conftest import Program
from webshop.app import create_app

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["1", "-1", "12.50", "1e9", "\0", "\ud800", "emma", "9" * 400, "true", ""])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
IDS = st.sampled_from(["0", "1", "2", "99", "999999999", "9999999999", "x", "-1", "1.0", "%00"])
TEXT_IN_AN_ADDRESS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["0", "1", "-1", "true", "12.50", "9" * 400, "price", "emma", "2026-11", "0000-00", "9999-12"]
)


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    query: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class World:
    people: tuple[Program, ...]
    operations: tuple[Operation, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    """A guest, a customer with a basket and an order, and the seller it was ordered from."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    ada, emma = shop.has("ada"), shop.has("emma", Role.SELLER)
    offer = shop.sells(emma, "Emma", copies=5)
    shop.bought(ada, {offer: 1})
    app = create_app(shop.settings)
    with shop.database.transaction() as session:
        tokens = [auth.sign_in_at_once(session, users.get(session, who)) for who in (ada, emma)]
    people = [Program(app.test_client())]
    people += [Program(app.test_client(use_cookies=False), token) for token in tokens]
    people[1].put(f"/basket/items/{offer}", {"quantity": 1})
    return World(tuple(people), operations(people[0].get("/openapi.json").json))


def operations(spec: dict[str, Any]) -> tuple[Operation, ...]:
    return tuple(
        operation(spec, method, path, told)
        for path, item in spec["paths"].items()
        for method, told in item.items()
        if method in ("get", "post", "put", "patch") and not path.endswith("/logout")
    )


def operation(spec: dict[str, Any], method: str, path: str, told: dict[str, Any]) -> Operation:
    query = [p["name"] for p in told.get("parameters", []) if p["in"] == "query"]
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = spec["components"]["schemas"][name]["properties"] if name else {}
    return Operation(method, path.removeprefix("/api/v1"), tuple(query), tuple(fields))


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_nothing_answers_with_a_500(world, data):
    who = data.draw(st.sampled_from(world.people))
    asked = data.draw(st.sampled_from(world.operations))
    path = "/".join(
        data.draw(IDS) if part.startswith("{") else part for part in asked.path.split("/")
    )
    query = {
        name: data.draw(TEXT_IN_AN_ADDRESS) for name in asked.query if data.draw(st.booleans())
    }
    ask = partial(who.ask, asked.method.upper(), path, query_string=query)
    if asked.method == "get":
        answer = ask()
    else:
        known = dict.fromkeys(asked.fields, ANYTHING)
        body = st.fixed_dictionaries({}, optional=known) | ANYTHING
        answer = ask(json=data.draw(body))

    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["status"] == answer.status_code


def test_the_description_holds_every_address_of_the_contract(world):
    told = {(operation.method.upper(), operation.path) for operation in world.operations}

    assert told >= {
        ("POST", "/users"),
        ("GET", "/users/me"),
        ("PATCH", "/users/me"),
        ("GET", "/users/me/export"),
        ("POST", "/auth/login"),
        ("GET", "/auth/session"),
        ("GET", "/books"),
        ("GET", "/books/{key}"),
        ("GET", "/suggest"),
        ("GET", "/basket"),
        ("PUT", "/basket/items/{offer_id}"),
        ("POST", "/orders"),
        ("GET", "/orders"),
        ("GET", "/orders/{order_id}"),
        ("POST", "/orders/{order_id}/cancel"),
        ("POST", "/orders/{order_id}/accept-short"),
        ("POST", "/orders/{order_id}/pay-again"),
        ("POST", "/orders/{order_id}/parcels/{parcel_id}/received"),
        ("POST", "/orders/{order_id}/parcels/{parcel_id}/cancel"),
        ("POST", "/orders/{order_id}/parcels/{parcel_id}/problem"),
        ("POST", "/seller/imports"),
        ("GET", "/seller/imports"),
        ("GET", "/seller/imports/{import_id}"),
        ("POST", "/seller/imports/{import_id}/columns"),
        ("POST", "/seller/imports/{import_id}/apply"),
        ("POST", "/seller/imports/{import_id}/undo"),
        ("GET", "/seller/imports/{import_id}/original"),
        ("GET", "/seller/imports/{import_id}/refused"),
        ("GET", "/seller/offers/export"),
        ("GET", "/seller/offers"),
        ("PATCH", "/seller/offers/{offer_id}"),
        ("GET", "/seller/parcels"),
        ("POST", "/seller/parcels/{parcel_id}/confirm"),
        ("POST", "/seller/parcels/{parcel_id}/reject"),
        ("POST", "/seller/parcels/{parcel_id}/sent"),
        ("GET", "/seller/statement"),
        ("POST", "/billing/webhook"),
    }


def test_the_page_for_people_shows_every_operation_and_asks_nobody_elses_server(world):
    [guest, *_] = world.people

    page = guest.get("/docs")

    assert page.status_code == 200
    for operation in world.operations:
        assert f"</b> /api/v1{operation.path}</code>" in page.text
    assert 'src="http' not in page.text
    assert guest.get("/openapi.json").json["openapi"].startswith("3.1")


def test_every_answer_keeps_to_its_description(world):
    """What the schemas leave out would be lost on the way; what they promise must come."""
    _, ada, emma = world.people
    spec = ada.get("/openapi.json").json

    for who, path, name in (
        (ada, "/users/me", "User"),
        (ada, "/books", "Found"),
        (ada, "/books/1", "Book"),
        (ada, "/basket", "Basket"),
        (ada, "/orders/1", "Order"),
        (emma, "/seller/parcels/1", "SellerParcel"),
        (emma, "/seller/statement", "Statement"),
    ):
        assert set(who.get(path).json) == set(spec["components"]["schemas"][name]["properties"])


def test_health_is_told_under_the_same_roof(world):
    assert world.people[0].get("/health/live").status_code == 200
