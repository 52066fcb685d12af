"""Where two may meet: each scene leads a town there, and answers the two deeds by their names."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from bookshop import outbox
from bookshop.basket import service as basket
from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.imports import applying
from bookshop.imports import service as imports
from bookshop.messages import PaymentConfirmed
from bookshop.orders import parcels
from bookshop.orders import service as orders
from bookshop.outbox import Delivery
from bookshop.payments import service as payments
from bookshop.payments.models import PaymentState
from bookshop.stock import offers as shelves
from bookshop.users.models import Role
from tests.races.meeting import Deed
from tests.shop import Shop, customer, seller
from worker.delivering import deliver
from worker.subscriptions import ROUTES

HOLD = timedelta(minutes=30)
FEED = "isbn,title,author,price,stock\n9780141439587,Emma,Jane Austen,500,{}\n"


class Town:
    """A shop with two customers, and Emma who sells one book."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ada, self.eve = customer(shop.has("ada")), customer(shop.has("eve"))
        self.emma = seller(shop.has("emma", Role.SELLER))
        shop.puts_on_sale(self.emma.user_id, FEED.format(9))
        with shop.database.reading() as session:
            self.offer = session.scalars(select(Offer.id)).one()

    def does(self, deed: Callable[..., object], *args: object, **kwargs: object) -> Deed:
        return partial(self.shop.does, deed, *args, **kwargs)

    def has_copies(self, copies: int) -> None:
        self.shop.does(shelves.change, self.emma.user_id, self.offer, on_hand=copies)

    def reserved(self) -> int:
        order = self.shop.orders(self.ada.user_id, {self.offer: 1})
        self.shop.works()
        return order

    def paid_at_billing(self) -> tuple[int, Deed]:
        """An order, and the deed of writing down that it is paid."""
        order = self.reserved()
        key = f"payment-{order}-1"
        self.shop.billing.customer(key, PaymentState.PAID)
        return order, self.does(payments.learn, order, 1, self.shop.billing.payments[key])

    def parcel(self, *deeds: Callable[..., None]) -> int:
        """A paid one with which the seller has done that."""
        order = self.shop.bought(self.ada.user_id, {self.offer: 1})
        [parcel] = self.shop.parcels(order)
        for deed in deeds:
            self.shop.does(deed, parcel.id, self.emma)
        self.shop.works()
        return parcel.id

    def sent(self) -> int:
        return self.parcel(parcels.confirm, parcels.send)

    def pays_out(self) -> Deed:
        """Bringing billing the only transfer there is."""
        self.shop.does(outbox.route, ROUTES)
        with self.shop.database.reading() as session:
            due = session.scalars(select(Delivery.id).where(Delivery.handler == "PayOut")).one()
        return partial(deliver, due, self.shop.tools)

    def complains(self, parcel: int) -> None:
        self.shop.does(parcels.report_problem, parcel, self.ada, "it is wet")


def the_last_copy(town: Town) -> dict[str, Deed]:
    town.has_copies(1)
    buyers = {"Ada": town.ada, "Eve": town.eve}
    made = {name: town.shop.orders(who.user_id, {town.offer: 1}) for name, who in buyers.items()}
    return {name: town.does(orders.reserve, order, 1, HOLD) for name, order in made.items()}


def cancel_and_pay(town: Town) -> dict[str, Deed]:
    order, pay = town.paid_at_billing()
    return {"cancel": town.does(orders.cancel, order, town.ada), "pay": pay}


def cancel_and_hear_of_the_payment(town: Town) -> dict[str, Deed]:
    order, pay = town.paid_at_billing()
    pay()
    hear = town.does(orders.follow_payment, PaymentConfirmed(order, 1))
    return {"cancel": town.does(orders.cancel, order, town.ada), "hear": hear}


def expire_and_pay(town: Town) -> dict[str, Deed]:
    order, pay = town.paid_at_billing()
    return {"expire": town.does(orders.expire, order, now() + 2 * HOLD), "pay": pay}


def expire_and_hear_of_the_payment(town: Town) -> dict[str, Deed]:
    order, pay = town.paid_at_billing()
    pay()
    hear = town.does(orders.follow_payment, PaymentConfirmed(order, 1))
    return {"expire": town.does(orders.expire, order, now() + 2 * HOLD), "hear": hear}


def confirm_and_cancel(town: Town) -> dict[str, Deed]:
    parcel = town.parcel()
    return {
        "confirm": town.does(parcels.confirm, parcel, town.emma),
        "cancel": town.does(parcels.cancel, parcel, town.ada),
    }


