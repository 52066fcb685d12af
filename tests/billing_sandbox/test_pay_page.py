"""The page where the customer pays, and its two buttons."""

import pytest
import requests

from tests.billing_sandbox.process import Sandbox

RUSSIAN, ENGLISH = {"Accept-Language": "ru-RU,ru;q=0.9"}, {"Accept-Language": "de,en;q=0.5"}


def press(sandbox: Sandbox, payment_id: str, outcome: str) -> requests.Response:
    return requests.post(
        f"{sandbox.url}/pay/{payment_id}",
        {"outcome": outcome},
        headers=ENGLISH,
        allow_redirects=False,
        timeout=10,
    )


def test_the_page_says_how_much_for_what_and_that_it_is_a_sandbox(sandbox: Sandbox) -> None:
    opened = sandbox.opens("1234.50", reference="Order <17>")

    english = requests.get(opened["pay_url"], headers=ENGLISH, timeout=10)
    russian = requests.get(opened["pay_url"], headers=RUSSIAN, timeout=10)

    assert "no real money moves" in english.text
    assert "1,234.50\N{NO-BREAK SPACE}₽" in english.text
    assert "Order &lt;17&gt;" in english.text
    assert '<html lang="ru">' in russian.text
    assert "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}₽" in russian.text
    assert "настоящие деньги здесь не двигаются" in russian.text
    assert english.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("outcome", ["paid", "declined"])
def test_a_button_decides_and_leads_back_to_the_shop(sandbox: Sandbox, outcome: str) -> None:
    opened = sandbox.opens()

    first, again = press(sandbox, opened["id"], outcome), press(sandbox, opened["id"], outcome)

    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"] == opened["return_url"]
    assert sandbox.get(f"/payments/{opened['id']}").json()["state"] == outcome


def test_a_program_may_press_the_button_too(sandbox: Sandbox) -> None:
    opened = sandbox.opens()

    pressed = sandbox.post(f"/pay/{opened['id']}", {"outcome": "paid"})
    changed_its_mind = sandbox.post(f"/pay/{opened['id']}", {"outcome": "declined"})

    assert pressed.json() == opened | {"state": "paid"}
    assert changed_its_mind.status_code == 409
    assert changed_its_mind.json()["state"] == "paid"


def test_a_cancelled_payment_can_no_longer_be_paid(sandbox: Sandbox) -> None:
    opened = sandbox.opens()
    sandbox.post(f"/payments/{opened['id']}/cancel")

    pressed = press(sandbox, opened["id"], "paid")
    page = requests.get(opened["pay_url"], headers=ENGLISH, timeout=10)

    assert pressed.status_code == 409
    for text in (pressed.text, page.text):
        assert "was cancelled by the shop" in text
        assert f'href="{opened["return_url"]}"' in text
        assert "<button" not in text
    assert sandbox.get(f"/payments/{opened['id']}").json()["state"] == "cancelled"


def test_a_button_that_is_not_there_is_refused(sandbox: Sandbox) -> None:
    opened = sandbox.opens()

    answers = [
        press(sandbox, opened["id"], "cancelled"),
        sandbox.post(f"/pay/{opened['id']}", {"outcome": "stolen"}),
        sandbox.post(f"/pay/{opened['id']}", {}),
    ]

    assert [each.status_code for each in answers] == [400, 400, 400]
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert sandbox.get(f"/payments/{opened['id']}").json()["state"] == "pending"


def test_an_unknown_payment_has_a_page_that_says_so(sandbox: Sandbox) -> None:
    page = sandbox.get("/pay/pay_none", headers=ENGLISH)

    assert page.status_code == 404
    assert "There is no such payment." in page.text


def test_the_front_page_shows_the_latest_payments(sandbox: Sandbox) -> None:
    sandbox.opens(reference="order-on-the-front-page")

    for languages in (RUSSIAN, ENGLISH):
        assert "order-on-the-front-page" in sandbox.get("/", headers=languages).text
