"""One delivery: one message to one handler, its effect and the mark *done* in one transaction."""

import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from bookshop import outbox
from bookshop.messages import Message
from bookshop.outbox import LEFT_ALONE, Undone
from worker.handlers import Errand, Rule
from worker.subscriptions import HANDLERS
from worker.tools import Tools

log = structlog.get_logger()


def deliver(delivery_id: int, tools: Tools) -> Exception | None:
    """What went wrong, if anything; the delivery row says so too, and when it goes again."""
    for delivery in _undone([delivery_id], tools):
        return _deliver(delivery, tools)
    return None


def deliver_all(delivery_ids: Sequence[int], tools: Tools) -> None:
    """One after the other. If that takes too long, those that are left are due again by then, and
    whoever is handed them next has a shorter way.
    """
    until = time.monotonic() + LEFT_ALONE.total_seconds()
    for delivery in _undone(delivery_ids, tools):
        if time.monotonic() > until:
            return
        _deliver(delivery, tools)


def _undone(delivery_ids: Sequence[int], tools: Tools) -> list[Undone]:
    with tools.database.reading() as session:
        return outbox.undone(session, delivery_ids)


def _deliver(delivery: Undone, tools: Tools) -> Exception | None:
    try:
        handler = HANDLERS[delivery.handler]
        if isinstance(handler, Errand):
            _run_errand(handler, delivery.id, delivery.message, tools)
        else:
            _apply_rule(handler, delivery.id, delivery.message, tools)
    except Exception as error:
        log.warning("delivery failed", delivery=delivery.id, error=repr(error))
        _mark_failed(delivery.id, tools)
        return error
    return None


def _apply_rule(rule: Rule, delivery_id: int, message: Message, tools: Tools) -> None:
    with tools.database.transaction() as session:
        if outbox.mark_done(session, delivery_id):
            rule(session, message, tools.settings)


def _run_errand(errand: Errand[Any, Any], delivery_id: int, message: Message, tools: Tools) -> None:
    if not _hold(delivery_id, tools):
        return  # somebody is at it, or it is done
    answer = errand.ask(message, _holding_on(tools, delivery_id))
    with tools.database.transaction() as session:
        if outbox.mark_done(session, delivery_id):
            errand.record(session, message, answer)


def _hold(delivery_id: int, tools: Tools) -> bool:
    with tools.database.transaction() as session:
        return outbox.hold(session, delivery_id, LEFT_ALONE)


def _holding_on(tools: Tools, delivery_id: int) -> Tools:
    def hold_on() -> None:
        tools.give_way()
        with tools.database.transaction() as session:
            outbox.hold_on(session, delivery_id, LEFT_ALONE)

    return replace(tools, still_at_it=hold_on)


def _mark_failed(delivery_id: int, tools: Tools) -> None:
    with tools.database.transaction() as session:
        delivery = outbox.open_delivery(session, delivery_id)
        if delivery:
            outbox.mark_failed(delivery, traceback.format_exc())
