"""Eight processes, a few hot books, one SQLite file."""

import time
from collections import Counter

from tests.rush import BUYERS, rush

COPIES = 12


def test_nothing_is_oversold_and_every_copy_finds_its_buyer(shop, emma, boris):
    offers = [
        shop.sells(owner, title, copies=COPIES)
        for owner, title in ((emma, "Emma"), (boris, "Onegin"), (emma, "Persuasion"))
    ]

    began = time.monotonic()
    ends = rush(shop, emma, offers, pairs=4, singles=6)
    took = time.monotonic() - began

    assert ends == [0] * (BUYERS + 1)
    assert took < 10
    assert [shop.copies(offer) for offer in offers] == [(COPIES, COPIES)] * 3
    states = Counter(shop.state(order) for order in range(1, BUYERS * 10 + 1))
    assert set(states) <= {"reserved", "short", "cancelled"}
    assert sum(states.values()) == BUYERS * 10
    assert shop.offences() == []
