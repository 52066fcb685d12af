"""Columns of documents that lie in several segments."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search_index.columns import Picked, runs

SIZE = 3_000
SOME = st.lists(st.integers(0, SIZE - 1), max_size=12)
COLUMN = np.arange(SIZE, dtype=np.int32) * 7


@given(SOME)
def test_of_nearly_all_documents_the_column_is_the_same_in_pieces(gone):
    own = np.setdiff1d(np.arange(SIZE), gone)

    pieces = runs(own, SIZE)

    assert sum(len(range(SIZE)[piece]) for piece in pieces) in (0, len(own))
    picked = Picked([({"price": COLUMN}, pieces or own)]).of("price")
    assert np.array_equal(picked, COLUMN[own])


def test_what_is_left_of_a_segment_that_lost_a_book_is_copied_and_not_picked():
    own = np.setdiff1d(np.arange(SIZE), [0, 1_000])

    assert runs(own, SIZE) == [slice(1, 1_000), slice(1_001, SIZE)]


@given(st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=300, unique=True))
def test_few_documents_are_picked_one_by_one(wanted):
    own = np.array(sorted(wanted))

    assert runs(own, SIZE) == []
    assert np.array_equal(Picked([({"price": COLUMN}, own)]).of("price"), COLUMN[own])


def test_documents_of_several_segments_stand_in_their_order():
    later = {"price": np.array([1, 2, 3], np.int32)}
    shares = [({"price": COLUMN}, [slice(None)]), (later, np.array([0, 2]))]

    assert Picked(shares).of("price").tolist() == [*COLUMN.tolist(), 1, 3]


def test_no_documents_have_an_empty_column():
    assert Picked([]).of("price").tolist() == []
