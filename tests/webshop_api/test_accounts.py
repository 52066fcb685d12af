"""Open an account, sign in and out, look at it, change it, take it along, delete it."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bookshop.repeats import AnsweredRequest
from tests.shop import PASSWORD
from tests.webshop_api.conftest import Program

NEW = {"login": "Ada", "email": "Ada@example.com", "password": PASSWORD, "first_name": "Ada"}


def test_a_new_account_is_signed_in_at_once(guest):
    answer = guest.post("/users", NEW)

    assert answer.status_code == 201
    assert answer.location.endswith("/api/v1/users/me")
    assert answer.json["login"] == "ada"
    assert PASSWORD not in answer.text
    assert guest.get("/auth/session").json == answer.json


def test_a_session_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(guest):
    cookie = guest.post("/users", NEW).headers.getlist("Set-Cookie")[0]

    assert cookie.startswith("bookshop_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_registration_that_comes_twice_makes_one_account(guest, app):
    again = Program(app.test_client())
    key = {"Idempotency-Key": "one"}

    first, second = guest.post("/users", NEW, headers=key), again.post("/users", NEW, headers=key)

    assert (first.status_code, first.json) == (second.status_code, second.json) == (201, first.json)
    assert again.get("/auth/session").json["login"] == "ada"


def test_of_the_same_request_sent_by_many_at_once_one_is_carried_out(app):
    def register(_n: int):
        return Program(app.test_client()).post("/users", NEW, headers={"Idempotency-Key": "one"})

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(register, range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert {answer.json["id"] for answer in answers} == {1}


def test_a_key_with_another_request_is_a_conflict(guest):
    key = {"Idempotency-Key": "one"}
    guest.post("/users", NEW, headers=key)

    answer = guest.post("/users", NEW | {"password": "another horse"}, headers=key)

    assert answer.status_code == 409
    assert answer.json["code"] == "key_used_for_another"


def test_what_is_kept_of_a_request_does_not_give_its_password_away(guest, shop):
    guest.post("/users", NEW, headers={"Idempotency-Key": "one"})

    with shop.database.reading() as session:
        kept = session.scalars(select(AnsweredRequest)).one()

    assert PASSWORD not in f"{kept.asked} {kept.answer}"


def test_a_refused_request_does_not_use_its_key_up(guest):
    key = {"Idempotency-Key": "one"}
    assert guest.post("/users", NEW | {"email": "nonsense"}, headers=key).status_code == 422

    assert guest.post("/users", NEW, headers=key).status_code == 201


def test_a_key_of_spaces_is_refused(guest):
    answer = guest.post("/users", NEW, headers={"Idempotency-Key": "a b"})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "bad_key"


def test_a_taken_login_says_so_beside_the_field(guest, ada):
    answer = guest.post("/users", NEW)

    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert [error["field"] for error in answer.json["errors"]] == ["login"]


def test_a_wrong_password_does_not_say_whether_the_login_exists(guest, ada):
    known = guest.post("/auth/login", {"login": "ada", "password": "wrong"})
    unknown = guest.post("/auth/login", {"login": "nobody", "password": "wrong"})

    assert known.status_code == unknown.status_code == 422
    assert known.json["detail"] == unknown.json["detail"]


def test_the_cookie_of_a_sign_in_serves_as_well_as_its_token(guest, ada):
    token = guest.post("/auth/login", {"login": "ada", "password": PASSWORD}).json["token"]

    assert guest.get("/users/me").json["login"] == "ada"
    assert guest.browser.get_cookie("bookshop_session").value == token


def test_after_signing_out_the_token_is_worth_nothing(ada):
    assert ada.get("/auth/session").status_code == 200

    assert ada.post("/auth/logout").status_code == 204

    assert ada.get("/auth/session").status_code == 401


def test_nobody_signed_in_is_401_and_told_how(guest):
    answer = guest.get("/auth/session")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert answer.json["status"] == 401


def test_an_unknown_token_is_401_even_where_guests_are_welcome(app):
    stranger = Program(app.test_client(), token="forged")

    assert stranger.get("/basket").status_code == 401
    assert stranger.get("/books").status_code == 401


def test_only_what_is_named_changes(ada):
    answer = ada.patch("/users/me", {"first_name": "Augusta", "language": "ru"})

    assert answer.status_code == 200
    assert (answer.json["first_name"], answer.json["language"]) == ("Augusta", "ru")
    assert ada.get("/users/me").json["email"] == "ada@example.com"


def test_a_role_cannot_be_taken_by_asking_for_it(ada, guest):
    assert ada.patch("/users/me", {"role": "operator"}).status_code == 422
    assert guest.post("/users", NEW | {"role": "operator"}).status_code == 422
    assert ada.get("/users/me").json["role"] == "customer"


def test_a_person_takes_his_data_along(ada, shop, emma_id):
    shop.sells(emma_id, "Emma", copies=1)

    answer = ada.get("/users/me/export")

    assert answer.json["user"]["login"] == "ada"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_deleted_account_is_signed_out_and_cannot_come_back(ada, guest):
    assert ada.delete("/users/me").status_code == 204

    assert ada.get("/users/me").status_code == 401
    assert guest.post("/auth/login", {"login": "ada", "password": PASSWORD}).status_code == 422


def test_an_account_with_orders_under_way_stays(ada, shop, emma_id):
    offer = shop.sells(emma_id, "Emma", copies=1)
    order = shop.orders(ada.get("/users/me").json["id"], {offer: 1})

    answer = ada.delete("/users/me")

    assert answer.status_code == 409
    assert str(order) in answer.json["detail"]
