"""What a worker does first: of several queues, and beside the other workers."""

import psutil
import pytest

from tests.waiting import until
from worker import jobs

LAST = 19  # nobody stands back further


def test_a_letter_goes_though_billing_always_has_something_to_do(crew):
    last_of_many = [asks(crew, "billing") for _ in range(20)][-1]
    letter = asks(crew, "mail")

    crew.starts("worker", "billing", "mail")
    until(lambda: letter.is_finished and last_of_many.is_finished, "all to be done")

    letter.refresh()
    last_of_many.refresh()
    assert letter.ended_at < last_of_many.started_at


@pytest.mark.parametrize(
    ("queues", "stands_back"),
    [(["rules"], 0), (["billing"], 0), (["mail"], 5), (["imports"], 10), (["billing", "mail"], 0)],
)
def test_what_a_customer_waits_for_goes_first(crew, queues, stands_back):
    worker = crew.starts("worker", *queues)

    assert psutil.Process(worker.pid).nice() == min(psutil.Process().nice() + stands_back, LAST)


def asks(crew, queue):
    return crew.queues[queue].enqueue(jobs.do_scheduled, "keep_deadlines")
