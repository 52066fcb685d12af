"""Whatever comes, the answer says what is wrong, in the reader's language, and is never a 500."""

from dataclasses import replace

import pytest

from bookshop.orders.moving import NoSuchOrder
from bookshop.translations import say
from tests.shop import PASSWORD
from tests.webshop_api.conftest import Program
from webshop.app import create_app
from webshop.security import SIGN_INS

SIGN_IN = {"login": "ada", "password": PASSWORD}


def test_a_problem_has_the_shape_of_rfc_9457(guest):
    answer = guest.get("/orders/1")

    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code == 404
    assert set(answer.json) >= {"type", "title", "status", "detail", "code", "errors"}
    assert answer.json["code"] == "no_such_order"


def test_an_address_or_method_that_is_not_there_is_a_problem_too(guest):
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("GET", "/orders/x", 404),
        ("DELETE", "/books", 405),
    ):
        answer = guest.ask(method, path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_problem_speaks_the_language_of_the_request_whoever_asks(ada):
    ada.patch("/users/me", {"language": "ru"})
    english = ada.get("/orders/1").json
    russian = ada.ask("GET", "/orders/1", headers={"Accept-Language": "ru"}).json

    assert english["detail"] == say("en", NoSuchOrder.text)
    assert russian["detail"] == say("ru", NoSuchOrder.text)
    assert english["code"] == russian["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"login": NaN}',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"login": ' + b"9" * 5000 + b"}",
        '{"login": "ё"}'.encode("cp1251"),
    ],
    ids=lambda body: body[:12].decode(errors="replace"),
)
def test_a_body_that_is_not_json_is_400(guest, body):
    answer = guest.post("/auth/login", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert "JSON" in answer.json["detail"]


def test_json_of_the_wrong_shape_is_422_and_names_the_field(guest):
    for body, field, code in (
        ([], "", "not_an_object"),
        ("text", "", "not_an_object"),
        ({"login": 5, "password": "x"}, "login", "not_text"),
        ({"login": None, "password": "x"}, "login", "null"),
        ({"login": ["a"], "password": "x"}, "login", "not_text"),
        ({"password": "x"}, "login", "missing"),
        (SIGN_IN | {"remember": True}, "remember", "unknown_field"),
        (SIGN_IN | {"login": "a\0b"}, "login", "bad_signs"),
        (SIGN_IN | {"login": "\ud800"}, "login", "bad_signs"),
    ):
        answer = guest.post("/auth/login", body)
        assert answer.status_code == 422, body
        [fault] = answer.json["errors"]
        assert (fault["field"], fault["code"]) == (field, code)
        assert fault["message"]


def test_a_body_of_ten_megabytes_is_413(guest):
    huge = b'{"login": "' + b"a" * 10_000_000 + b'"}'

    answer = guest.post("/auth/login", data=huge, content_type="application/json")

    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"


def test_json_must_be_called_json(ada):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/xml", None):
        answer = ada.ask("PATCH", "/users/me", data=b'{"phone": "12345"}', content_type=kind)
        assert answer.status_code == 415, kind


def test_a_foreign_page_cannot_use_a_visitors_cookie(guest, ada, shop):
    guest.post("/auth/login", SIGN_IN)

    as_form = guest.ask("POST", "/auth/logout", data={"a": "b"})
    from_elsewhere = guest.post("/auth/logout", headers={"Origin": "https://evil.example"})
    from_nowhere = guest.post("/auth/logout", headers={"Origin": "null"})

    assert (as_form.status_code, from_elsewhere.status_code) == (415, 403)
    assert from_nowhere.status_code == 403
    assert guest.get("/auth/session").status_code == 200
    ours = guest.post("/auth/logout", headers={"Origin": shop.settings.public_url})
    assert ours.status_code == 204


def test_a_token_may_be_used_from_anywhere(ada):
    answer = ada.ask(
        "PATCH", "/users/me", json={"phone": "12345"}, headers={"Origin": "https://app.example"}
    )

    assert answer.status_code == 200


def test_who_guesses_passwords_is_slowed_down(shop):
    program = Program(create_app(replace(shop.settings, rate_limits=True)).test_client())
    wrong = {"login": "ada", "password": "a guess"}

    allowed = int(SIGN_INS.split()[0])

    *_, last = [program.post("/auth/login", wrong) for _ in range(allowed + 1)]

    assert (last.status_code, last.json["code"]) == (429, "too_many_requests")
    assert int(last.headers["Retry-After"]) > 0
