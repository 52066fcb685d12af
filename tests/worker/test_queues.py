"""A worker on several queues lets none of them wait for another to be empty."""

from tests.waiting import until
from worker import jobs


def test_a_letter_goes_though_billing_always_has_something_to_do(crew):
    last_of_many = [asks(crew, "billing") for _ in range(20)][-1]
    letter = asks(crew, "mail")

    crew.starts("worker", "billing", "mail")
    until(lambda: letter.is_finished and last_of_many.is_finished, "all to be done")

    letter.refresh()
    last_of_many.refresh()
    assert letter.ended_at < last_of_many.started_at


def asks(crew, queue):
    return crew.queues[queue].enqueue(jobs.do_scheduled, "keep_deadlines")
