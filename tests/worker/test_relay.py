"""Messages arrive, whatever becomes of Redis and of the workers."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from rq.registry import FailedJobRegistry
from sqlalchemy import func, select

from bookshop import outbox
from bookshop.messages import OrderPlaced
from bookshop.orders.models import Order
from bookshop.orders.states import OrderState
from bookshop.outbox import Delivery, DeliveryState
from bookshop.payments.models import Payment
from tests.billing_sandbox.process import Sandbox
from tests.waiting import until
from worker import jobs
from worker.relay import LATEST, Clock
from worker.schedule import SCHEDULE
from worker.subscriptions import RULES

SOON = timedelta(milliseconds=300)
BATCHES = f"rq:job:{RULES}-*"


@pytest.fixture
def place(shop, ada, emma):
    """So many orders of one book each; nothing is carried yet."""
    offer = shop.sells(emma, "Emma", copies=1000)

    def place(how_many):
        return [shop.orders(ada, {offer: 1}) for _ in range(how_many)]

    return place


def break_down(_deliveries):
    raise OSError("the disk is full")


def reserved(shop):
    with shop.database.reading() as session:
        query = select(func.count()).select_from(Order).where(Order.state == OrderState.RESERVED)
        return session.scalar(query)


def deliveries(shop, handler="reserve_stock"):
    with shop.database.reading() as session:
        query = select(Delivery).where(Delivery.handler == handler).order_by(Delivery.id)
        return session.scalars(query).all()


def test_a_message_arrives_at_all_its_handlers_by_processes_of_their_own(shop, crew, place):
    crew.starts("relay")
    crew.starts("worker", "rules")

    [order] = place(1)

    until(lambda: shop.state(order) == "reserved", "the reservation")
    until(lambda: deliveries(shop, "OpenPayment"), "the payment due")
    until(lambda: {d.state for d in deliveries(shop, "write_letters")} == {DeliveryState.DONE})


def test_redis_may_be_wiped_at_any_moment(shop, crew, place, monkeypatch):
    monkeypatch.setattr(outbox, "LEFT_ALONE", SOON)
    place(30)

    for _ in range(3):
        crew.carries()
        crew.redis.flushall()
    assert reserved(shop) == 0

    def arrived():
        crew.carries()
        crew.works(RULES)
        return reserved(shop) == 30

    until(arrived, "30 orders")
    assert {delivery.state for delivery in deliveries(shop)} == {DeliveryState.DONE}
    assert shop.copies(1) == (1000, 30)


@pytest.mark.timeout(60)
def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(shop, crew, place, monkeypatch):
    monkeypatch.setattr(outbox, "LEFT_ALONE", SOON)
    place(60)
    worker = crew.starts("worker", "rules")

    crew.carries()
    until(lambda: reserved(shop) > 0, "the first of the batch")
    worker.kill()
    worker.wait(10)
    assert 0 < reserved(shop) < 60

    crew.starts("worker", "rules")
    until(lambda: (crew.carries(), reserved(shop))[1] == 60, "the rest", patience=15)
    assert shop.copies(1) == (1000, 60)


def test_what_a_dead_worker_had_just_taken_is_handed_over_again(shop, crew, place, monkeypatch):
    """Taken out of the queue, and not begun: Redis still calls such a job queued."""
    monkeypatch.setattr(outbox, "LEFT_ALONE", SOON)
    place(1)
    crew.carries()
    queue = crew.queues[RULES]
    assert crew.redis.lmove(queue.key, queue.intermediate_queue_key)

    def arrived():
        crew.carries()
        crew.works(RULES)
        return reserved(shop) == 1

    until(arrived, "the order", patience=5)


def test_of_a_batch_that_is_done_nothing_is_left_in_redis(shop, crew, place):
    place(3)
    crew.carries()
    assert crew.redis.keys(BATCHES)

    crew.works(RULES)

    assert reserved(shop) == 3
    assert not crew.redis.keys(BATCHES)
    assert not crew.redis.llen(crew.queues[RULES].intermediate_queue_key)


def test_a_batch_that_breaks_down_takes_no_worker_along(shop, crew, place, monkeypatch):
    monkeypatch.setattr(outbox, "LEFT_ALONE", SOON)
    place(1)
    crew.carries()
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "deliver_many", break_down)
        crew.works(RULES)
    assert (reserved(shop), crew.redis.keys(BATCHES)) == (0, [])

    until(lambda: (crew.carries(), crew.works(RULES), reserved(shop))[-1] == 1, "the order")


def test_an_abandoned_delivery_is_taken_up_within_15_seconds():
    assert outbox.LEFT_ALONE.total_seconds() + LATEST < 15


def test_a_busy_queue_is_not_made_longer_by_asking_again(shop, crew, place, monkeypatch):
    monkeypatch.setattr(outbox, "LEFT_ALONE", timedelta(0))
    place(5)

    for _ in range(4):
        crew.carries()

    assert len(crew.queues[RULES]) == 1
    crew.works(RULES)
    assert reserved(shop) == 5


def test_many_that_wait_go_in_one_job_of_at_most_a_hundred(shop, crew, place):
    place(103)

    while crew.carries():
        pass

    batches = [job.args[0] for job in crew.queues[RULES].jobs]
    assert len(batches) == 2
    assert max(map(len, batches)) <= 100
    ids = [id for batch in batches for id in batch]
    assert {delivery.id for delivery in deliveries(shop)} <= set(ids)
    assert len(ids) == len(set(ids))


def test_errands_to_billing_and_the_post_go_many_in_a_job_too(shop, crew, place):
    place(3)
    for _ in range(2):
        crew.carries()
        crew.works(RULES)

    crew.carries()

    for errands in ("billing", "mail"):
        assert len(crew.queues[errands].jobs[-1].args[0]) == 3


def test_two_relays_at_once_hand_each_over_once(shop, crew, place):
    place(80)
    start = Barrier(2)

    def carries():
        start.wait()
        for _ in range(5):
            crew.carries()

    relays = [Thread(target=carries) for _ in range(2)]
    for each in relays:
        each.start()
    for each in relays:
        each.join()

    assert {delivery.handed for delivery in deliveries(shop)} == {1}
    given = [id for job in crew.queues[RULES].jobs for id in job.args[0]]
    assert len(given) == len(set(given))
    crew.works(RULES)
    assert reserved(shop) == 80
    assert shop.copies(1) == (1000, 80)


def test_a_poisoned_message_does_not_stop_the_others(shop, crew, place):
    place(2)
    shop.does(outbox.announce, OrderPlaced(order_id=999, round=1))
    place(2)

    crew.carries()
    crew.works(RULES)

    assert reserved(shop) == 4
    [poisoned] = [d for d in deliveries(shop) if d.state is not DeliveryState.DONE]
    assert (poisoned.state, poisoned.tries) == (DeliveryState.FAILED, 1)


@pytest.mark.timeout(60)
def test_what_fails_goes_alone_shows_in_rq_and_can_be_requeued(
    shop, crew, place, billing_port, tmp_path, monkeypatch
):
    """Billing is down until its last try; then it is up, and a person presses "requeue"."""
    monkeypatch.setattr(outbox, "PAUSES", [0, 0])
    place(1)
    crew.carries_and_works()
    [delivery] = deliveries(shop, "OpenPayment")
    assert delivery.state is DeliveryState.STUCK
    assert "BillingUnreachable" in delivery.error

    failed = FailedJobRegistry(queue=crew.queues["billing"])
    assert failed.get_job_ids() == [f"delivery-{delivery.id}"]

    sandbox = Sandbox(tmp_path / "billing", "http://127.0.0.1:9/", "a secret", port=billing_port)
    try:
        failed.requeue(f"delivery-{delivery.id}")
        crew.works()
    finally:
        sandbox.stop()

    [delivery] = deliveries(shop, "OpenPayment")
    assert (delivery.state, delivery.error) == (DeliveryState.DONE, "")
    assert failed.get_job_ids() == []
    with shop.database.reading() as session:
        assert session.scalars(select(Payment)).one().pay_url


def test_what_is_scheduled_is_asked_for_in_time_and_not_before(crew):
    clock = Clock()

    clock.ring(crew.queues)
    clock.ring(crew.queues)

    asked = [job.args[0] for queue in crew.queues.values() for job in queue.jobs]
    assert sorted(asked) == sorted(SCHEDULE)
    crew.works()
    failed = [FailedJobRegistry(queue=queue).get_job_ids() for queue in crew.queues.values()]
    assert sum(map(len, failed)) == 0
