"""What goes wrong: processes die, the queue is emptied, billing and the mail server misbehave."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from random import Random
from typing import Any, TypeVar

import httpx
import psutil
import redis
from sqlalchemy import text

from tests.chaos.mailbox import BAD_MOODS, Mood
from tests.chaos.shop import APPLICATION, Shop
from tests.waiting import until

Card = TypeVar("Card")

VICTIMS = {
    "worker rules": r"manage\.py worker rules",
    "worker billing": r"manage\.py worker billing",
    "worker mail": r"manage\.py worker mail",
    "worker imports": r"manage\.py worker imports",
    "worker index": r"manage\.py worker index",
    "relay": r"manage\.py relay",
    "webshop": r"gunicorn webshop",
    "billing": r"-m billing_sandbox",
    "redis": r"(redis|valkey)-server",
}
BILLING: dict[str, Mapping[str, object]] = {
    "billing dropped webhooks": {"drop_webhooks": True},
    "billing doubled webhooks": {"duplicate_webhooks": True},
    "billing was late": {"latency_ms": 4000},  # longer than the shop waits
    "billing answered 503": {"error_rate": 0.6},
    "billing lost answers after the effect": {"timeout_after_commit": True},
}
NO_FAULTS = {
    "latency_ms": 0,
    "error_rate": 0,
    "drop_webhooks": False,
    "duplicate_webhooks": False,
    "timeout_after_commit": False,
}
FLUSHED, CUT_OFF = "redis flushed", "database connection ended"
LONGEST = 15  # seconds a fault lasts when nobody meets it
# How the worker's log says that the shop felt it.
FELT = {
    "billing was late": r"delivery failed.*ReadTimeout",
    "billing answered 503": r"delivery failed.*: 503'",
    "billing lost answers after the effect": r"delivery failed.*(RemoteProtocolError|ReadError)",
    Mood.IS_AWAY: r"delivery failed.*ConnectionRefusedError",
}


def happened(shop: Shop) -> dict[str, int]:
    """How often each fault really did, not only was wished."""
    kills = [f"killed: {victim}" for victim in VICTIMS]
    faults = [*kills, FLUSHED, *[CUT_OFF] * shop.on_postgres, *BILLING, *BAD_MOODS]
    return {fault: _how_often(shop, fault) for fault in faults}


def missed(shop: Shop) -> list[str]:
    """Without each of these a run of a minute has proved less than it says."""
    return [fault for fault, times in happened(shop).items() if not times]


def kill_and_flush(shop: Shop) -> None:
    chance = shop.plan.chance("killer")
    deck = [*VICTIMS, FLUSHED, *[CUT_OFF] * shop.on_postgres]
    for what in _one_after_the_other(deck, shop, chance):
        if what in VICTIMS:
            _kill(shop, what, chance)
        elif what == FLUSHED:
            _flush(shop)
        else:
            _cut_off(shop, chance)


def spoil_billing(shop: Shop) -> None:
    chance = shop.plan.chance("billing")
    for fault in _one_after_the_other(list(BILLING), shop, chance):
        _tell_billing(shop, BILLING[fault])
        _until_it_was_felt(shop, fault, chance)
        _tell_billing(shop, NO_FAULTS)


def spoil_the_mail(shop: Shop) -> None:
    chance = shop.plan.chance("mail")
    for mood in _one_after_the_other(BAD_MOODS, shop, chance):
        shop.post.feels(mood)
        _until_it_was_felt(shop, mood, chance)
        shop.post.feels(Mood.WELL)


SPOILERS = (kill_and_flush, spoil_billing, spoil_the_mail)


def _one_after_the_other(deck: list[Card], shop: Shop, chance: Random) -> Iterator[Card]:
    """Shuffled like cards: each comes once before any comes again."""
    while True:
        for card in chance.sample(deck, len(deck)):
            if shop.closing.wait(chance.uniform(1, 4)):
                return
            yield card


def _until_it_was_felt(shop: Shop, fault: str, chance: Random) -> None:
    """And somewhat longer."""
    before, longest = _how_often(shop, fault), time.monotonic() + LONGEST
    while _how_often(shop, fault) <= before and time.monotonic() < longest:
        if shop.closing.wait(0.5):
            return
    shop.closing.wait(chance.uniform(0.5, 2))


def _how_often(shop: Shop, fault: str) -> int:
    if fault in FELT:
        asking = "worker-billing" if fault in BILLING else "worker-mail"
        return len(re.findall(FELT[fault], _log(shop, asking)))
    if fault == "billing dropped webhooks":
        return sum(event["state"] == "dropped" for event in _events(shop))
    if fault == "billing doubled webhooks":
        failed = Counter(re.findall(r"webhook (\w+), try", _log(shop, "billing")))
        return sum(event["tries"] - failed[event["id"]] > 1 for event in _events(shop))
    return shop.tally[fault]


def _kill(shop: Shop, victim: str, chance: Random) -> None:
    found = [
        process.pid
        for process in psutil.Process(shop.running.process.pid).children(recursive=True)
        if re.search(VICTIMS[victim], _command(process))
    ]
    with suppress(ProcessLookupError):
        if found:
            os.kill(chance.choice(sorted(found)), signal.SIGKILL)
            shop.tally.count(f"killed: {victim}")


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # it has ended


def _flush(shop: Shop) -> None:
    with suppress(redis.RedisError), redis.Redis(port=shop.redis_port) as queue:
        queue.flushall()
        shop.tally.count(FLUSHED)


def _cut_off(shop: Shop, chance: Random) -> None:
    """One of the shop's connections, one at work if there is any."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = :name AND state {} 'idle'"
    with shop.database.reading() as session:
        for state in ("<>", "="):
            pids = session.scalars(text(query.format(state)), {"name": APPLICATION}).all()
            if pids:
                ended = chance.choice(sorted(pids))
                session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": ended})
                shop.tally.count(CUT_OFF)
                return


def _tell_billing(shop: Shop, faults: Mapping[str, object]) -> None:
    """It may just be dead itself; what it was told it remembers."""

    def told() -> bool:
        with suppress(httpx.TransportError):
            return httpx.post(f"{shop.running.billing}/faults", json=faults).is_success
        return False

    until(told, "billing to be told", patience=60, every=0.2)


def _events(shop: Shop) -> list[dict[str, Any]]:
    """What billing had to tell, and how it came to be told; none as long as it does not say."""
    with suppress(httpx.TransportError):
        answer = httpx.get(f"{shop.running.billing}/events")
        if answer.is_success:
            events: list[dict[str, Any]] = answer.json()
            return events
    return []


def _log(shop: Shop, process: str) -> str:
    return (shop.running.var / "log" / f"{process}.log").read_text(errors="replace")
