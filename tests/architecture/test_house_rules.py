"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bookshop.messages import MESSAGES
from bookshop.notifications.letters import LETTERS
from worker.handlers import write_letters
from worker.subscriptions import SUBSCRIPTIONS

ROOT = Path(__file__).parents[2]
SHOP = ("bookshop", "webshop", "worker", "search_index", "seller_dashboard")
EVERYTHING = (*SHOP, "billing_sandbox", "demo", "benchmarks", "docs")
LONGEST_FILE = 350  # lines
TRANSACTIONS_LIVE_IN = "bookshop/database.py"


def files(*folders: str) -> list[str]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


CODE = files(*SHOP)
SERVICES = {*files("bookshop/orders"), *(path for path in CODE if path.endswith("/service.py"))}


@cache
def read(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


@cache
def calls(path: str) -> frozenset[str]:
    """What is called there, as it is written: "session.commit"."""
    nodes = ast.walk(read(path))
    return frozenset(ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call))


def public_functions(path: str) -> Iterator[ast.FunctionDef]:
    for node in read(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def ends_a_transaction(call: str) -> bool:
    """Whoosh's writer commits too, but no transaction of ours."""
    owner, _, verb = call.rpartition(".")
    return verb in ("commit", "rollback") and owner != "writer"


def test_only_the_database_module_ends_a_transaction():
    ending = {path for path in CODE if any(map(ends_a_transaction, calls(path)))}

    assert ending == {TRANSACTIONS_LIVE_IN}


def test_a_service_is_given_its_session_first():
    elsewhere = [
        f"{path}: {function.name}"
        for path in SERVICES
        for function in public_functions(path)
        for place, given in enumerate(function.args.args)
        if given.annotation and ast.unparse(given.annotation) == "Session" and place > 0
    ]

    assert elsewhere == []


def test_a_service_leaves_the_transaction_to_its_front_door():
    opened = {
        f"{path}: {call}"
        for path in SERVICES
        for call in calls(path)
        if call.endswith((".transaction", ".reading")) or call == "Session"
    }

    assert opened == set()


def test_nobody_waits_by_sleeping():
    assert [path for path in CODE if {"time.sleep", "sleep"} & calls(path)] == []


def test_a_file_can_be_read_in_one_sitting():
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in files(*EVERYTHING)}

    assert {path: long for path, long in lines.items() if long > LONGEST_FILE} == {}


def test_a_module_begins_by_saying_what_it_is_for():
    silent = [path for path in files(*EVERYTHING) if read(path).body and not says(path)]

    assert silent == []


def says(path: str) -> str | None:
    return ast.get_docstring(read(path))


@pytest.mark.parametrize("kind", MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_each_message_stands_in_the_table_of_subscriptions(kind):
    assert kind in SUBSCRIPTIONS


@pytest.mark.parametrize("kind", SUBSCRIPTIONS, ids=lambda kind: kind.__name__)
def test_letters_are_written_for_just_the_messages_that_owe_some(kind):
    assert (write_letters in SUBSCRIPTIONS[kind]) == (kind in LETTERS)
