"""What the sandbox offers to programs, as OpenAPI 3.1; a test holds it against the routes."""

from billing_sandbox.openapi_schemas import (
    ADDRESS,
    CURRENCY,
    ID,
    KEY,
    MONEY,
    SCHEMAS,
    TEXT,
    Json,
    an_object,
    ref,
)


def _list_of(name: str) -> Json:
    return {"type": "array", "items": ref(name)}


def _body(schema: Json, *media: str) -> Json:
    content = {kind: {"schema": schema} for kind in media or ("application/json",)}
    return {"required": True, "content": content}


def _says(what: str, schema: Json, media: str = "application/json") -> Json:
    return {"description": what, "content": {media: {"schema": schema}}}


def _page(what: str) -> Json:
    return _says(what, {"type": "string"}, "text/html")


def _problems(**reasons: str) -> Json:
    """Named s400="why", since a keyword cannot begin with a digit."""
    return {
        name.removeprefix("s"): _says(why, ref("Problem"), "application/problem+json")
        for name, why in reasons.items()
    }


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names the effect. Asked again with the same body, the first answer (also a "
    "409) comes again, with Idempotency-Replayed: true; with another body the answer is 409.",
    "schema": KEY,
}
_PAYMENT_ID = {"name": "payment_id", "in": "path", "required": True, "schema": ID}
_FILTERS = [
    {"name": name, "in": "query", "schema": {"type": "string"}, "description": "Exactly this one."}
    for name in ("reference", "idempotency_key")
]
_NO_KEY = "The Idempotency-Key is missing, or the body is not JSON."
_BAD_FIELD = "A field cannot be used; `field` names it."
_NO_PAYMENT = "There is no such payment."

_PATHS: Json = {
    "/payments": {
        "get": {
            "summary": "All payments, oldest first",
            "parameters": _FILTERS,
            "responses": {"200": _says("The payments.", _list_of("Payment"))},
        },
        "post": {
            "summary": "Open a payment; the customer pays it at its pay_url",
            "parameters": [_KEY],
            "requestBody": _body(
                an_object(
                    {
                        "amount": MONEY,
                        "currency": CURRENCY,
                        "reference": TEXT,
                        "return_url": ADDRESS,
                    }
                )
            ),
            "responses": {
                "201": _says("Open.", ref("Payment")),
                **_problems(s400=_NO_KEY, s409="The key was used otherwise.", s422=_BAD_FIELD),
            },
        },
    },
    "/payments/{payment_id}": {
        "parameters": [_PAYMENT_ID],
        "get": {
            "summary": "One payment",
            "responses": {
                "200": _says("The payment.", ref("Payment")),
                **_problems(s404=_NO_PAYMENT),
            },
        },
    },
    "/payments/{payment_id}/cancel": {
        "parameters": [_PAYMENT_ID],
        "post": {
            "summary": "Cancel a payment that is still open; to do it again is harmless",
            "responses": {
                "200": _says("Cancelled.", ref("Payment")),
                **_problems(s404=_NO_PAYMENT, s409="It is paid or declined: see `state`."),
            },
        },
    },
    "/payments/{payment_id}/refunds": {
        "parameters": [_PAYMENT_ID],
        "post": {
            "summary": "Refund all or a part, never more than was paid less refunded",
            "parameters": [_KEY],
            "requestBody": _body(an_object({"amount": MONEY}, {"currency": CURRENCY})),
            "responses": {
                "201": _says("Refunded.", ref("Refund")),
                **_problems(
                    s400=_NO_KEY,
                    s404=_NO_PAYMENT,
                    s409="More than can be refunded, or the key was used otherwise.",
                    s422=_BAD_FIELD,
                ),
            },
        },
    },
    "/refunds": {
        "get": {
            "summary": "All refunds, oldest first; their reference is that of the payment",
            "parameters": _FILTERS,
            "responses": {"200": _says("The refunds.", _list_of("Refund"))},
        },
    },
    "/transfers": {
        "get": {
            "summary": "All transfers, oldest first",
            "parameters": _FILTERS,
            "responses": {"200": _says("The transfers.", _list_of("Transfer"))},
        },
        "post": {
            "summary": "Pay out to an account",
            "parameters": [_KEY],
            "requestBody": _body(
                an_object(
                    {
                        "amount": MONEY,
                        "currency": CURRENCY,
                        "account": TEXT,
                        "reference": TEXT,
                    }
                )
            ),
            "responses": {
                "201": _says("Transferred.", ref("Transfer")),
                **_problems(s400=_NO_KEY, s409="The key was used otherwise.", s422=_BAD_FIELD),
            },
        },
    },
    "/events": {
        "get": {
            "summary": "All webhooks, oldest first, and how far each has come",
            "responses": {"200": _says("The webhooks.", _list_of("EventLog"))},
        },
    },
    "/pay/{payment_id}": {
        "parameters": [_PAYMENT_ID],
        "get": {
            "summary": "The page where the customer pays, in Russian or English",
            "responses": {"200": _page("The page."), "404": _page(_NO_PAYMENT)},
        },
        "post": {
            "summary": "Its buttons: a form is sent back to return_url, JSON hears the payment",
            "requestBody": _body(
                ref("Outcome"), "application/x-www-form-urlencoded", "application/json"
            ),
            "responses": {
                "200": _says("JSON: the payment.", ref("Payment")),
                "303": {"description": "Form: on to return_url."},
                **_problems(
                    s400="Neither paid nor declined.",
                    s404=_NO_PAYMENT,
                    s409="It has ended otherwise already: see `state`.",
                ),
            },
        },
    },
    "/faults": {
        "get": {
            "summary": "How the sandbox misbehaves at present",
            "responses": {"200": _says("All faults.", ref("Faults"))},
        },
        "post": {
            "summary": "Make it misbehave; what is not named stays as it is",
            "requestBody": _body(ref("Faults")),
            "responses": {
                "200": _says("All faults.", ref("Faults")),
                **_problems(s400="The body is not JSON.", s422=_BAD_FIELD),
            },
        },
    },
    "/": {"get": {"summary": "The latest payments", "responses": {"200": _page("The page.")}}},
    "/health": {
        "get": {
            "summary": "Whether it is ready",
            "responses": {"200": _says("Ready.", an_object({"status": {"const": "ok"}}))},
        },
    },
    "/openapi.json": {
        "get": {
            "summary": "This description",
            "responses": {"200": _says("OpenAPI 3.1.", {"type": "object"})},
        },
    },
}

DESCRIPTION: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "Billing sandbox",
        "version": "1",
        "description": "Stands in for a billing company. No real money moves. While faults are on, "
        "any call but /pay, /faults and /health may also be answered late, 503 or not at all.",
    },
    "paths": _PATHS,
    "webhooks": {
        "event": {
            "post": {
                "summary": "Sent to the merchant until answered 2xx: at least once, in any order",
                "description": "Billing-Signature is v1=HEX, the HMAC-SHA256 of the secret over "
                "Billing-Timestamp, a full stop and the body as sent.",
                "parameters": [
                    {
                        "name": name,
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    }
                    for name in ("Billing-Timestamp", "Billing-Signature")
                ],
                "requestBody": _body(ref("Event")),
                "responses": {"2XX": {"description": "Taken; not sent again."}},
            }
        }
    },
    "components": {"schemas": SCHEMAS},
}
