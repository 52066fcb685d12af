"""The shop without a mouse: Tab, Enter, Space and arrows reach all of it, and lose no place."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_use_cases import (
    is_found,
    link_to_parcel,
    orders,
    puts_in_basket,
    state,
)
from tests.processes.running import Running
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]

MOST_STOPS = 150  # on one page
LONGER_THAN_A_LOOK = 16_000  # ms; a paid order is looked at every 15 s
# At once: each question to the browser takes its time, and there is one for every Tab.
LOOK = """wanted => {
    const here = document.querySelector(":focus")
    const around = here ? [here, here.closest(".card, .search") ?? here] : []
    const shows = (look) => look.outlineStyle !== "none" || look.boxShadow !== "none"
    return {
        arrived: wanted === document.activeElement,
        isSeen: !here || around.map(getComputedStyle).some(shows),
        html: here?.outerHTML.slice(0, 200),
    }
}"""


def test_a_guest_buys_and_cancels_with_the_keyboard_alone(demo: Running, visitor):
    guest = visitor()
    guest.clock.install()
    finds_and_puts_in_basket(guest, demo, "Emma")
    finds_and_puts_in_basket(guest, demo, "Идиот")
    tabs_to(guest, guest.get_by_role("link", name="Basket").first).press("Enter")
    changes_the_quantity_and_takes_out(guest)
    tabs_to(guest, guest.get_by_role("link", name="Order these books")).press("Enter")
    order = orders_after_a_mistake(guest)
    pays(guest, order)

    drawer = guest.locator(".drawer summary").first
    tabs_to(guest, drawer).press("Enter")
    confirms(demo, visitor, order)
    guest.clock.fast_forward(LONGER_THAN_A_LOOK)
    expect(guest.get_by_text("The seller is packing the parcel")).to_be_visible()
    expect(drawer).to_be_focused()
    expect(guest.locator("#news")).to_contain_text("Being packed")

    tabs_to(guest, guest.get_by_role("button", name="Yes, cancel this parcel")).press("Enter")
    until(lambda: state(demo, order) == "cancelled", "the order cancelled and refunded")


def test_a_parcel_is_sent_and_received_with_the_keyboard_alone(demo: Running, visitor):
    guest = visitor()
    order = buys_with_the_mouse(guest, demo)

    seller = confirms(demo, visitor, order)
    tabs_to(seller, seller.get_by_role("button", name="It is sent"), back=True).press("Enter")
    expect(seller.get_by_text("Noted as sent")).to_be_visible()

    guest.reload()
    received = guest.get_by_role("button", name="I have received the parcel")
    tabs_to(guest, received).press("Enter")
    until(lambda: state(demo, order) == "completed", "the order completed")


def test_a_catalogue_is_uploaded_applied_and_undone_with_the_keyboard_alone(
    demo: Running, visitor, tmp_path
):
    catalogue = tmp_path / "books.csv"
    catalogue.write_text("title,price,stock\nBy the Keys Alone,100,3\n")
    seller = visitor()
    seller.goto(f"{demo.shop}/sign-in?next={demo.dashboard}/upload")
    signs_in(seller, "secondhand")

    with seller.expect_file_chooser() as chooser:
        tabs_to(seller, seller.get_by_role("button", name="Choose a file")).press("Enter")
    chooser.value.set_files(catalogue)
    tabs_to(seller, seller.get_by_role("button", name="Apply")).press("Enter")
    until(lambda: is_found(demo, "By the Keys Alone"), "the book in the shop")

    drawer = seller.locator("summary", has_text="Undo this upload")
    tabs_to(seller, drawer).press("Enter")
    tabs_to(seller, seller.get_by_role("button", name="Undo", exact=True)).press("Enter")
    until(lambda: not is_found(demo, "By the Keys Alone"), "the book gone")


def test_a_filter_keeps_the_focus_while_the_list_is_renewed(demo: Running, visitor):
    reader = visitor()
    reader.goto(demo.shop + "/books")
    in_stock = reader.get_by_label("In stock only")
    tabs_to(reader, in_stock).press("Space")
    reader.wait_for_url(re.compile("in_stock=1"))
    expect(in_stock).to_be_checked()
    expect(in_stock).to_be_focused()

    languages = reader.get_by_role("group", name="Seller")
    tabs_to(reader, languages.get_by_label("any"), back=True).press("ArrowDown")
    reader.wait_for_url(re.compile("seller="))
    expect(languages.locator(":checked")).to_be_focused()
    expect(reader.locator("#news")).to_contain_text("book")


def test_the_content_is_one_key_away_and_so_is_the_other_language(demo: Running, visitor):
    reader = visitor()
    reader.goto(demo.shop)

    reader.keyboard.press("Tab")
    reader.keyboard.press("Enter")
    expect(reader.locator("#main")).to_be_focused()
    reader.keyboard.press("Tab")
    expect(reader.locator("#q")).to_be_focused()

    tabs_to(reader, reader.get_by_role("link", name="Русский")).press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Что вы хотите прочитать?")


def test_a_customer_signs_in_and_out_with_the_keyboard_alone(demo: Running, visitor):
    """In Russian, as the account is."""
    reader = visitor(locale="ru-RU")
    reader.goto(demo.shop)
    tabs_to(reader, reader.get_by_role("link", name="Войти")).press("Enter")
    tabs_to(reader, reader.get_by_label("Логин или почта"))
    reader.keyboard.type("reader")
    tabs_to(reader, reader.get_by_label("Пароль"))
    reader.keyboard.type("not this one")
    reader.keyboard.press("Enter")

    password = reader.get_by_label("Пароль")
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description(re.compile("логином и паролем нет"))
    reader.keyboard.type("bookshop")
    reader.keyboard.press("Enter")

    tabs_to(reader, reader.get_by_role("link", name="Заказы")).press("Enter")
    expect(reader.get_by_role("heading", name="Мои заказы")).to_be_visible()
    tabs_to(reader, reader.locator(".tools a[href='/account']")).press("Enter")
    tabs_to(reader, reader.get_by_role("button", name="Выйти")).press("Enter")
    expect(reader.get_by_role("link", name="Войти")).to_be_visible()


def tabs_to(page: Page, wanted: Locator, back: bool = False) -> Locator:
    """Tab by Tab, as one who sees by the outline where he is."""
    wanted.wait_for()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        told = wanted.evaluate(LOOK)
        assert told["isSeen"], f"nothing shows the focus on {told['html']}"
        if told["arrived"]:
            return wanted
    raise AssertionError(f"no Tab leads to {wanted} on {page.url}")


def finds_and_puts_in_basket(guest: Page, demo: Running, title: str) -> None:
    guest.goto(demo.shop)
    tabs_to(guest, guest.locator("#q"))
    guest.keyboard.type(title)
    guest.keyboard.press("Enter")
    results = guest.locator("#results").get_by_role("link", name=title, exact=True)
    tabs_to(guest, results.first).press("Enter")
    tabs_to(guest, guest.get_by_role("button", name="Add").first).press("Enter")
    expect(guest.get_by_text("The book is in the basket")).to_be_visible()


def changes_the_quantity_and_takes_out(guest: Page) -> None:
    """Both renew the basket under the reader's hands."""
    quantity = guest.get_by_label("How many: Emma")
    tabs_to(guest, quantity)
    guest.keyboard.type("2")  # what was there is selected, as in any field that is tabbed to
    guest.keyboard.press("Enter")
    expect(guest.locator(".count")).to_have_text(re.compile("^3"))
    expect(quantity).to_be_focused()
    expect(guest.locator("#news")).to_contain_text("To pay")

    tabs_to(guest, guest.get_by_role("button", name=re.compile("Take out.*Идиот"))).press("Enter")
    expect(guest.locator(".line")).to_have_count(1)
    expect(guest.locator("#basket")).to_be_focused()