def send_and_cancel(town: Town) -> dict[str, Deed]:
    parcel = town.parcel(parcels.confirm)
    [order] = town.shop.billing.payments
    return {
        "send": town.does(parcels.send, parcel, town.emma),
        "cancel": town.does(orders.cancel, int(order.split("-")[1]), town.ada),
    }


def one_basket_ordered_twice(town: Town) -> dict[str, Deed]:
    owner = basket.Owner(town.ada.user_id)
    town.shop.fills_basket(owner, {town.offer: 1})
    buyer = orders.Buyer("Ada", "ada@example.com", "Here", user_id=town.ada.user_id)
    click = town.does(orders.place, owner, buyer, town.shop.settings.commission_percent)
    return {"one click": click, "another": click}


def pay_again_pressed_twice(town: Town) -> dict[str, Deed]:
    order = town.reserved()
    town.shop.pays(order, "declined")
    town.shop.works()
    press = town.does(orders.pay_again, order, town.ada)
    return {"one press": press, "another": press}


def one_webhook_twice(town: Town) -> dict[str, Deed]:
    order, _ = town.paid_at_billing()
    come = partial(town.shop.webhook, f"payment-{order}-1")
    return {"one": come, "again": come}


def paid_and_cancelled_at_billing(town: Town) -> dict[str, Deed]:
    """One has asked billing before it was paid, and another tells it to close the payment."""
    order = town.reserved()
    before = town.shop.billing.payments[f"payment-{order}-1"]
    town.shop.billing.customer(before.reference, PaymentState.PAID)
    after = town.shop.billing.cancel(before.id)
    return {
        "old answer": town.does(payments.learn, order, 1, before),
        "new answer": town.does(payments.learn, order, 1, after),
    }


def reserve_and_count(town: Town) -> dict[str, Deed]:
    order = town.shop.orders(town.ada.user_id, {town.offer: 1})
    return {
        "reserve": town.does(orders.reserve, order, 1, HOLD),
        "count": partial(town.has_copies, 0),
    }


def reserve_and_upload(town: Town) -> dict[str, Deed]:
    feed = town.shop.uploads(town.emma.user_id, FEED.format(0))
    town.shop.works()
    town.shop.does(imports.approve, feed, town.emma.user_id)
    order = town.shop.orders(town.ada.user_id, {town.offer: 1})
    place = town.shop.settings.uploads
    return {
        "reserve": town.does(orders.reserve, order, 1, HOLD),
        "upload": partial(applying.apply, town.shop.database, place, feed, lambda: None),
    }


def receive_and_complain(town: Town) -> dict[str, Deed]:
    parcel = town.sent()
    return {
        "receive": town.does(parcels.receive, parcel, town.ada),
        "complain": partial(town.complains, parcel),
    }


def receive_and_give_back(town: Town) -> dict[str, Deed]:
    parcel = town.sent()
    town.complains(parcel)
    return {
        "receive": town.does(parcels.receive, parcel, town.ada),
        "give back": town.does(parcels.settle_problem, parcel, town.emma, refund=True),
    }


def complain_and_pay_out(town: Town) -> dict[str, Deed]:
    parcel = town.sent()
    town.shop.does(parcels.receive, parcel, town.ada)
    return {"complain": partial(town.complains, parcel), "pay out": town.pays_out()}


def give_back_and_pay_out(town: Town) -> dict[str, Deed]:
    """Billing was asked to pay out, and has not answered."""
    parcel = town.sent()
    town.shop.does(parcels.receive, parcel, town.ada)
    town.shop.billing.down = True
    town.shop.works()
    town.shop.billing.down = False
    town.complains(parcel)
    give_back = town.does(parcels.settle_problem, parcel, town.emma, refund=True)
    return {"give back": give_back, "pay out": town.pays_out()}


def two_payouts_and_one_debt(town: Town) -> dict[str, Deed]:
    returned = town.sent()
    town.shop.does(parcels.receive, returned, town.ada)
    town.shop.works()
    town.complains(returned)
    town.shop.does(parcels.settle_problem, returned, town.emma, refund=True)
    one, other = town.sent(), town.sent()
    return {
        "one": town.does(parcels.receive, one, town.ada),
        "other": town.does(parcels.receive, other, town.ada),
    }


SCENES = (
    the_last_copy,
    cancel_and_pay,
    cancel_and_hear_of_the_payment,
    expire_and_pay,
    expire_and_hear_of_the_payment,
    confirm_and_cancel,
    send_and_cancel,
    one_basket_ordered_twice,
    pay_again_pressed_twice,
    one_webhook_twice,
    paid_and_cancelled_at_billing,
    reserve_and_count,
    reserve_and_upload,
    receive_and_complain,
    receive_and_give_back,
    complain_and_pay_out,
    give_back_and_pay_out,
    two_payouts_and_one_debt,
)
