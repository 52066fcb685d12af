"""A seller's door: catalogues, offers, parcels, money."""

from io import BytesIO
from pathlib import Path

import pytest

from tests.webshop_api.conftest import Program

CATALOGUE = b"""isbn,title,authors,price,stock
9780141439587,Emma,Jane Austen,500.00,3
,Nameless,,abc,1
"""


def upload(who: Program, content: bytes = CATALOGUE, name: str = "books.csv", **more):
    return who.post("/seller/imports", data={"file": (BytesIO(content), name)}, **more)


@pytest.fixture
def parcel(shop, emma_id):
    """Of a paid order: it waits to be confirmed."""
    order = shop.bought(shop.has("ada"), {shop.sells(emma_id, "Emma", copies=2, price=50000): 1})
    return shop.parcels(order)[0].id


def test_an_upload_stops_at_the_preview_until_it_is_applied(emma, guest, shop):
    received = upload(emma)

    assert received.status_code == 202
    assert received.json["state"] == "received"
    path = received.location.removeprefix("http://localhost/api/v1")

    shop.works()
    preview = emma.get(path).json
    assert (preview["state"], preview["format"]) == ("preview", "csv")
    assert (preview["rows"], preview["accepted"], preview["rejected"]) == (2, 1, 1)
    [problem] = preview["problems"]
    assert (problem["record"], problem["field"]) == (2, "price")
    assert problem["message"]
    assert guest.get("/books").json["total"] == 0

    assert emma.post(f"{path}/apply").status_code == 202
    shop.works()
    assert emma.get(path).json["state"] == "applied"
    assert guest.get("/books", q="emma").json["total"] == 1

    assert emma.post(f"{path}/undo").status_code == 202
    shop.works()
    assert emma.get(path).json["state"] == "undone"


def test_an_upload_may_be_applied_at_once(emma, guest, shop):
    upload(emma, query_string={"apply": "true"})
    shop.works()

    assert guest.get("/books/9780141439587").json["offers"][0]["seller"] == "emma"


def test_an_upload_that_comes_twice_is_one_import_and_one_file(emma, shop):
    key = {"Idempotency-Key": "night"}

    first, second = upload(emma, headers=key), upload(emma, headers=key)

    assert first.json == second.json
    assert len(list(Path(shop.settings.uploads).iterdir())) == 1
    assert upload(emma, CATALOGUE + b"x", headers=key).status_code == 409
    assert len(list(Path(shop.settings.uploads).iterdir())) == 1


def test_a_preview_may_be_thrown_away(emma, shop):
    path = f"/seller/imports/{upload(emma).json['id']}"
    shop.works()

    cancelled = emma.post(f"{path}/cancel").json
    assert cancelled["state"] == "cancelled"
    assert not {"preview", "problems"} & cancelled.keys()
    assert emma.get(path).json["problems"]
    assert emma.post(f"{path}/apply").status_code == 409


def test_an_upload_without_a_file_says_what_is_missing(emma):
    assert emma.post("/seller/imports").json["errors"][0]["code"] == "not_a_file"
    answer = emma.post("/seller/imports", data={"file": "text"}, content_type="multipart/form-data")
    assert answer.json["errors"][0]["field"] == "file"


def test_only_a_catalogue_may_be_large(emma, shop):
    rows = b"".join(b"Book %d,100.00,1,sku%d\n" % (n, n) for n in range(5000))
    large = upload(emma, b"title,price,stock,sku\n" + rows)
    body = b'{"withdraw_missing": true' + b" " * 100_000 + b"}"
    path = f"/seller/imports/{large.json['id']}/apply"

    assert large.status_code == 202
    assert emma.post(path, data=body, content_type="application/json").status_code == 413


def test_only_sellers_come_in_by_this_door(ada, guest):
    for path in ("/seller/offers", "/seller/parcels", "/seller/statement", "/seller/imports/1"):
        assert guest.get(path).status_code == 401
        assert ada.get(path).status_code == 403
    assert upload(guest).status_code == 401
    assert upload(ada).status_code == 403


