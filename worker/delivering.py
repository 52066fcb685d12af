"""One delivery: one message to one handler, its effect and the mark *done* in one transaction."""

import time
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from typing import Any

import structlog

from bookshop import outbox
from bookshop.messages import Message
from bookshop.outbox import LEFT_ALONE, Undone
from worker.handlers import Errand, Rule
from worker.subscriptions import HANDLERS
from worker.tools import Tools

HELD_AT_ONCE = 10  # errands; those that may be are asked side by side
A_MOMENT = 1.0  # second: what is left of a hold then is still longer than an errand takes

log = structlog.get_logger()

Held = dict[int, float]  # the errands that are ours to ask, and since when
Answers = dict[int, Future[Any]]  # of those that were begun together


def deliver(delivery_id: int, tools: Tools) -> Exception | None:
    """What went wrong, if anything; the delivery row says so too, and when it goes again."""
    for delivery in _undone([delivery_id], tools):
        return _deliver(delivery, tools, _hold([delivery], tools), {})
    return None


def deliver_all(delivery_ids: Sequence[int], tools: Tools) -> None:
    """If that takes too long, those that are left are due again by then, and whoever is handed them
    next has a shorter way.
    """
    until = time.monotonic() + LEFT_ALONE.total_seconds()
    deliveries = _undone(delivery_ids, tools)
    with ExitStack() as at_end:
        for name in {delivery.handler for delivery in deliveries}:
            if isinstance(errand := HANDLERS.get(name), Errand):
                at_end.enter_context(errand.together(tools))
        for first in range(0, len(deliveries), HELD_AT_ONCE):
            some = deliveries[first : first + HELD_AT_ONCE]
            held = _hold(some, tools)
            answers = _begin_to_ask(some, tools, held)
            for delivery in some:
                if time.monotonic() > until and delivery.id not in answers:
                    continue  # what was begun is brought to its end
                _deliver(delivery, tools, held, answers)
            if time.monotonic() > until:
                return


def _undone(delivery_ids: Sequence[int], tools: Tools) -> list[Undone]:
    with tools.database.reading() as session:
        return outbox.undone(session, delivery_ids)


def _hold(deliveries: Sequence[Undone], tools: Tools) -> Held:
    """The errands among them, but for those that somebody is at."""
    ids = [each.id for each in deliveries if isinstance(HANDLERS.get(each.handler), Errand)]
    if not ids:
        return {}
    since = time.monotonic()  # or a little later: whoever waits for the database holds no longer
    with tools.database.transaction() as session:
        return dict.fromkeys(outbox.hold(session, ids, LEFT_ALONE), since)


def _begin_to_ask(deliveries: Sequence[Undone], tools: Tools, held: Held) -> Answers:
    """Those that may be asked side by side: the slow answer of one does not keep the others."""
    answers = {}
    for each in deliveries:
        errand = HANDLERS.get(each.handler)
        if isinstance(errand, Errand) and errand.side_by_side and _was_just_held(each.id, held):
            answers[each.id] = _side_by_side().submit(_ask, errand, each, tools)
    return answers


def _ask(errand: Errand[Any, Any], delivery: Undone, tools: Tools) -> Any:
    return errand.ask(delivery.message, _holding_on(tools, delivery.id))


@cache
def _side_by_side() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(HELD_AT_ONCE)


def _deliver(delivery: Undone, tools: Tools, held: Held, answers: Answers) -> Exception | None:
    try:
        handler = HANDLERS[delivery.handler]
        if isinstance(handler, Errand):
            _run_errand(handler, delivery, tools, held, answers)
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


def _run_errand(
    errand: Errand[Any, Any], delivery: Undone, tools: Tools, held: Held, answers: Answers
) -> None:
    if delivery.id not in held:
        return  # somebody is at it, or it is done
    if delivery.id in answers:
        answer = answers[delivery.id].result()
    elif _was_just_held(delivery.id, held) or _is_still_held(delivery.id, tools, held):
        answer = _ask(errand, delivery, tools)
    else:
        return
    with tools.database.transaction() as session:
        if outbox.mark_done(session, delivery.id):
            errand.record(session, delivery.message, answer)


def _was_just_held(delivery_id: int, held: Held) -> bool:
    return delivery_id in held and time.monotonic() - held[delivery_id] <= A_MOMENT


def _is_still_held(delivery_id: int, tools: Tools, held: Held) -> bool:
    """And for its whole time, if its turn comes late."""
    with tools.database.transaction() as session:  # which may have been waited for
        in_time = time.monotonic() - held[delivery_id] < LEFT_ALONE.total_seconds()
        return in_time and outbox.still_held(session, delivery_id, LEFT_ALONE)


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
