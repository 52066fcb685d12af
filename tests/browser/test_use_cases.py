"""The shop as people use it, in a real browser, through the real processes, from end to end."""

import email
import email.policy
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.processes.running import Running
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]

CSV = """Название;Автор;Цена;Остаток;ISBN
Записки браузера;Хром Хромов;1 234,50;3;
Книга с ошибкой;Никто;даром;1;
"""
YML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-01 12:00"><shop><name>N</name>
<currencies><currency id="RUR" rate="1"/></currencies>
<categories><category id="1">Проза</category></categories>
<offers><offer id="y1" type="book" available="true"><price>300</price><currencyId>RUR</currencyId>
<categoryId>1</categoryId><author>Игорь Фидов</author><name>Лента и узел</name><count>2</count>
</offer></offers></shop></yml_catalog>
"""
YAML = """books:
  - title: "Indented Lives"
    authors: ["Yamila Leaf"]
    price: "450.00"
    stock: 4
"""


def test_a_seller_uploads_three_kinds_of_catalogue_and_they_are_found(
    demo: Running, visitor, tmp_path: Path
):
    seller = visitor()
    signs_in(seller, demo, "secondhand", next=demo.dashboard + "/upload")

    for name, text, title in (
        ("books.csv", CSV, "Записки браузера"),
        ("feed.yml", YML, "Лента и узел"),
        ("books.yaml", YAML, "Indented Lives"),
    ):
        file = tmp_path / name
        file.write_text(text)
        seller.locator("input[type=file]").set_input_files(file)
        expect(seller.get_by_role("button", name="Apply")).to_be_visible(timeout=30_000)
        if name == "books.csv":
            seller.get_by_text("даром").first.wait_for(state="attached")
        seller.get_by_role("button", name="Apply").click()
        until(lambda wanted=title: is_found(demo, wanted), f"{title} in the shop")
        seller.get_by_role("link", name="All uploads").click()


def test_an_upload_that_is_no_catalogue_is_refused_with_a_reason(demo, visitor, tmp_path):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    seller = visitor()
    signs_in(seller, demo, "classics", next=demo.dashboard + "/upload")

    seller.locator("input[type=file]").set_input_files(picture)

    expect(seller.get_by_text(re.compile("not a text file", re.I)).first).to_be_visible()


def test_a_guest_buys_of_two_sellers_and_everyone_gets_what_is_his(demo: Running, visitor):
    guest = visitor()
    puts_in_basket(guest, demo, "Persuasion")
    puts_in_basket(guest, demo, "Идиот")
    guest.goto(demo.shop + "/basket")
    expect(guest.locator(".line")).to_have_count(2)
    guest.get_by_role("link", name="Order these books").click()
    order = orders(guest, "guest@example.net")
    pays(guest, demo, order)

    letter = letter_to(demo, "guest@example.net", "paid")
    link = until(lambda: links_in(letter, "/orders/link/"))[0]
    elsewhere = visitor()
    elsewhere.goto(link)  # on another device, by the letter alone
    expect(elsewhere.get_by_role("heading", name=f"Order {order}")).to_be_visible()
    expect(elsewhere.locator(".sheet .timeline")).to_have_count(2)

    seller_confirms_and_sends(demo, visitor, "english", order)
    elsewhere.get_by_text("The seller has confirmed").first.wait_for()  # without reloading
    seller_confirms_and_sends(demo, visitor, "russian", order)

    for _ in range(2):
        elsewhere.get_by_role("button", name="I have received the parcel").first.click()
    elsewhere.wait_for_load_state()
    until(lambda: state(demo, order) == "completed", "the order completed", patience=30)
    transfers = httpx.get(demo.billing + "/transfers").json()
    assert {t["account"] for t in transfers} >= {"seller-english", "seller-russian"}


def test_a_customer_signs_in_with_a_full_basket_and_pays_after_a_refusal(demo, visitor):
    """In Russian, on a phone."""
    reader = visitor(width=390, locale="ru-RU")
    puts_in_basket(reader, demo, "Двенадцать стульев")
    signs_in(reader, demo, "reader")
    reader.goto(demo.shop + "/checkout")
    expect(reader.get_by_label("Почта")).to_have_value("reader@example.com")
    order = orders(reader, "reader@example.com")
    reader.get_by_role("button", name="Отклонить").click()
    reader.get_by_role("button", name="Оплатить ещё раз").click()
    pays(reader, demo, order)

    reader.goto(demo.shop + "/orders")
    reader.get_by_role("link", name=f"Заказ {order}", exact=True).click()
    reader.get_by_text("Отменить заказ", exact=True).click()
    reader.get_by_role("button", name="Да, отменить заказ").click()
    until(lambda: state(demo, order) == "cancelled", "the order cancelled and refunded")


def test_a_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(demo, visitor):
    guest = visitor()
    puts_in_basket(guest, demo, "Emma")
    guest.goto(demo.shop + "/checkout")
    guest.get_by_label("Name and surname").fill("Ada")
    guest.get_by_label("Email").fill("ada@")
    guest.locator("main form button").last.click()

    expect(guest.get_by_label("Name and surname")).to_have_value("Ada")
    expect(guest.get_by_label("Email")).to_have_value("ada@")
    expect(guest.locator(".field.wrong")).to_have_count(2)
    expect(guest.get_by_label("Email")).to_be_focused()  # the first of them


def test_books_are_found_by_title_author_and_isbn_in_both_languages(demo, visitor):
    for locale, asked, title in (
        ("ru-RU", "мастера и маргариту", "Мастер и Маргарита"),
        ("ru-RU", "достоевский", "Идиот"),
        ("en-GB", "jane austen", "Persuasion"),
        ("en-GB", "9799241583335", "Emma"),
    ):
        page = visitor(locale=locale)
        page.goto(demo.shop)
        page.locator("#q").fill(asked)
        page.locator("#q").press("Enter")
        expect(page.get_by_role("link", name=title, exact=True).first).to_be_visible()


def test_the_shop_speaks_russian_to_who_reads_it(demo, visitor):
    page = visitor(locale="ru-RU")
    page.goto(demo.shop)
    expect(page.get_by_role("heading", level=1)).to_have_text("Что вы хотите прочитать?")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to read?")


def test_a_forged_link_says_so_and_offers_the_way_in(demo, visitor):
    page = visitor()
    answer = page.goto(demo.shop + "/seller/parcels/forged.link")
    assert answer is not None
    assert answer.status in (403, 404)
    expect(page.get_by_role("heading", name="This link does not open")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name=re.compile("Sign in"))).to_be_visible()


def test_an_operator_sees_queues_workers_and_failed_jobs(demo, visitor):
    stranger = visitor()
    answer = stranger.goto(demo.queues)
    assert answer is not None
    assert answer.status != 200 or "/sign-in" in stranger.url
    operator = visitor()
    signs_in(operator, demo, "operator", next="/operator/queues")
    operator.goto(demo.queues)
    expect(operator.get_by_role("cell", name="rules", exact=True).first).to_be_visible()


def signs_in(page: Page, demo: Running, login: str, next: str = "/") -> None:
    page.goto(f"{demo.shop}/sign-in?next={next}")
    page.get_by_label(re.compile("Login or email|Логин или почта")).fill(login)
    page.get_by_label(re.compile("Password|Пароль")).fill("bookshop")
    page.locator("main").get_by_role("button", name=re.compile("Sign in|Войти")).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def puts_in_basket(page: Page, demo: Running, title: str) -> None:
    page.goto(demo.shop + "/books?in_stock=1")
    page.locator("#q").fill(title)
    page.locator("#q").press("Enter")
    page.locator("#results").get_by_role("link", name=title, exact=True).first.click()
    page.get_by_role("button", name=re.compile("Add|В корзину")).first.click()
    expect(page.locator(".count").first).to_be_visible()


def orders(page: Page, address: str) -> int:
    """Fills in the form and places the order; answers its number."""
    page.get_by_label(re.compile("Name and surname|Имя и фамилия")).fill("Ada Lovelace")
    page.get_by_label(re.compile("Email|Почта")).fill(address)
    page.get_by_label(re.compile("Address|Адрес")).fill("12 St James's Square")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(r"/orders/\d+|/pay/"))
    page.wait_for_url(re.compile("/pay/"))  # reserved by a worker; the page goes on by itself
    reference = page.get_by_text(re.compile(r"payment-\d+-\d+")).inner_text()
    return int(reference.split("-")[1])


def pays(page: Page, demo: Running, order: int) -> None:
    if "/pay/" not in page.url:
        page.wait_for_url(re.compile("/pay/"))
    page.get_by_role("button", name=re.compile("^(Pay|Оплатить)")).click()
    page.wait_for_url(re.compile(f"/orders/{order}"))
    until(lambda: state(demo, order) == "paid", "the order paid")


def seller_confirms_and_sends(demo: Running, visitor, login: str, order: int) -> None:
    """By the link in his letter, through the shop's sign-in, to the parcel in the dashboard."""
    seller = visitor()
    seller.goto(link_to_parcel(demo, login, order))
    if "/sign-in" not in seller.url:
        seller.locator("main").get_by_role("link", name=re.compile("Sign in|Войти")).click()
    seller.get_by_label(re.compile("Login or email|Логин")).fill(login)
    seller.get_by_label(re.compile("Password|Пароль")).fill("bookshop")
    seller.locator("main").get_by_role("button", name=re.compile("Sign in|Войти")).click()
    seller.wait_for_url(re.compile(re.escape(demo.dashboard)))
    seller.get_by_role("button", name=re.compile("^(Confirm|Подтвердить)$")).click()
    seller.get_by_role("button", name=re.compile("It is sent|Отправлено")).click()
    expect(
        seller.get_by_text(re.compile("customer is told|Покупателю сообщено")).first
    ).to_be_visible()


