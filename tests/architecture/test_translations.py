"""Every text of the shop can be read in every language it speaks."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from bookshop.translations import FOLDER, LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCE = "en"  # the language the texts are written in
CATALOGUES = [language for language in LANGUAGES if language != SOURCE]
SPEAKING = ("bookshop", "webshop", "worker", "seller_dashboard", "demo")
WRITTEN_AT = {"N_": [0], "_": [0], "_l": [0], "say_many": [1, 2]}  # which arguments are texts
PLACE = re.compile(r"%(?:\(\w+\))?[sd%]")
in_each_language = pytest.mark.parametrize("language", CATALOGUES)


@cache
def written() -> list[str | tuple[str, ...]]:
    """Each text as often as it stands in the code; one and many for a text that counts."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    return [text for _, _, text, _, _ in extract_from_dir(ROOT, methods, options)]


@cache
def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def places(text: str) -> list[str]:
    """What is put in: %(title)s, in any order."""
    return sorted(PLACE.findall(text))


def test_the_texts_are_found():
    assert {"Your basket is empty.", "Login or email", ("%(n)d book", "%(n)d books")} <= set(
        written()
    )


@in_each_language
def test_the_catalogue_holds_each_text_and_no_other(language):
    held = {message.id for message in messages(language)}

    assert held == set(written()), "run `make translations`, and translate what is new"
    assert catalogue(language).obsolete == {}


@in_each_language
def test_each_text_is_translated_and_no_translation_is_a_guess(language):
    unfinished = [
        message.id for message in messages(language) if message.fuzzy or not all(said(message))
    ]

    assert unfinished == []


@in_each_language
def test_a_translation_puts_in_what_the_text_puts_in(language):
    """The text for one may leave its number out; a translated form stands for 21 as well."""
    others = [
        (message.id, form)
        for message in messages(language)
        for form in said(message)
        if places(form) != places(forms(message.id)[-1])
    ]

    assert others == []


@in_each_language
def test_a_text_that_counts_has_each_form_of_the_language(language):
    counting = [message for message in messages(language) if message.pluralizable]

    assert counting
    assert {len(said(message)) for message in counting} == {catalogue(language).num_plurals}


def test_russian_counts_in_three_forms():
    form = c2py(catalogue("ru").plural_expr)

    assert [form(n) for n in (1, 21, 2, 24, 5, 11, 0)] == [0, 0, 1, 1, 2, 2, 2]


def test_no_text_stands_both_alone_and_as_the_first_of_a_pair():
    """A catalogue has one entry for the two, and the text alone would get a place for a number."""
    firsts = {text[0] for text in written() if not isinstance(text, str)}

    assert firsts & set(written()) == set()


def test_a_text_is_written_where_it_is_marked():
    """What is put together from pieces, or named elsewhere, no translator gets to see."""
    elsewhere = [
        f"{path.relative_to(ROOT)}:{argument.lineno}"
        for folder in SPEAKING
        for path in (ROOT / folder).rglob("*.py")
        for argument in marked(ast.parse(path.read_text()))
        if not isinstance(argument, ast.Constant)
    ]

    assert elsewhere == []


def marked(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for place in WRITTEN_AT.get(node.func.id, []):
                yield node.args[place]


def said(message: Message) -> tuple[str, ...]:
    return forms(message.string)