def test_what_belongs_to_another_seller_is_not_there(emma, boris, shop, parcel, emma_id):
    offer = emma.get("/seller/offers").json[0]["id"]
    catalogue = upload(emma).json["id"]

    assert boris.get("/seller/offers").json == []
    assert boris.get("/seller/parcels").json == []
    assert boris.patch(f"/seller/offers/{offer}", {"on_hand": 0}).status_code == 404
    assert boris.get(f"/seller/imports/{catalogue}").status_code == 404
    for deed in ("apply", "undo", "cancel"):
        assert boris.post(f"/seller/imports/{catalogue}/{deed}").status_code == 404
    assert boris.get(f"/seller/parcels/{parcel}").status_code == 404
    for deed in ("confirm", "reject", "sent"):
        assert boris.post(f"/seller/parcels/{parcel}/{deed}").status_code == 404


def test_a_seller_looks_through_his_offers_and_changes_one(emma, shop, emma_id):
    offer = shop.sells(emma_id, "Emma", copies=2, price=50000)
    shop.sells(emma_id, "Persuasion", copies=1)

    found = emma.get("/seller/offers", q="emm")
    assert found.headers["X-Total-Count"] == "1"
    assert [(o["id"], o["price"], o["on_hand"]) for o in found.json] == [(offer, "500.00", 2)]

    changed = emma.patch(f"/seller/offers/{offer}", {"price": "450.50", "on_hand": 7})
    assert (changed.json["price"], changed.json["on_hand"]) == ("450.50", 7)
    assert emma.patch(f"/seller/offers/{offer}", {"on_sale": False}).json["on_sale"] is False
    assert emma.get("/seller/offers", q="emm").json[0]["price"] == "450.50"


def test_a_price_or_count_that_makes_no_sense_is_refused(emma, shop, emma_id):
    path = f"/seller/offers/{shop.sells(emma_id, 'Emma', copies=2)}"

    for change in (
        {"price": "0.00"},
        {"price": "-1.00"},
        {"price": "1.005"},
        {"price": 5},
        {"on_hand": -1},
        {"on_hand": 10**12},
        {"on_hand": 1.5},
        {"on_sale": "yes"},
        {"title": "Another"},
    ):
        answer = emma.patch(path, change)
        assert answer.status_code == 422, change
        assert answer.json["errors"][0]["field"] == next(iter(change))


def test_a_parcel_is_confirmed_and_sent(emma, parcel, shop):
    [waiting] = emma.get("/seller/parcels", state="waiting").json
    assert waiting["id"] == parcel
    assert waiting["to"]["address"] == "12 St James's Square"
    assert waiting["total"] == "500.00"

    assert emma.post(f"/seller/parcels/{parcel}/confirm").json["state"] == "confirmed"
    sent = emma.post(f"/seller/parcels/{parcel}/sent", {"tracking": "RR123"}).json

    assert (sent["state"], sent["tracking"]) == ("sent", "RR123")
    assert emma.get("/seller/parcels", state="waiting").json == []


def test_a_book_that_is_not_there_is_refunded_and_not_sold_again(emma, parcel, shop):
    answer = emma.post(f"/seller/parcels/{parcel}/reject", {"because": "not_there"})

    assert answer.json["state"] == "rejected"
    shop.works()
    assert emma.get("/seller/offers").json[0]["on_hand"] == 1
    assert emma.post(f"/seller/parcels/{parcel}/confirm").status_code == 409


def test_what_was_received_stands_in_the_statement_of_the_month(emma, parcel, of, shop):
    emma.post(f"/seller/parcels/{parcel}/confirm")
    emma.post(f"/seller/parcels/{parcel}/sent")
    of("ada").post(f"/orders/{shop.order(1).id}/parcels/{parcel}/received")
    shop.works()

    statement = emma.get("/seller/statement").json

    assert (statement["total"], statement["commission"]) == ("500.00", "50.00")
    assert (statement["amount"], statement["paid_out"]) == ("450.00", "450.00")
    assert [line["parcel_id"] for line in statement["lines"]] == [parcel]
    assert emma.get("/seller/statement", month="2020-01").json["lines"] == []
    assert emma.get("/seller/statement", month="May").json["errors"][0]["code"] == "not_a_month"