def state(demo: Running, order: int) -> str:
    with closing(sqlite3.connect(demo.var / "bookshop.sqlite")) as database:
        query = "SELECT state FROM orders WHERE id = ?"
        [found] = database.execute(query, [order]).fetchone()
    return str(found)


def is_found(demo: Running, title: str) -> bool:
    found = httpx.get(demo.shop + "/api/v1/books", params={"q": title}).json()
    return any(book["title"] == title for book in found["results"])


def letter_to(demo: Running, address: str, holding: str) -> EmailMessage:
    """The newest to this address with these words in it."""

    def looked() -> EmailMessage | None:
        fitting = (one for one in letters_to(demo, address) if holding in text_of(one))
        return next(fitting, None)

    found = until(looked, f"a letter to {address} about {holding}")
    assert found is not None
    return found


def letters_to(demo: Running, address: str) -> Iterator[EmailMessage]:
    """The newest first."""
    for file in sorted((demo.var / "mail").glob("*.eml"), reverse=True):
        content = file.read_bytes()
        if f"To: {address}".encode() in content:  # to read them all takes long
            yield email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[misc]


def link_to_parcel(demo: Running, login: str, order: int) -> str:
    """In the letter that tells the seller of it."""
    letter = letter_to(demo, f"{login}@example.com", f" {order}-")
    return links_in(letter, "/seller/parcels/")[0]


def text_of(letter: EmailMessage) -> str:
    """With the subject."""
    body = letter.get_body(("plain",))
    return f"{letter['Subject']}\n{body.get_content() if body else ''}"


def links_in(letter: EmailMessage, part: str) -> list[str]:
    return [link for link in re.findall(r"https?://\S+", text_of(letter)) if part in link]
