"""What the billing company does with money: payments, refunds, transfers. Knows no web.

Every function runs in the caller's transaction, and refuses before it has written anything.
"""

import secrets
import sqlite3
from dataclasses import asdict, replace

from billing_sandbox import money, webhooks
from billing_sandbox.database import now
from billing_sandbox.models import Outcome, Payment, Refund, State, Transfer, find_payment
from billing_sandbox.problems import Refused, Unusable


def open_payment(
    connection: sqlite3.Connection,
    key: str,
    *,
    amount: int,
    currency: str,
    reference: str,
    return_url: str,
    pay_page: str,
) -> Payment:
    """`pay_page` is where the pay pages are; the payment's own is at its id."""
    payment_id = _new_id("pay")
    payment = Payment(
        id=payment_id,
        amount=amount,
        currency=currency,
        reference=reference,
        return_url=return_url,
        pay_url=f"{pay_page}/{payment_id}",
        state="pending",
        refunded=0,
        idempotency_key=key,
        created_at=now(),
    )
    connection.execute(
        "INSERT INTO payments (id, amount, currency, reference, return_url, pay_url, state,"
        " refunded, idempotency_key, created_at) VALUES (:id, :amount, :currency, :reference,"
        " :return_url, :pay_url, :state, :refunded, :idempotency_key, :created_at)",
        asdict(payment),
    )
    return payment


def cancel(connection: sqlite3.Connection, payment_id: str) -> Payment:
    return _settle(connection, payment_id, "cancelled")


def decide(connection: sqlite3.Connection, payment_id: str, outcome: Outcome) -> Payment:
    """What the customer pressed on the pay page."""
    return _settle(connection, payment_id, outcome)


def refund(
    connection: sqlite3.Connection, key: str, payment_id: str, *, amount: int, currency: str
) -> Refund:
    payment = find_payment(connection, payment_id)
    if currency != payment.currency:
        raise Unusable("currency", f"The payment is in {payment.currency}.")
    if amount > payment.refundable:
        raise Refused(
            f"No more than {money.as_decimal(payment.refundable)} of this payment can be refunded.",
            state=payment.state,
            payment=payment.as_json(),
        )
    made = Refund(
        id=_new_id("ref"),
        payment=payment.id,
        amount=amount,
        currency=currency,
        reference=payment.reference,
        idempotency_key=key,
        created_at=now(),
    )
    connection.execute(
        "UPDATE payments SET refunded = refunded + ? WHERE id = ?", [amount, payment.id]
    )
    connection.execute(
        "INSERT INTO refunds (id, payment, amount, currency, reference, state, idempotency_key,"
        " created_at) VALUES (:id, :payment, :amount, :currency, :reference, :state,"
        " :idempotency_key, :created_at)",
        asdict(made),
    )
    webhooks.announce(connection, "refund.done", made.as_json())
    return made


def transfer(
    connection: sqlite3.Connection,
    key: str,
    *,
    amount: int,
    currency: str,
    account: str,
    reference: str,
) -> Transfer:
    made = Transfer(
        id=_new_id("tra"),
        account=account,
        amount=amount,
        currency=currency,
        reference=reference,
        idempotency_key=key,
        created_at=now(),
    )
    connection.execute(
        "INSERT INTO transfers (id, account, amount, currency, reference, state, idempotency_key,"
        " created_at) VALUES (:id, :account, :amount, :currency, :reference, :state,"
        " :idempotency_key, :created_at)",
        asdict(made),
    )
    webhooks.announce(connection, "transfer.done", made.as_json())
    return made


def _settle(connection: sqlite3.Connection, payment_id: str, state: State) -> Payment:
    """A payment is settled once; to settle it again the same way is harmless."""
    payment = find_payment(connection, payment_id)
    if payment.state == state:
        return payment
    if payment.final:
        raise Refused(
            f"The payment is {payment.state}, and stays so.",
            state=payment.state,
            payment=payment.as_json(),
        )
    settled = replace(payment, state=state)
    connection.execute("UPDATE payments SET state = ? WHERE id = ?", [state, payment_id])
    webhooks.announce(connection, f"payment.{state}", settled.as_json())
    return settled


def _new_id(kind: str) -> str:
    """Not to be guessed: whoever knows a payment's id may pay it."""
    return f"{kind}_{secrets.token_hex(12)}"
