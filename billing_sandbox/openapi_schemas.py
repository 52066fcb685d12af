"""The shapes of what the sandbox takes and answers, as JSON Schema."""

from typing import Any

from billing_sandbox.faults import MOST_LATENCY_MS

Json = dict[str, Any]

MONEY = {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,2})?$", "examples": ["1234.50"]}
CURRENCY = {"type": "string", "enum": ["RUB"]}
TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
ADDRESS = {"type": "string", "format": "uri", "maxLength": 2000}
KEY = {"type": "string", "minLength": 1, "maxLength": 255}
TIME = {"type": "string", "format": "date-time"}
ID = {"type": "string"}
STATE = {"type": "string", "enum": ["pending", "paid", "declined", "cancelled"]}
FLAG = {"type": "boolean", "default": False}


def an_object(required: Json, optional: Json | None = None) -> Json:
    properties = required | (optional or {})
    return {"type": "object", "required": list(required), "properties": properties}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS = {
    "Payment": an_object(
        {
            "id": ID,
            "amount": MONEY,
            "currency": CURRENCY,
            "reference": TEXT,
            "idempotency_key": KEY,
            "created_at": TIME,
            "return_url": ADDRESS,
            "pay_url": ADDRESS,
            "state": STATE,
            "refunded": MONEY,
        }
    ),
    "Refund": an_object(
        {
            "id": ID,
            "payment": ID,
            "amount": MONEY,
            "currency": CURRENCY,
            "reference": TEXT,
            "state": {"const": "done"},
            "idempotency_key": KEY,
            "created_at": TIME,
        }
    ),
    "Transfer": an_object(
        {
            "id": ID,
            "account": TEXT,
            "amount": MONEY,
            "currency": CURRENCY,
            "reference": TEXT,
            "state": {"const": "done"},
            "idempotency_key": KEY,
            "created_at": TIME,
        }
    ),
    "Event": an_object(
        {
            "id": ID,
            "type": {
                "type": "string",
                "enum": [
                    "payment.paid",
                    "payment.declined",
                    "payment.cancelled",
                    "refund.done",
                    "transfer.done",
                ],
            },
            "created_at": TIME,
            "data": {"oneOf": [ref("Payment"), ref("Refund"), ref("Transfer")]},
        }
    ),
    "EventLog": {
        "allOf": [
            ref("Event"),
            an_object(
                {
                    "state": {"type": "string", "enum": ["waiting", "delivered", "dropped"]},
                    "tries": {"type": "integer"},
                    "last_answer": {"type": ["string", "null"]},
                    "delivered_at": {"type": ["string", "null"], "format": "date-time"},
                }
            ),
        ]
    },
    "Faults": an_object(
        {},
        {
            "latency_ms": {"type": "integer", "minimum": 0, "maximum": MOST_LATENCY_MS},
            "error_rate": {"type": "number", "minimum": 0, "maximum": 1},
            "drop_webhooks": FLAG,
            "duplicate_webhooks": FLAG,
            "timeout_after_commit": FLAG,
        },
    ),
    "Outcome": an_object({"outcome": {"type": "string", "enum": ["paid", "declined"]}}),
    "Problem": an_object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        {"field": {"type": "string"}, "state": STATE, "payment": ref("Payment")},
    ),
}
