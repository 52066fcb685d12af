"""Is the shop alive, is it ready, and how is it doing."""

import os
import time

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError
from sqlalchemy import func, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bookshop.audit import keeping as audits
from bookshop.orders.models import Order, Parcel
from bookshop.outbox import Delivery, DeliveryState
from search_index import Question
from webshop import context
from webshop.visitor import signed_in

REQUESTS = Counter("shop_requests", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram("shop_request_seconds", "Time to answer", ["endpoint"])

pages = Blueprint("monitoring", __name__)


def set_up(app: Flask) -> None:
    app.before_request(_start_clock)
    app.after_request(_count)


@pages.get("/health/live")
def live() -> ResponseReturnValue:
    return jsonify(alive=True)


@pages.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Without its index the shop still sells: the database answers the searches then."""
    works = {"database": _database_answers(), "redis": _redis_answers()}
    index = "degraded" if context.index().find(Question(per_page=1)).degraded else "ok"
    status = 200 if all(works.values()) else 503
    said = {name: "ok" if well else "down" for name, well in works.items()}
    return jsonify(ready=status == 200, index=index, **said), status


@pages.get("/metrics")
def metrics() -> ResponseReturnValue:
    """What happens in the web processes, and what the database says of orders and messages."""
    user = signed_in()
    if user is None or not user.is_operator:
        abort(404)
    of_processes: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        of_processes = CollectorRegistry()
        MultiProcessCollector(of_processes)  # type: ignore[no-untyped-call]
    of_the_shop = _state_of_the_shop(context.reading())
    body = generate_latest(of_processes) + generate_latest(of_the_shop)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _state_of_the_shop(session: Session) -> CollectorRegistry:
    registry = CollectorRegistry()
    still_open = Delivery.state != DeliveryState.DONE
    for name, told, column, which in (
        ("shop_orders", "Orders by state", Order.state, true()),
        ("shop_parcels", "Parcels by state", Parcel.state, true()),
        ("shop_deliveries_open", "Messages not yet heard, by state", Delivery.state, still_open),
    ):
        gauge = Gauge(name, told, ["state"], registry=registry)
        query = select(column, func.count()).where(which).group_by(column)
        for state, count in session.execute(query):
            gauge.labels(state.value).set(count)
    _tell_of_audit(session, registry)
    return registry


def _tell_of_audit(session: Session, registry: CollectorRegistry) -> None:
    """To be alarmed by: an offence, or an audit that is long ago."""
    newest = audits.newest(session)
    if newest is None:
        return
    at = Gauge("shop_audit_at_seconds", "When the last audit began, Unix time", registry=registry)
    at.set(newest.at.timestamp())
    told = "What offends against each invariant"
    offences = Gauge("shop_audit_offences", told, ["invariant"], registry=registry)
    for verdict in newest.verdicts:
        offences.labels(verdict["number"]).set(len(verdict["offenders"]) + verdict["more"])


def _database_answers() -> bool:
    try:
        context.reading().execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(context.services().redis.ping())
    except RedisError:
        return False


def _start_clock() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, response.status_code).inc()
    if "began" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
    return response
