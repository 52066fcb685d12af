"""The whole story of an order: its states, its money, its letters, its messages."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.money import as_decimal
from bookshop.notifications import service as notifications
from bookshop.orders import service as orders
from bookshop.orders import story
from bookshop.orders.moving import Who
from bookshop.outbox import Delivery, OutboxMessage
from bookshop.payments import ledger
from bookshop.payments import service as payments


def of_order(session: Session, order_id: int) -> dict[str, Any]:
    """As the REST API tells it, and what stands behind it. Raises NoSuchOrder."""
    order = orders.get(session, order_id, Who("operator"))
    return {
        **story.as_json(session, order),
        "payments": [
            {
                "key": payment.key,
                "amount": as_decimal(payment.amount),
                "state": payment.state.value,
                "billing_id": payment.billing_id,
            }
            for payment in payments.of_order(session, order_id)
        ],
        "ledger": [
            {
                "movement": entry.movement,
                "account": entry.account.value,
                "amount": as_decimal(entry.amount),
                "at": entry.at.isoformat(),
            }
            for entry in ledger.entries(session, order_id)
        ],
        "letters": [
            {
                "kind": letter.kind,
                "to": letter.recipient,
                "subject": letter.subject,
                "written_at": letter.written_at.isoformat(),
                "sent_at": letter.sent_at and letter.sent_at.isoformat(),
            }
            for letter in notifications.of_order(session, order_id)
        ],
        "messages": _messages(session, order_id),
    }


def _messages(session: Session, order_id: int) -> list[dict[str, Any]]:
    """What was announced about it, and what came of each delivery."""
    about = OutboxMessage.body["order_id"].as_integer() == order_id
    query = (
        select(OutboxMessage, Delivery)
        .outerjoin(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(about)
        .order_by(OutboxMessage.id, Delivery.id)
    )
    return [
        {
            "at": message.made_at.isoformat(),
            "message": message.key,
            "handler": delivery and delivery.handler,
            "state": delivery and delivery.state.value,
            "tries": delivery and delivery.tries,
            "error": delivery and delivery.error.strip().rpartition("\n")[2],
        }
        for message, delivery in session.execute(query)
    ]
