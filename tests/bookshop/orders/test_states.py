"""The two tables: what they do not hold is impossible, and every state can be reached."""

from enum import StrEnum

import pytest

from bookshop.messages import MESSAGES
from bookshop.orders.states import (
    LIFE_OF_A_PARCEL,
    LIFE_OF_AN_ORDER,
    WAIT,
    ImpossibleMove,
    OrderState,
    ParcelState,
    TooEarly,
    next_state,
)

LIVES = [(LIFE_OF_AN_ORDER, OrderState), (LIFE_OF_A_PARCEL, ParcelState)]
PAIRS = [
    pytest.param(life, state, news, id=f"{kind.__name__} {state} {news.__name__}")
    for life, kind in LIVES
    for state in kind
    for news in MESSAGES.values()
    if (state, news) not in life
]


@pytest.mark.parametrize(("life", "state", "news"), PAIRS)
def test_a_pair_that_is_not_in_the_table_is_impossible(life, state, news):
    with pytest.raises(ImpossibleMove) as error:
        next_state(life, state, news)

    assert error.value.params == {"state": state.value, "news": news.__name__}


@pytest.mark.parametrize(("life", "kind"), LIVES)
def test_a_pair_in_the_table_is_the_next_state_or_known_or_too_early(life, kind):
    for (state, news), what in life.items():
        if what is WAIT:
            with pytest.raises(TooEarly):
                next_state(life, state, news)
        else:
            assert next_state(life, state, news) == (what if isinstance(what, StrEnum) else None)


@pytest.mark.parametrize(("life", "kind"), LIVES)
def test_every_state_can_be_reached_from_the_first(life, kind):
    first, *_ = kind
    reached, seen = {first}, set()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {to for (at, _), to in life.items() if at is state and isinstance(to, kind)}

    assert seen == set(kind)


@pytest.mark.parametrize("way", LIFE_OF_A_PARCEL, ids=lambda way: f"{way[0]} {way[1].__name__}")
def test_news_that_moved_a_parcel_is_known_when_it_comes_again(way):
    state = LIFE_OF_A_PARCEL[way]
    if isinstance(state, ParcelState):
        assert next_state(LIFE_OF_A_PARCEL, state, way[1]) is None
