"""Eight processes, a few hot books, one SQLite file."""

from collections import Counter

from tests.rush import BUYERS, rush

COPIES = 12


def test_nothing_is_oversold_and_every_copy_finds_its_buyer(shop, emma, boris):
    owners = {
        shop.sells(owner, title, copies=COPIES): owner
        for owner, title in ((emma, "Emma"), (boris, "Onegin"), (emma, "Persuasion"))
    }

    assert rush(shop, owners, pairs=3, singles=5) == [0] * (BUYERS + 1)

    assert [shop.copies(offer) for offer in owners] == [(COPIES, COPIES)] * 3
    states = Counter(shop.state(order) for order in range(1, BUYERS * 8 + 1))
    assert set(states) <= {"reserved", "short", "cancelled"}
    assert sum(states.values()) == BUYERS * 8
    assert shop.offences() == []
