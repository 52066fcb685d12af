import json

import pytest
from sqlalchemy import inspect, select, text

from bookshop.accounts import service as accounts
from bookshop.auth import service as auth
from bookshop.basket import service as basket
from bookshop.errors import NotFound
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.users import service as users
from bookshop.users.models import Role, Shop, User
from tests.shop import PASSWORD, customer, seller


@pytest.fixture
def ada(shop):
    """With a name and a number of her own, so that they can be looked for."""
    ada = shop.has("ada")
    shop.does(users.change, ada, first_name="Augusta", last_name="Byron", phone="+44 20 7930")
    return ada


@pytest.fixture
def offer(shop, emma):
    return shop.sells(emma, "Emma", copies=5)


def settled(shop, ada, emma, offer):
    order = shop.bought(ada, {offer: 1})
    [parcel] = shop.parcels(order)
    shop.does(parcels.confirm, parcel.id, seller(emma))
    shop.does(parcels.send, parcel.id, seller(emma))
    shop.works()
    shop.does(parcels.receive, parcel.id, customer(ada))
    shop.works()
    return parcel.id


def everything_kept(shop):
    """Every text in every table, as one."""
    with shop.database.reading() as session:
        tables = inspect(session.connection()).get_table_names()
        rows = [
            tuple(row)
            for name in tables
            for row in session.execute(text(f'SELECT * FROM "{name}"'))
        ]
    return "\n".join(map(str, rows))


def test_the_export_holds_all_the_shop_knows_of_a_person(shop, ada, emma, offer):
    settled(shop, ada, emma, offer)
    shop.does(basket.put, basket.Owner(ada), offer, 2)

    with shop.database.reading() as session:
        whole = json.loads(json.dumps(accounts.export(session, ada)))

    assert whole["user"]["login"] == "ada"
    assert (whole["user"]["first_name"], whole["user"]["last_name"]) == ("Augusta", "Byron")
    assert whole["basket"] == [{"offer": offer, "title": "Emma", "quantity": 2}]
    [order] = whole["orders"]
    assert (order["state"], order["address"]) == ("completed", "12 St James's Square")
    assert order["parcels"][0]["lines"][0]["title"] == "Emma"
    sent = [letter.subject for letter in shop.post.sent if letter.user_id == ada]
    assert [letter["subject"] for letter in whole["letters"]] == sent
    assert len(sent) == 5  # welcome, reserved, paid, confirmed, sent


def test_the_export_holds_nothing_of_others(shop, ada, emma, offer):
    settled(shop, ada, emma, offer)
    eve = shop.has("eve")

    with shop.database.reading() as session:
        whole = json.dumps(accounts.export(session, eve))

    assert "Ada" not in whole
    assert "Emma" not in whole


def test_an_account_with_orders_under_way_stays_and_says_which(shop, ada, emma, offer):
    order = shop.bought(ada, {offer: 1})

    for user in (ada, emma):
        with pytest.raises(accounts.OrdersUnderWay) as error:
            shop.does(accounts.delete_user, user)
        assert error.value.params == {"orders": str(order)}

    shop.does(orders.cancel, order, customer(ada))
    shop.works()
    shop.does(accounts.delete_user, ada)


def test_a_seller_who_owes_for_returns_stays(shop, ada, emma, offer):
    parcel = settled(shop, ada, emma, offer)
    shop.does(parcels.report_problem, parcel, customer(ada), "pages are missing")
    shop.does(parcels.settle_problem, parcel, seller(emma), refund=True)
    shop.works()

    with pytest.raises(accounts.MoneyIsOwed) as error:
        shop.does(accounts.delete_user, emma)

    assert error.value.params["amount"] == "450.00"


def test_an_account_stays_while_a_problem_is_open_or_money_is_on_its_way_back(
    shop, ada, emma, offer
):
    parcel = settled(shop, ada, emma, offer)
    shop.does(parcels.report_problem, parcel, customer(ada), "pages are missing")
    for user in (ada, emma):
        with pytest.raises(accounts.ProblemsOpen):
            shop.does(accounts.delete_user, user)

    shop.billing.down = True
    shop.does(parcels.settle_problem, parcel, seller(emma), refund=True)
    shop.works()
    with pytest.raises(accounts.MoneyGoesBack):
        shop.does(accounts.delete_user, ada)

    shop.billing.down = False
    shop.works()
    shop.does(accounts.delete_user, ada)


def test_an_operator_does_not_delete_himself(shop):
    operator = shop.has("olga", Role.OPERATOR)

    with pytest.raises(accounts.OperatorsStay):
        shop.does(accounts.delete_user, operator)


def test_nothing_of_a_deleted_person_is_left_anywhere(shop, ada, emma, offer):
    parcel = settled(shop, ada, emma, offer)
    shop.does(parcels.report_problem, parcel, customer(ada), "ring me: +44 20 7930")
    shop.does(parcels.settle_problem, parcel, seller(emma), refund=False, note="I rang Augusta")
    shop.works()
    shop.does(basket.put, basket.Owner(ada), offer, 2)
    _, token = shop.does(auth.sign_in, "ada", PASSWORD)
    personal = ("ada", "Ada Lovelace", "Augusta", "Byron", "+44 20 7930", "St James", "ada@example")
    before = everything_kept(shop)
    assert all(word in before for word in personal)

    shop.does(accounts.delete_user, ada)

    after = everything_kept(shop)
    assert [word for word in personal if word in after] == []
    with shop.database.reading() as session:
        assert auth.who_is(session, token) is None
        assert users.find(session, "ada") is None
        with pytest.raises(NotFound):
            users.get(session, ada)


def test_the_books_of_the_shop_stay_right(shop, ada, emma, offer):
    settled(shop, ada, emma, offer)
    before = shop.accounts()

    shop.does(accounts.delete_user, ada)
    shop.works()

    assert shop.accounts() == before
    assert shop.offences() == []
    shop.handles_everything_again()
    assert "ada@example" not in everything_kept(shop)


def test_login_and_email_are_free_again(shop, ada):
    shop.does(accounts.delete_user, ada)

    assert shop.has("ada") != ada


def test_a_sellers_books_leave_the_shop_with_him(shop, ada, emma, offer):
    settled(shop, ada, emma, offer)

    shop.does(accounts.delete_user, emma)
    shop.works()

    assert dict(shop.index.contents()) == {}
    assert shop.offences() == []
    with shop.database.reading() as session:
        [closed] = session.scalars(select(Shop))
        assert "deleted" in closed.name
        assert session.get_one(User, emma).deleted_at
    with pytest.raises(basket.NoSuchOffer):
        shop.does(basket.put, basket.Owner(ada), offer, 1)
