"""The whole story of an order: its states, its money, its letters, its messages."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.money import as_decimal
from bookshop.notifications import service as notifications
from bookshop.orders import service as orders
from bookshop.orders import story
from bookshop.orders.moving import NoSuchOrder, Who
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.payments import ledger
from bookshop.payments import service as payments
from bookshop.translations import N_


class NoOrder(NoSuchOrder):
    """To an operator, whose all orders are."""

    text = N_("There is no such order.")


def of_order(session: Session, order_id: int) -> dict[str, Any]:
    """As the REST API tells it, and what stands behind it. Raises NoOrder."""
    try:
        order = orders.get(session, order_id, Who("operator"))
    except NoSuchOrder:
        raise NoOrder from None
    told = story.as_json(session, order)
    return {
        **told,
        "customer": {"name": order.name, "email": order.email},
        "parcels": [
            {**one, "number": parcel.number, "total": as_decimal(parcel.total)}
            for one, parcel in zip(told["parcels"], order.parcels, strict=True)
        ],
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


def in_short(told: dict[str, Any]) -> list[str]:
    """What of_order tells, in a few lines."""
    unsent = sum(not letter["sent_at"] for letter in told["letters"])
    deliveries = [one for one in told["messages"] if one["handler"]]
    not_done = [one for one in deliveries if one["state"] != DeliveryState.DONE.value]
    return [
        f"order {told['id']}: {told['state']}, {told['total']} {told['currency']}",
        f"of {told['customer']['name']} <{told['customer']['email']}>",
        *(
            f"parcel {parcel['number']} of {parcel['seller']}: {parcel['state']}, {parcel['total']}"
            for parcel in told["parcels"]
        ),
        *(
            f"{payment['key']}: {payment['state']}, {payment['amount']}"
            for payment in told["payments"]
        ),
        *(
            f"ledger: {entry['movement']}, {entry['account']} {entry['amount']}"
            for entry in told["ledger"]
        ),
        f"letters: {len(told['letters'])}, not sent yet: {unsent}",
        f"deliveries: {len(deliveries)}, not done: {len(not_done)}",
        *(
            f"  {one['message']} to {one['handler']}: {one['state']}, {one['error'] or 'no error'}"
            for one in not_done
        ),
        "--json tells the whole story",
    ]


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
