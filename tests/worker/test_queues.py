"""A worker on several queues lets none of them wait for another to be empty."""

from tests.waiting import until
from worker import jobs


def test_a_letter_goes_though_billing_always_has_something_to_do(crew):
    billing, mail = crew.queues["billing"], crew.queues["mail"]
    for _ in range(300):
        billing.enqueue(jobs.do_scheduled, "keep_deadlines")
    mail.enqueue(jobs.do_scheduled, "keep_deadlines")

    crew.starts("worker", "billing", "mail")
    until(lambda: not mail.count, "the letter to go")

    assert billing.count > 0
