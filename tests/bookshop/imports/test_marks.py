"""Marks are found again wherever they lie: in memory, or in runs on the disk."""

import gc
from tempfile import TemporaryFile

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from bookshop.imports.marks import PlacesOfMarks

few = some.integers(0, 60)  # 0 stands for no key
far_apart = some.integers(0, 2**64 - 1)
chunks = some.lists(some.lists(few | far_apart, max_size=30), max_size=30)


def asked(marks: PlacesOfMarks, wanted):
    return marks.of(np.array(wanted, dtype=np.uint64)).tolist()


@given(chunks, some.sampled_from([1, 2, 5, 20, 1000]))
def test_each_mark_has_the_place_where_it_was_met_first(chunks, most_in_memory):
    marks, known = PlacesOfMarks(most_in_memory), {}

    for chunk in chunks:
        assert asked(marks, chunk) == [known.get(mark, 0) for mark in chunk]
        new = list(dict.fromkeys(mark for mark in chunk if mark not in known))
        places = range(len(known) + 1, len(known) + len(new) + 1)
        marks.add(np.array(new, dtype=np.uint64), np.array(places, dtype=np.uint64))
        known |= {mark: place for mark, place in zip(new, places, strict=True) if mark}

    assert asked(marks, [*known, 0]) == [*known.values(), 0]


def test_runs_of_many_pages_are_searched_to_their_ends():
    marks, chance = PlacesOfMarks(most_in_memory=1_000), np.random.default_rng(1)
    every = np.unique(chance.integers(1, 2**64 - 1, 20_000, dtype=np.uint64))
    chance.shuffle(every)
    places = np.arange(1, len(every) + 1, dtype=np.uint64)

    for start in range(0, len(every), 700):
        marks.add(every[start : start + 700], places[start : start + 700])

    assert (marks.of(every) == places).all()
    assert not marks.of(every + np.uint64(1)).any()


def test_the_file_is_closed_with_what_it_belongs_to(monkeypatch):
    files = []

    def temporary_file():
        files.append(TemporaryFile())  # noqa: SIM115 (whether it is closed is what is asked)
        return files[-1]

    monkeypatch.setattr("bookshop.imports.marks.TemporaryFile", temporary_file)
    marks = PlacesOfMarks(most_in_memory=1)
    marks.add(np.array([7], dtype=np.uint64), np.array([1], dtype=np.uint64))
    assert [file.closed for file in files] == [False]

    del marks
    gc.collect()

    assert [file.closed for file in files] == [True]
