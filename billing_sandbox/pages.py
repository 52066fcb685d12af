"""The pages for people: where the customer pays, and what the sandbox has seen so far."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request

from billing_sandbox import models, money, service, texts
from billing_sandbox.api import database
from billing_sandbox.database import Database
from billing_sandbox.models import Outcome, Payment
from billing_sandbox.problems import Problem, Refused, Unknown, Unreadable, tell
from billing_sandbox.reading import Fields

LATEST = 20

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> Response:
    return _page("home.html", payments=models.latest_payments(database().reading(), LATEST))


@pages.get("/pay/<payment_id>")
def pay_page(payment_id: str) -> Response:
    return _page("pay.html", payment=models.find_payment(database().reading(), payment_id))


@pages.post("/pay/<payment_id>")
def press(payment_id: str) -> Response:
    """The two buttons. A program may press them too, with a JSON body, and hears the payment."""
    outcome = _outcome()
    try:
        payment = _decide(database(), payment_id, outcome)
    except Refused:
        if request.is_json:
            raise
        payment = models.find_payment(database().reading(), payment_id)
        return _page("pay.html", HTTPStatus.CONFLICT, payment=payment)
    if request.is_json:
        return jsonify(payment.as_json())
    return make_response(redirect(payment.return_url, HTTPStatus.SEE_OTHER))


@pages.errorhandler(Problem)
def tell_a_person(problem: Problem) -> Response:
    if request.is_json:
        return tell(problem)
    text = {
        Unknown: "There is no such payment.",
        Unreadable: "The form says neither “paid” nor “declined”.",
    }[type(problem)]
    return _page("problem.html", problem.status, text=text)


def _outcome() -> Outcome:
    said = Fields(request).all.get("outcome") if request.is_json else request.form.get("outcome")
    match said:
        case "paid" | "declined":
            return said
    raise Unreadable('The outcome is "paid" or "declined".')


def _decide(database: Database, payment_id: str, outcome: Outcome) -> Payment:
    with database.writing() as connection:
        return service.decide(connection, payment_id, outcome)


def _page(template: str, status: HTTPStatus = HTTPStatus.OK, **shown: object) -> Response:
    language = request.accept_languages.best_match(texts.LANGUAGES, default="en")
    response = make_response(
        render_template(
            template,
            language=language,
            say=lambda text: texts.say(language, text),
            amount=lambda amount: money.shown(amount, language),
            **shown,
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"  # going back shows how the payment is now
    response.headers["Vary"] = "Accept-Language"
    return response
