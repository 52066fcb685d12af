"""Registering, signing in and out, and what one may change about oneself."""

import json

import pytest

from bookshop.users import service as users
from tests.shop import PASSWORD
from tests.webshop.conftest import Visitor

NEW = {"login": "grace", "email": "grace@example.com", "password": "a long password"}


def test_who_registers_is_signed_in_at_once(guest):
    guest.opens("/register?next=/orders")
    guest.submits("/register", **NEW)

    assert guest.last.request.path == "/orders"
    assert "You have not ordered anything yet" in guest.reads


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:1",
    ],
)
def test_nobody_is_sent_to_another_site(guest, elsewhere):
    answer = guest.browser.get("/language/ru", query_string={"next": elsewhere})

    assert answer.location == "/"


def test_a_seller_registers_with_a_shop_and_goes_to_his_dashboard(guest, shop):
    guest.opens("/register/seller")
    guest.submits("/register/seller", follow=False, shop_name="Grace's Books", **NEW)

    assert guest.last.location == shop.settings.dashboard_url
    with shop.database.reading() as session:
        seller = users.find(session, "grace")
        assert seller
        assert (seller.role, seller.shop and seller.shop.name) == ("seller", "Grace's Books")


def test_a_mistake_is_said_at_its_field(guest, ada_id):
    for field, typed, status, said in (
        ("login", "ada", 409, "is taken"),
        ("email", "ada@example.com", 409, "There is an account with this email"),
        ("email", "grace@", 422, "is not an email address"),
        ("password", "short", 422, "at least 8 characters"),
        ("login", "", 422, "Please fill this in"),
    ):
        guest.opens("/register")

        answer = guest.submits("/register", **(NEW | {field: typed}))

        assert answer.status_code == status, typed
        assert said in guest.page.get_element_by_id(f"{field}-error").text_content()


@pytest.mark.parametrize("login", ["ada", "nobody"])
def test_a_wrong_password_does_not_tell_whether_the_login_exists(guest, ada_id, login):
    guest.opens("/sign-in")

    answer = guest.submits("/sign-in", login=login, password="wrong password")

    assert answer.status_code == 422
    assert guest.reads.count("No account has this login and password") == 1
    assert guest.focused == ["password"]
    assert guest.page.get_element_by_id("login").value == login


def test_signing_in_leads_only_to_our_own_pages(guest, ada_id):
    for wanted, where in (
        ("/basket", "/basket"),
        ("http://127.0.0.1:8001/?parcel=7", "http://127.0.0.1:8001/?parcel=7"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("http://127.0.0.1:8001@evil.example/", "/"),
        ("http://127.0.0.1:80010/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ):
        guest.opens("/sign-in")
        form = {"login": "ada", "password": PASSWORD, "next": wanted}

        assert guest.submits("/sign-in", follow=False, **form).location == where, wanted


def test_the_cookie_of_a_sign_in_is_for_the_browser_only(guest, ada_id):
    guest.opens("/sign-in")
    answer = guest.submits("/sign-in", follow=False, login="ada@example.com", password=PASSWORD)

    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if "bookshop_session=" in c]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_ends_the_sign_in_itself_not_only_the_cookie(ada):
    token = ada.browser.get_cookie("bookshop_session").value
    ada.opens("/account")
    ada.submits("/sign-out")

    ada.browser.set_cookie("bookshop_session", token)
    assert ada.opens("/account").request.path == "/sign-in"


def test_a_page_that_needs_a_sign_in_leads_there_and_back(guest, ada_id):
    guest.opens("/account")
    assert guest.last.request.path == "/sign-in"

    guest.submits("/sign-in", login="ada", password=PASSWORD)

    assert guest.last.request.path == "/account"


def test_details_are_changed(ada):
    ada.opens("/account")
    ada.submits("/account", first_name="Ada", last_name="King", phone="+44 20 7930", language="ru")

    assert ada.page.get_element_by_id("last_name").value == "King"
    assert ada.page.get("lang") == "ru"


def test_another_persons_email_cannot_be_taken(ada, shop):
    shop.has("eve")
    ada.opens("/account")

    ada.submits("/account", email="eve@example.com")

    assert "There is an account with this email" in ada.reads


def test_a_new_password_signs_out_every_other_device(app, ada):
    elsewhere = Visitor(app.test_client()).signs_in("ada")
    ada.opens("/account")

    ada.submits("/account/password", old_password=PASSWORD, password="another password")

    assert ada.opens("/account").request.path == "/account"
    assert elsewhere.opens("/account").request.path == "/sign-in"


def test_everything_known_about_a_person_is_one_file(ada):
    answer = ada.opens("/account/export")

    assert json.loads(answer.text)["user"]["login"] == "ada"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_account_is_deleted_only_by_who_is_sure(ada, guest):
    ada.opens("/account")
    assert ada.submits("/account/delete").status_code == 422

    ada.submits("/account/delete", sure="y")

    assert "Your account is deleted" in ada.reads
    guest.opens("/sign-in")
    assert guest.submits("/sign-in", login="ada", password=PASSWORD).status_code == 422
