"""Where billing tells that there is news of a payment."""

from flask import Response, jsonify, request
from werkzeug.exceptions import BadRequest, Unauthorized

from bookshop.database import now
from bookshop.payments import service as payments
from bookshop.payments import webhooks
from webshop import context
from webshop.api.resource import Resource

resource = Resource("billing", "For the billing company")


@resource.route("/billing/webhook", "POST")
@resource.answers(200, {"type": "object"})
def hear() -> Response:
    """An event, signed in Billing-Timestamp and Billing-Signature. A repeat changes nothing."""
    event = _read()
    with context.transaction() as session:
        payments.heard_from_billing(session, event.id, event.kind, event.body, event.reference)
    return jsonify({})


def _read() -> webhooks.Event:
    try:
        return webhooks.read(
            context.settings().billing_secret,
            request.headers.get("Billing-Timestamp", ""),
            request.headers.get("Billing-Signature", ""),
            request.get_data(),
            now(),
        )
    except webhooks.NotFromBilling:
        raise Unauthorized from None
    except webhooks.NotAnEvent:
        raise BadRequest from None
