"""The REST API the merchant's programs speak, and the faults it can be told to have."""

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, current_app, jsonify, request, url_for

from billing_sandbox import faults, idempotency, models, service, webhooks
from billing_sandbox.database import Database
from billing_sandbox.idempotency import Answer
from billing_sandbox.models import Movement
from billing_sandbox.problems import OutOfOrder
from billing_sandbox.reading import Fields

FILTERS = ("reference", "idempotency_key")

api = Blueprint("api", __name__)
_dice = secrets.SystemRandom()


@api.post("/payments")
def open_payment() -> Response:
    key, fields = _key(), Fields(request)
    amount, currency = fields.amount(), fields.currency()
    reference, return_url = fields.text("reference"), fields.web_address("return_url")
    with database().writing() as connection:
        answer = idempotency.once(
            connection,
            key,
            fields.fingerprint,
            lambda: service.open_payment(
                connection,
                key,
                amount=amount,
                currency=currency,
                reference=reference,
                return_url=return_url,
                pay_page=current_app.config["PUBLIC_URL"] + "/pay",
            ).as_json(),
        )
    return _told(answer)


@api.get("/payments/<payment_id>")
def show_payment(payment_id: str) -> Response:
    return jsonify(models.find_payment(database().reading(), payment_id).as_json())


@api.post("/payments/<payment_id>/cancel")
def cancel_payment(payment_id: str) -> Response:
    with database().writing() as connection:
        payment = service.cancel(connection, payment_id)
    return jsonify(payment.as_json())


@api.post("/payments/<payment_id>/refunds")
def refund_payment(payment_id: str) -> Response:
    key, fields = _key(), Fields(request)
    payment = models.find_payment(database().reading(), payment_id)
    amount, currency = fields.amount(), fields.currency(default=payment.currency)
    with database().writing() as connection:
        answer = idempotency.once(
            connection,
            key,
            fields.fingerprint,
            lambda: service.refund(
                connection, key, payment_id, amount=amount, currency=currency
            ).as_json(),
        )
    return _told(answer)


@api.post("/transfers")
def transfer() -> Response:
    key, fields = _key(), Fields(request)
    amount, currency = fields.amount(), fields.currency()
    account, reference = fields.text("account"), fields.text("reference")
    with database().writing() as connection:
        answer = idempotency.once(
            connection,
            key,
            fields.fingerprint,
            lambda: service.transfer(
                connection,
                key,
                amount=amount,
                currency=currency,
                account=account,
                reference=reference,
            ).as_json(),
        )
    return _told(answer)


@api.get("/payments")
def list_payments() -> Response:
    return _listed(models.payments)


@api.get("/refunds")
def list_refunds() -> Response:
    return _listed(models.refunds)


@api.get("/transfers")
def list_transfers() -> Response:
    return _listed(models.transfers)


@api.get("/events")
def list_events() -> Response:
    return jsonify(webhooks.told(database().reading()))


@api.before_request
def fail_as_told() -> None:
    if _dice.random() < faults.current(database().reading()).error_rate:
        raise OutOfOrder("The sandbox was told to fail this often (error_rate). Nothing was done.")


@api.after_request
def answer_as_told(response: Response) -> Response:
    """Late, or (after an effect) not at all: the connection breaks, as in a real time-out."""
    told = faults.current(database().reading())
    time.sleep(told.latency_ms / 1000)
    if told.timeout_after_commit and request.method == "POST" and response.status_code < 400:
        request.environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
    return response


def database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def _key() -> str:
    return idempotency.usable(request.headers.get("Idempotency-Key"))


def _listed(movements: Callable[..., Sequence[Movement]]) -> Response:
    """All of them, or those with the reference or the Idempotency-Key that was asked for."""
    asked = {name: request.args[name] for name in FILTERS if name in request.args}
    return jsonify([each.as_json() for each in movements(database().reading(), **asked)])


def _told(answer: Answer) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    if answer.status == HTTPStatus.CREATED and "pay_url" in answer.body:
        response.headers["Location"] = url_for("api.show_payment", payment_id=answer.body["id"])
    elif answer.status != HTTPStatus.CREATED:
        response.content_type = "application/problem+json"
    return response
