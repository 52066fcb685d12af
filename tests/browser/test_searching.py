"""Searching with the keyboard alone: what is suggested while one types, and what was understood."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_keyboard import tabs_to
from tests.processes.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("width", "path"), [(1280, "/"), (390, "/books")])
def test_a_suggested_book_is_chosen_with_the_arrows(demo: Running, visitor, width, path):
    reader = visitor(width=width)
    reader.goto(demo.shop + path)
    field = types(reader, "jane aus")
    options = reader.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_have_text("Jane Austen")
    expect(options.nth(1)).to_contain_text("₽")
    assert options.nth(1).locator("svg.cover").is_visible()
    expect(reader.locator("#news")).to_have_text(re.compile(r"\d suggestions"))

    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowDown", 1)):
        reader.keyboard.press(key)
        chosen = options.nth(place)
        expect(chosen).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        expect(field).to_be_focused()
    assert reader.evaluate("document.documentElement.scrollWidth") <= width
    address = options.nth(1).get_attribute("href") or ""
    reader.keyboard.press("Enter")

    reader.wait_for_url(demo.shop + address)
    expect(reader.get_by_role("heading", level=1)).to_be_visible()


def test_escape_closes_the_list_and_leaves_what_was_typed(demo: Running, visitor):
    reader = visitor()
    reader.goto(demo.shop)
    field = types(reader, "aus")
    listed = reader.get_by_role("listbox")
    reader.keyboard.press("ArrowUp")  # from the field it leads to the last one
    expect(listed.get_by_role("option").last).to_have_attribute("aria-selected", "true")

    reader.keyboard.press("Escape")

    expect(listed).to_be_hidden()
    expect(field).to_have_value("aus")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    reader.keyboard.press("ArrowDown")
    expect(listed).to_be_visible()
    reader.keyboard.press("Tab")
    expect(listed).to_be_hidden()


def test_enter_searches_for_the_words_when_no_suggestion_was_chosen(demo: Running, visitor):
    reader = visitor()
    reader.goto(demo.shop)
    types(reader, "austen")

    reader.keyboard.press("Enter")

    reader.wait_for_url(re.compile(r"/books\?q=austen$"))
    expect(reader.get_by_role("listbox")).to_be_hidden()


def test_the_typed_words_can_be_searched_for_instead(demo: Running, visitor):
    for locale, told, instead, back in (
        ("en-GB", "Showing results for “harry potter”.", "Search instead for", "what is like"),
        ("ru-RU", "Показаны результаты по запросу «harry potter».", "Искать всё же", "похожее на"),
    ):
        reader = visitor(locale=locale)
        reader.goto(demo.shop)
        types(reader, "hary poter")
        reader.keyboard.press("Enter")
        expect(reader.get_by_text(told)).to_be_visible()

        tabs_to(reader, reader.get_by_role("link", name=instead)).press("Enter")
        reader.wait_for_url(re.compile("as_typed=1"))
        expect(reader.get_by_role("heading", level=1)).to_have_text("hary poter")
        tabs_to(reader, reader.get_by_role("link", name=back)).press("Enter")
        expect(reader.get_by_text(told)).to_be_visible()


def test_without_scripts_one_searches_by_the_plain_form(demo: Running, chromium):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    reader = context.new_page()
    reader.goto(demo.shop)
    assert reader.locator("#q").get_attribute("role") is None
    reader.locator("#q").fill("austen")
    reader.locator("#q").press("Enter")

    expect(reader.locator("mark").first).to_have_text("Austen")
    context.close()


def types(page: Page, words: str) -> Locator:
    """Into the search of the page, key by key."""
    field = page.locator("#q")
    expect(field).to_have_role("combobox")
    field.focus()
    page.keyboard.type(words)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    return field
