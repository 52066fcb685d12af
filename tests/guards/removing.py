"""Take a guard away for a while: a word of SQL, a constraint, an idempotency key, a function."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from unittest import mock

from sqlalchemy import event

from bookshop.tables import Base
from tests.shop import Shop

Removal = Callable[[Shop], AbstractContextManager[object]]


def saying(pattern: str, instead: str) -> Removal:
    """Every statement that holds the one is said with the other; there must be some."""

    @contextmanager
    def removed(shop: Shop) -> Iterator[None]:
        changed = []

        def say(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
            said, times = re.subn(pattern, instead, statement)
            changed.extend([statement] * times)
            return said, parameters

        engine = shop.database.engine
        event.listen(engine, "before_cursor_execute", say, retval=True)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", say)
        assert changed, f"nobody says {pattern}"

    return removed


def constraint(name: str) -> Removal:
    """The table is made without it. What was in the table is lost."""

    @contextmanager
    def removed(shop: Shop) -> Iterator[None]:
        [(table, owner, guard)] = [
            (table, owner, guard)
            for table in Base.metadata.tables.values()
            for owner in (table.constraints, table.indexes)
            for guard in owner
            if str(guard.name).endswith(name)
        ]
        engine = shop.database.engine
        table.drop(engine)
        owner.remove(guard)
        try:
            table.create(engine)
            yield
        finally:
            owner.add(guard)
            table.drop(engine)
            table.create(engine)

    return removed


def idempotency_key(deed: str) -> Removal:
    """Billing is not told that this asking is the same as another."""

    @contextmanager
    def removed(shop: Shop) -> Iterator[None]:
        ask, numbers = getattr(shop.billing, deed), count(1)

        def asked(key: str, *args: Any, **kwargs: Any) -> Any:
            answer = ask(f"{key} {next(numbers)}", *args, **kwargs)
            return replace(answer, key=key) if hasattr(answer, "key") else answer

        with mock.patch.object(shop.billing, deed, asked):
            yield

    return removed


def what(owner: Any, name: str, instead: Any) -> Removal:
    return lambda _: mock.patch.object(owner, name, instead)


def rule(table: dict[Any, Any], pair: Any, becomes: Any) -> Removal:
    """What a table of states does not allow is allowed."""
    return lambda _: mock.patch.dict(table, {pair: becomes})


def both(*removals: Removal) -> Removal:
    @contextmanager
    def removed(shop: Shop) -> Iterator[None]:
        with ExitStack() as stack:
            for removal in removals:
                stack.enter_context(removal(shop))
            yield

    return removed
