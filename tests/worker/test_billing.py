"""Our side of billing against the sandbox as a real process."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bookshop.money import Money
from bookshop.payments.gateway import BillingUnreachable
from bookshop.payments.models import PaymentState
from tests.billing_sandbox.process import Sandbox, a_key
from tests.worker.conftest import free_port
from worker.billing import BillingOverHttp, BillingRefused

RETURN = "http://shop.test/orders/1/returned"
FAULTS = {"error_rate": 0, "timeout_after_commit": False, "latency_ms": 0}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    sandbox = Sandbox(tmp_path_factory.mktemp("billing") / "b", "http://127.0.0.1:9/", "a secret")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running):
    yield running
    running.misbehaves(**FAULTS)


@pytest.fixture
def billing(sandbox):
    return BillingOverHttp(sandbox.url)


def opened(billing, amount=123450, key=None):
    key = key or a_key()
    return billing.open(key, Money(amount), key, RETURN)


def paid(billing, sandbox, amount=123450):
    payment = opened(billing, amount)
    sandbox.post(f"/pay/{payment.id}", {"outcome": "paid"})
    return payment


def test_a_payment_is_opened_and_looked_at(billing, sandbox):
    payment = opened(billing)

    assert (payment.state, payment.amount, payment.refunded) == (PaymentState.OPEN, 123450, 0)
    assert payment.pay_url.startswith("http")
    assert billing.look(payment.id) == payment

    sandbox.post(f"/pay/{payment.id}", {"outcome": "declined"})
    assert billing.look(payment.id).state is PaymentState.DECLINED


def test_an_open_payment_is_cancelled_and_a_paid_one_says_that_it_is_paid(billing, sandbox):
    assert billing.cancel(opened(billing).id).state is PaymentState.CANCELLED
    assert billing.cancel(paid(billing, sandbox).id).state is PaymentState.PAID


def test_part_of_it_and_then_the_rest_is_given_back(billing, sandbox):
    payment = paid(billing, sandbox, 10000)

    part = billing.refund("refund-1-1", payment.id, Money(2550))
    billing.refund("refund-2-1", payment.id, Money(7450))

    assert (part.key, part.amount) == ("refund-1-1", 2550)
    assert billing.look(payment.id).refunded == 10000
    assert part in billing.all_refunds()


def test_a_seller_gets_his_money(billing):
    key = a_key()

    made = billing.transfer(key, "seller-emma", Money(45000), "order 1")

    assert (made.key, made.amount) == (key, 45000)
    assert made in billing.all_transfers()


@pytest.mark.parametrize("what", ["open", "refund", "transfer"])
def test_an_answer_lost_after_the_effect_is_had_by_asking_again(billing, sandbox, what):
    payment, key = paid(billing, sandbox), a_key()

    def ask():
        match what:
            case "open":
                return opened(billing, key=key)
            case "refund":
                return billing.refund(key, payment.id, Money(100))
        return billing.transfer(key, "seller-emma", Money(100), "order 1")

    sandbox.misbehaves(timeout_after_commit=True)
    with pytest.raises(BillingUnreachable):
        ask()
    sandbox.misbehaves(timeout_after_commit=False)

    assert ask() == ask()
    kept = {
        "open": lambda: [p for p in billing.all_payments() if p.reference == key],
        "refund": lambda: [r for r in billing.all_refunds() if r.key == key],
        "transfer": lambda: [t for t in billing.all_transfers() if t.key == key],
    }
    assert len(kept[what]()) == 1


def test_a_failing_billing_and_one_that_is_not_there_may_be_asked_again(billing, sandbox):
    sandbox.misbehaves(error_rate=1)
    with pytest.raises(BillingUnreachable, match="503"):
        opened(billing)

    with pytest.raises(BillingUnreachable):
        BillingOverHttp(f"http://127.0.0.1:{free_port()}").all_payments()


def test_what_billing_refuses_is_not_asked_again(billing, sandbox):
    payment, key = paid(billing, sandbox, 10000), a_key()
    opened(billing, 100, key)

    with pytest.raises(BillingRefused, match="409"):
        billing.refund(a_key(), payment.id, Money(10001))
    with pytest.raises(BillingRefused):
        opened(billing, 200, key)  # the key names another effect
    with pytest.raises(BillingRefused, match="404"):
        billing.look("no-such-payment")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Please sign in to the network</html>"),
        (302, b""),
        (200, b'{"maintenance": true}'),
        (200, b'{"id": "1", "state": "frozen", "amount": "1.00"}'),
        (200, b'{"id": "1", "state": "paid", "amount": "a lot"}'),
        (200, b"[]"),
    ],
)
def test_an_answer_that_is_not_billings_is_no_answer(status, body):
    """A proxy's page, or another program at that address."""
    with a_stranger(status, body) as url, pytest.raises(BillingUnreachable):
        BillingOverHttp(url).look("7")


@contextmanager
def a_stranger(status, body):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