def orders_after_a_mistake(guest: Page) -> int:
    """Without an address: the form says so there, and the keyboard is there already."""
    for label, text in (("Name and surname", "Ada Lovelace"), ("Email", "keys@example.net")):
        tabs_to(guest, guest.get_by_label(label))
        guest.keyboard.type(text)
    guest.keyboard.press("Enter")
    address = guest.get_by_label("Address")
    expect(address).to_be_focused()
    expect(address).to_have_accessible_description("Please fill this in.")

    guest.keyboard.type("12 St James's Square")
    tabs_to(guest, guest.get_by_role("button", name="Place the order")).press("Enter")
    guest.wait_for_url(re.compile(r"/orders/\d+|/pay/"))
    guest.wait_for_url(re.compile("/pay/"))
    reference = guest.get_by_text(re.compile(r"payment-\d+-\d+")).inner_text()
    return int(reference.split("-")[1])


def pays(guest: Page, order: int) -> None:
    tabs_to(guest, guest.get_by_role("button", name=re.compile("^Pay"))).press("Enter")
    guest.wait_for_url(re.compile(f"/orders/{order}"))
    expect(guest.get_by_text("The seller is asked to confirm")).to_be_visible()


def buys_with_the_mouse(guest: Page, demo: Running) -> int:
    """How a guest buys with the keyboard is another story."""
    puts_in_basket(guest, demo, "Emma")
    guest.goto(demo.shop + "/checkout")
    order = orders(guest, "keys@example.net")
    guest.get_by_role("button", name=re.compile("^Pay")).click()
    guest.wait_for_url(re.compile(f"/orders/{order}"))
    return order


def confirms(demo: Running, visitor, order: int) -> Page:
    """The seller, by the link in his letter. Where he is then."""
    seller = visitor()
    seller.goto(link_to_parcel(demo, "english", order))
    signs_in(seller, "english")
    tabs_to(seller, seller.locator("summary", has_text="I cannot send it"))  # and goes past it
    tabs_to(seller, seller.get_by_role("button", name="Confirm"), back=True).press("Enter")
    expect(seller.get_by_text("Send it when you can")).to_be_visible()
    return seller


def signs_in(visitor: Page, login: str) -> None:
    tabs_to(visitor, visitor.get_by_label("Login or email"))
    visitor.keyboard.type(login)
    tabs_to(visitor, visitor.get_by_label("Password"))
    visitor.keyboard.type("bookshop")
    visitor.keyboard.press("Enter")
