"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bookshop.messages import Message
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
SERVICES = files("bookshop/orders") + [
    path for path in files("bookshop") if path.endswith("/service.py")
]


@cache
def read(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def calls(path: str) -> Iterator[str]:
    """What is called there, as it is written: "session.commit"."""
    for node in ast.walk(read(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def public_functions(path: str) -> Iterator[ast.FunctionDef]:
    for node in read(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("path", CODE)
def test_only_the_database_module_ends_a_transaction(path):
    ends = {f"{owner}.{end}" for owner in owners(path) for end in ("commit", "rollback")}

    assert path == TRANSACTIONS_LIVE_IN or not ends & set(calls(path))


def owners(path: str) -> set[str]:
    """Whoever is called there. Whoosh's writer commits too, but no transaction of ours."""
    return {call.rpartition(".")[0] for call in calls(path)} - {"writer"}


@pytest.mark.parametrize("path", sorted(set(SERVICES)))
def test_a_service_is_given_its_session_first_and_opens_none(path):
    for function in public_functions(path):
        given = [(each.arg, ast.unparse(each.annotation)) for each in function.args.args]
        sessions = [place for place, (_, kind) in enumerate(given) if kind == "Session"]
        assert sessions in ([], [0]), f"{function.name} takes its session elsewhere"
    opened = {call for call in calls(path) if call.endswith((".transaction", ".reading"))}
    assert not opened, "the front door opens the transaction"


@pytest.mark.parametrize("path", CODE)
def test_nobody_waits_by_sleeping(path):
    assert not {"time.sleep", "sleep"} & set(calls(path))


@pytest.mark.parametrize("path", files(*EVERYTHING))
def test_a_file_can_be_read_in_one_sitting(path):
    assert len((ROOT / path).read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", files(*EVERYTHING))
def test_a_file_begins_by_saying_what_it_is_for(path):
    module = read(path)

    assert ast.get_docstring(module) or not module.body


@pytest.mark.parametrize("kind", Message.__subclasses__(), ids=lambda kind: kind.__name__)
def test_each_message_stands_in_the_table_of_subscriptions(kind):
    assert kind in SUBSCRIPTIONS


@pytest.mark.parametrize("kind", SUBSCRIPTIONS, ids=lambda kind: kind.__name__)
def test_letters_are_written_for_just_the_messages_that_owe_some(kind):
    assert (write_letters in SUBSCRIPTIONS[kind]) == (kind in LETTERS)
