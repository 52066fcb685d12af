"""For operators: what is stuck, what is looked for, what sellers do not agree on, the queues."""

from datetime import timedelta
from typing import Any

import rq_dashboard
from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.audit import keeping as audits
from bookshop.database import now
from bookshop.imports import differences as imported
from bookshop.imports.columns import NAMES
from bookshop.orders import sending
from bookshop.orders.moving import TO_SEND
from bookshop.outbox import Delivery, DeliveryState
from bookshop.searches import service as kept_searches
from bookshop.settings import Settings
from search_index import Question
from webshop import context
from webshop.security import csrf, policy
from webshop.visitor import signed_in

SHOWN = 100
SEARCHES_SHOWN = 50
SEARCHES_OF = timedelta(days=30)
LAST_PAGE = 10_000
QUEUES = "/operator/queues"
REQUEUES = "rq_dashboard.requeue_all"  # it would answer GET too
pages = Blueprint("operator", __name__, url_prefix="/operator")


def mount_queues(app: Flask, settings: Settings) -> None:
    """rq-dashboard as it comes, behind the operator's door."""
    app.config["RQ_DASHBOARD_REDIS_URL"] = settings.redis_url
    rq_dashboard.web.config.serializer = "rq.serializers.JSONSerializer"
    rq_dashboard.web.setup_rq_connection(app)
    queues = rq_dashboard.blueprint
    app.before_request(_guard_queues)
    app.register_blueprint(queues, url_prefix=QUEUES)
    csrf.exempt(queues)  # it knows no tokens; _guard_queues asks for something else
    app.after_request(_let_queues_draw)


@pages.before_request
def operators_only() -> None:
    """To others there is nothing here."""
    user = signed_in()
    if user is None or not user.is_operator:
        abort(404)


@pages.get("")
def overview() -> str:
    session = context.reading()
    not_done = (
        select(Delivery)
        .where(Delivery.state.in_([DeliveryState.STUCK, DeliveryState.FAILED]))
        .order_by(Delivery.state.desc(), Delivery.id)
        .limit(SHOWN)
    )
    counts = select(Delivery.state, func.count()).where(Delivery.state != DeliveryState.DONE)
    return render_template(
        "operator.html",
        deliveries=session.scalars(not_done).all(),
        counts=dict(session.execute(counts.group_by(Delivery.state)).all()),
        **_audit(session),
        unsent=sending.unsent(session, now(), SHOWN),
        to_send=TO_SEND,
        today=now(),
        queues=QUEUES,
        index_is_away=_index_is_away(),
    )


@pages.post("/audit")
def look_now() -> ResponseReturnValue:
    with context.transaction() as session:
        audits.ask_for_one(session)
    return redirect(url_for("operator.overview", _anchor="audit"))


@pages.get("/audit/live")
def live_audit() -> ResponseReturnValue:
    """The part of the page that changes; 204 while nobody has looked yet."""
    audit = _audit(context.reading())
    return ("", 204) if audit["audit_is_asked_for"] else render_template("_audit.html", **audit)


@pages.get("/differences")
def differences() -> str:
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found = imported.newest(context.reading(), page)
    return render_template("operator_differences.html", found=found, page=page, facts=NAMES)


@pages.get("/searches")
def searches() -> str:
    since = now() - SEARCHES_OF
    return render_template(
        "operator_searches.html",
        of=kept_searches.overview(context.reading(), since, SEARCHES_SHOWN),
        days=SEARCHES_OF.days,
        index_is_away=_index_is_away(),
    )


def _audit(session: Session) -> dict[str, Any]:
    return {
        "audit_is_asked_for": audits.is_asked_for(session),  # first: what it brought is seen then
        "audit": audits.newest(session),
        "held_last": audits.last_that_held(session),
    }


def _index_is_away() -> bool:
    return context.index().find(Question(per_page=1)).degraded


def _guard_queues() -> None:
    """Its buttons are scripts of this very page: another site's form cannot add this header."""
    if request.blueprint != "rq_dashboard":
        return
    operators_only()
    by_script = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    changes = request.method not in ("GET", "HEAD") or request.endpoint == REQUEUES
    if changes and not by_script:
        abort(403)


def _let_queues_draw(response: Response) -> Response:
    """It is written with scripts and styles inside its pages; ours are not."""
    if request.blueprint == "rq_dashboard":
        response.headers["Content-Security-Policy"] = policy(
            script_src="'self' 'unsafe-inline' 'unsafe-eval'", style_src="'self' 'unsafe-inline'"
        )
    return response
