from threading import Barrier, Thread

import pytest

from bookshop import repeats
from bookshop.database import now


def asked(shop, key, body, answer, who="user 1"):
    """As a door does it: the earlier answer, or do it and remember."""
    with shop.database.transaction() as session:
        earlier = repeats.earlier_answer(session, who, key, body)
        if earlier is None:
            repeats.remember(session, who, key, answer)
        return earlier or answer


def test_the_second_gets_the_answer_of_the_first(shop):
    first = asked(shop, "k", "POST /orders {}", {"id": 1})
    second = asked(shop, "k", "POST /orders {}", {"id": 2})

    assert first == second == {"id": 1}


def test_another_body_under_the_same_key_is_refused(shop):
    asked(shop, "k", "POST /orders {}", {"id": 1})

    with pytest.raises(repeats.KeyUsedForAnother):
        asked(shop, "k", "POST /orders {name}", {"id": 2})


def test_the_same_key_of_somebody_else_is_another(shop):
    asked(shop, "k", "POST /orders {}", {"id": 1})

    assert asked(shop, "k", "POST /orders {}", {"id": 2}, who="user 2") == {"id": 2}


def test_what_failed_is_not_remembered(shop):
    def fails():
        with shop.database.transaction() as session:
            repeats.earlier_answer(session, "user 1", "k", "POST /orders {}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()

    assert asked(shop, "k", "POST /orders {}", {"id": 2}) == {"id": 2}


def test_of_eight_that_come_at_once_one_is_done(shop):
    at_once, answers = Barrier(8), []

    def ask(number):
        at_once.wait()
        answers.append(asked(shop, "k", "POST /orders {}", {"id": number})["id"])

    threads = [Thread(target=ask, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_after_some_days_a_key_is_forgotten(shop):
    asked(shop, "k", "POST /orders {}", {"id": 1})

    shop.does(repeats.forget, now())

    assert asked(shop, "k", "POST /orders {}", {"id": 2}) == {"id": 2}
