"""Long errands take turns, and none is counted as failed because the worker was told to stop."""

import threading

import pytest

from bookshop.imports import service as imports
from tests.waiting import until
from worker.turns import Turns


@pytest.fixture
def turns():
    turns = Turns()
    yield turns
    turns.stop()


def test_a_short_errand_waits_for_one_piece_of_a_long_one(turns):
    order, second_has_come = [], threading.Event()
    done = [threading.Event(), threading.Event()]

    def long(give_way):
        for piece in range(5):
            order.append(f"long {piece}")
            second_has_come.wait(10)
            give_way()
        done[0].set()

    def short(give_way):
        order.append("short")
        done[1].set()

    turns.begin(long)
    turns.begin(short)
    waits_in_line(turns, 2)
    second_has_come.set()

    assert all(event.wait(10) for event in done)
    assert order == ["long 0", "short", "long 1", "long 2", "long 3", "long 4"]


def test_only_one_works_at_a_time(turns):
    at_work, most, done = set(), [], [threading.Event() for _ in range(4)]

    def errand(name):
        def work(give_way):
            for _ in range(20):
                at_work.add(name)
                most.append(len(at_work))
                at_work.remove(name)
                give_way()
            done[name].set()

        return work

    for name in range(4):
        turns.begin(errand(name))

    assert all(event.wait(10) for event in done)
    assert max(most) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_fails_does_not_keep_the_others_waiting(turns):
    done = threading.Event()

    def fails(give_way):
        raise KeyError

    turns.begin(fails)
    turns.begin(lambda give_way: done.set())

    assert done.wait(10)


def test_told_to_stop_each_ends_after_the_piece_at_hand():
    turns, begun, ended = Turns(), threading.Event(), []

    def endless(give_way):
        try:
            while True:
                begun.set()
                give_way()
        finally:
            ended.append("stopped")

    turns.begin(endless)
    assert begun.wait(10)
    turns.stop()

    assert ended == ["stopped"]


def waits_in_line(turns, count):
    with turns._changed:
        assert turns._changed.wait_for(lambda: len(turns._line) == count, 10)


def test_ten_books_do_not_wait_for_a_great_catalogue(shop, crew, emma, boris):
    rows = (f",Book {n},Somebody,{n % 900 + 100},1" for n in range(150_000))
    great = shop.uploads(emma, "\n".join(["isbn,title,author,price,stock", *rows]))
    for process in (["relay"], ["worker", "imports"]):
        crew.starts(*process)
    until(lambda: shop.report(great)["rows"], "the great one to be read", patience=60)

    small = shop.uploads(boris, "title,price\nLetters,100\n")
    until(lambda: shop.report(small)["state"] == "preview", "the small one", patience=60)

    assert shop.report(great)["state"] == "checking"
    shop.does(imports.cancel, great, emma)
