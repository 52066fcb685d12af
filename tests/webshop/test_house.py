"""What holds on every page: language, headers, proofs of forms, errors, links."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from bookshop.audit.keeping import Audit
from bookshop.auth import links
from bookshop.database import now
from bookshop.orders import parcels
from bookshop.orders.models import Parcel
from bookshop.outbox import OutboxMessage
from bookshop.stock.models import Shelf
from bookshop.users.models import User
from tests.shop import PASSWORD, seller
from tests.webshop.conftest import Visitor
from webshop.app import create_app
from worker.schedule import audit_the_shop

PUBLIC = (
    "/",
    "/books",
    "/basket",
    "/sign-in",
    "/register",
    "/register/seller",
    "/about/delivery",
    "/about/returns",
    "/about/sellers",
    "/about/developers",
)


def test_no_link_is_dead_and_nothing_is_written_inline(guest, shop, emma):
    shop.sells(emma, "Emma", copies=1)
    shop.works()
    links: set[str] = set()

    for path in PUBLIC:
        assert guest.opens(path).status_code == 200, path
        assert not guest.page.xpath("//@style | //style | //@onclick")
        assert not guest.page.xpath("//script[not(@src)][not(@type='application/ld+json')]")
        links |= {link for link in guest.links if link.startswith("/")}

    assert len(links) > len(PUBLIC)
    for link in links:
        assert guest.opens(link).status_code == 200, link


def test_every_answer_carries_the_headers(guest):
    headers = guest.opens("/").headers

    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_pages_are_made_of_is_kept_by_browsers_until_it_changes(guest):
    guest.opens("/")
    (sheet,) = guest.page.xpath("//link[@rel='stylesheet']/@href")

    answer = guest.opens(sheet)

    assert re.search(r"\?v=[0-9a-f]{10}$", sheet)
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_the_browsers_language_is_answered(guest):
    for browser, page in {
        "ru-RU,ru;q=0.9": "ru",
        "de,en;q=0.5": "en",
        "fr": "en",
        "": "en",
    }.items():
        guest.headers["Accept-Language"] = browser

        guest.opens("/")

        assert guest.page.get("lang") == page, browser


def test_the_language_is_switched_and_remembered_with_the_account(ada, shop, ada_id):
    ada.opens("/basket")
    (link,) = [link for link in ada.links if link.startswith("/language/ru")]

    ada.opens(link)

    assert ada.last.request.path == "/basket"
    assert ada.page.get("lang") == "ru"
    with shop.database.reading() as session:
        assert session.get_one(User, ada_id).language == "ru"


def test_a_form_without_proof_is_refused(guest):
    answer = guest.browser.post("/sign-in", data={"login": "ada", "password": "x"})

    assert answer.status_code == 400
    assert "req-" in answer.text


def test_what_goes_wrong_is_a_calm_page_with_a_number(guest):
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/orders/99999999999999999999", 404),
        ("GET", "/orders/1", 404),
        ("GET", "/language/xx", 404),
        ("POST", "/books", 405),
        ("DELETE", "/", 405),
        ("PUT", "/about/returns", 405),
    ):
        answer = guest.browser.open(path, method=method, headers=guest.headers)

        assert answer.status_code == status, path
        assert "req-" in answer.text
        assert answer.mimetype == "text/html"


def test_our_own_fault_is_told_calmly(guest, app, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "about.returns", lambda: 1 // 0)

    answer = guest.opens("/about/returns")

    assert answer.status_code == 500
    assert "Something broke" in guest.reads
    assert "ZeroDivision" not in answer.text


def test_too_many_tries_are_slowed_down(shop, guest):
    unreachable = "redis://127.0.0.1:1/0"  # then each process counts for itself
    limited = create_app(replace(shop.settings, rate_limits=True, redis_url=unreachable))
    visitor = Visitor(limited.test_client())
    visitor.opens("/sign-in")

    tries = [
        visitor.submits("/sign-in", login="ada", password="wrong password").status_code
        for _ in range(21)
    ]

    assert tries == [422] * 20 + [429]
    assert "A little slower" in visitor.reads


# The seller's letter


def test_the_link_in_a_sellers_letter_leads_to_his_parcel_by_the_sign_in(guest, shop, emma):
    token = links.signed(shop.settings.secret_key, links.PARCEL_OF_A_SELLER, 7)
    there = f"{shop.settings.dashboard_url}/?parcel=7"

    guest.opens(f"/seller/parcels/{token}")
    assert guest.last.request.path == "/sign-in"
    guest.submits("/sign-in", follow=False, login="emma", password="correct horse")
    assert guest.last.location == there

    answer = guest.browser.get(f"/seller/parcels/{token}")
    assert answer.location == there


def test_a_forged_link_says_so_and_offers_the_way_in(guest, shop):
    token = links.signed(shop.settings.secret_key, links.ORDER_OF_A_GUEST, 7)

    guest.opens(f"/seller/parcels/{token}")

    assert guest.last.status_code == 403
    assert "not one of ours" in guest.reads
    assert any(link.startswith("/sign-in?next=") for link in guest.links)


# Operators


def test_the_operators_pages_are_not_there_for_others(guest, ada):
    for path in ("/operator", "/operator/queues/", "/metrics"):
        assert guest.opens(path).status_code == 404, path
        assert ada.opens(path).status_code == 404, path


def test_an_operator_sees_what_is_stuck(oscar, shop, ada_id, emma):
    shop.billing.down = True
    shop.orders(ada_id, {shop.sells(emma, "Emma", copies=1): 1})
    shop.works()

    oscar.opens("/operator")

    assert "PaymentDue-1-1" in oscar.reads
    assert "the line is dead" in oscar.reads


def test_an_operator_sees_whether_everything_agrees(oscar, shop, ada_id, emma):
    oscar.opens("/operator")
    assert "Nobody has looked yet" in oscar.reads

    offer = shop.sells(emma, "Emma", copies=1)
    shop.works()
    audit_the_shop(shop.tools)
    oscar.opens("/operator")
    assert "all of it" in oscar.reads

    with shop.database.transaction() as session:
        session.get_one(Shelf, offer).reserved = 1
        session.execute(delete(Audit))
    audit_the_shop(shop.tools)
    oscar.opens("/operator")
    assert "not all of it" in oscar.reads
    assert f"offer {offer}: reserved 1, live reservations 0" in oscar.reads
    assert 'shop_audit_offences{invariant="1"} 1.0' in oscar.opens("/metrics").text


def test_an_operator_is_not_told_that_billing_disagrees_when_it_could_not_be_asked(oscar, shop):
    shop.billing.down = True
    audit_the_shop(shop.tools)

    oscar.opens("/operator")

    assert "not all could be asked" in oscar.reads
    assert "billing and we say the same: could not be asked" in oscar.reads
    assert "not all of it" not in oscar.reads


def test_an_operator_begins_at_his_page_and_has_the_shop_look_at_once(oscar, shop):
    oscar.opens("/sign-in")
    oscar.submits("/sign-in", login="oscar", password=PASSWORD)
    assert oscar.last.request.path == "/operator"

    first = oscar.last
    for _ in range(2):  # in two windows
        oscar.last = first
        oscar.submits("/operator/audit")
        assert "The shop is looking now" in oscar.reads
        assert "/operator/audit" not in oscar.buttons()
    (renewed_from,) = oscar.page.xpath("//*[@id='agreement']/@hx-get")
    assert oscar.browser.get(renewed_from).status_code == 204  # nobody has looked yet
    with shop.database.reading() as session:
        assert (
            session.scalar(
                select(func.count())
                .select_from(OutboxMessage)
                .where(OutboxMessage.name == "AuditAsked")
            )
            == 1
        )

    shop.works()
    renewed = oscar.opens(renewed_from).text
    assert "all of it" in renewed
    assert "hx-get" not in renewed
    oscar.opens("/operator")
    assert "all of it" in oscar.reads
    assert "/operator/audit" in oscar.buttons()


def test_an_operator_sees_what_was_confirmed_and_never_sent(oscar, shop, ada_id, emma):
    order = shop.bought(ada_id, {shop.sells(emma, "Emma", copies=1): 1})
    (parcel,) = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    oscar.opens("/operator")
    assert "Confirmed and not sent" not in oscar.reads

    due = now() - timedelta(days=1, hours=1)  # three days after it was confirmed
    shop.does(lambda session: session.execute(update(Parcel).values(send_by=due)))

    oscar.opens("/operator")
    assert "4 days ago" in oscar.reads
    assert f"{shop.settings.dashboard_url}/?parcel={parcel.id}" in oscar.links


def test_an_operator_reads_the_figures(oscar, shop, ada_id, emma):
    shop.orders(ada_id, {shop.sells(emma, "Emma", copies=1): 1})

    answer = oscar.opens("/metrics")

    assert 'shop_orders{state="placed"} 1.0' in answer.text
    assert "shop_requests_total" in answer.text


def test_health(guest, shop):
    assert guest.opens("/health/live").json == {"alive": True}
    ready = guest.opens("/health/ready")
    assert ready.status_code == 503  # no Redis is running here
    assert ready.json["database"] == "ok"
    assert ready.json["redis"] == "down"
