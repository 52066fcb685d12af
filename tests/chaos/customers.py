"""Customers: each comes again and again, orders, and looks after what he has ordered."""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from tests.chaos.shop import Shop
from tests.chaos.visitor import PageVisitor, Visitor

AT_A_TIME = 5  # orders that one customer has not done with
HOW_OFTEN = 0.3  # does one of these looks end in another order?
A_BREATH = 0.5  # seconds between two looks at his orders
NO_TIME_TO_FORGET = 30  # seconds before closing: reservations of a minute must end soon after it


class Temper(StrEnum):
    PAYS = "pays"
    IS_DECLINED_FIRST = "is declined, and tries again"
    CANCELS_BEFORE_PAYING = "cancels before paying"
    CANCELS_AFTER_PAYING = "cancels after paying"
    CANCELS_A_PARCEL = "cancels a parcel"
    PAYS_AND_CANCELS = "pays, and cancels at once"
    CANCELS_AND_PAYS = "cancels, and pays at once"
    NEVER_PAYS = "never pays"
    PAYS_LATE = "pays when the time is over"


OFTEN = {Temper.PAYS: 10, Temper.IS_DECLINED_FIRST: 3}
SLOW = (Temper.NEVER_PAYS, Temper.PAYS_LATE)
ON_ITS_WAY = ("planned", "waiting", "confirmed", "sent")


class Customer:
    """With an account or as a guest, who is somebody else for the shop each time."""

    def __init__(self, shop: Shop, number: int) -> None:
        self.shop, self.name = shop, f"customer{number}"
        self.chance = shop.plan.chance(self.name)
        self.account: Visitor | None = None
        if number % 2:
            self.account = (PageVisitor if number % 4 == 1 else Visitor)(shop, self.name)
        self.open: list[Purchase] = []

    def lives(self) -> None:
        if self.account:
            self.account.registers()
        for number in count():
            if self.shop.over.wait(A_BREATH):
                return
            if self.wants_more():
                self.open.append(self.buys(number))
            self.open = [each for each in self.open if not each.is_done()]

    def wants_more(self) -> bool:
        room = len(self.open) < AT_A_TIME and not self.shop.closing.is_set()
        return room and self.chance.random() < HOW_OFTEN

    def buys(self, number: int) -> "Purchase":
        name = f"{self.name}-{number}"
        who = self.account or self.chance.choice([Visitor, PageVisitor])(self.shop, name)
        for book in self.shop.some_books(self.chance):
            who.puts_in_the_basket(book, copies=self.chance.choice([1, 1, 1, 2, 3]))
        order = who.orders(name, twice=self.chance.random() < 0.25)
        temper = self.temper()
        self.shop.tally.count(f"customer {temper}")
        return Purchase(
            self.shop, who, order, temper, takes_what_is_left=self.chance.random() < 0.7
        )

    def temper(self) -> Temper:
        tempers = [
            each for each in Temper if each not in SLOW or self.shop.time_left() > NO_TIME_TO_FORGET
        ]
        return self.chance.choices(tempers, [OFTEN.get(each, 1) for each in tempers])[0]


@dataclass
class Purchase:
    """One order, and what its customer means to do about it."""

    shop: Shop
    who: Visitor
    order: int
    temper: Temper
    takes_what_is_left: bool
    pay_url: str = ""
    has_pressed: list[str] = field(default_factory=list)

    def is_done(self) -> bool:
        """One look, and at most one deed. True when nothing is left for the customer to do."""
        told = self.who.order(self.order)
        match told["state"]:
            case "short":
                self.does("accept-short" if self.takes_what_is_left else "cancel")
            case "reserved":
                self.decides(told["payment"])
            case "paid":
                return self.is_done_when_paid(told["parcels"])
            case "cancelled":
                return self.is_done_when_cancelled(told["history"])
        return bool(told["state"] == "completed")

    def decides(self, payment: dict[str, Any] | None) -> None:
        """Whether to pay. What he has paid the shop may hear of late: then he waits."""
        self.pay_url = (payment and payment["pay_url"]) or self.pay_url
        can_pay = bool(payment and payment["pay_url"])
        match self.temper:
            case Temper.CANCELS_BEFORE_PAYING:
                self.does("cancel")
            case Temper.NEVER_PAYS | Temper.PAYS_LATE:
                pass
            case Temper.IS_DECLINED_FIRST if can_pay and not self.has_pressed:
                self.presses("declined")
            case Temper.PAYS_AND_CANCELS if can_pay and not self.has_pressed:
                self.presses("paid")
                self.does("cancel")
            case Temper.CANCELS_AND_PAYS if can_pay and not self.has_pressed:
                self.does("cancel")
                self.presses("paid")
            case _ if can_pay and "paid" not in self.has_pressed:
                self.presses("paid")
                self.who.comes_back_from_paying(self.order)
            case _ if payment and payment["state"] == "declined":
                self.does("pay-again")

    def is_done_when_paid(self, parcels: list[dict[str, Any]]) -> bool:
        if self.temper is Temper.CANCELS_AFTER_PAYING:
            self.does("cancel")
        elif self.temper is Temper.CANCELS_A_PARCEL:
            self.does(f"parcels/{parcels[0]['id']}/cancel")
        self.temper = Temper.PAYS  # what has gone already he keeps
        to_come = [p for p in parcels if p["state"] in ON_ITS_WAY]
        moving = [parcel for parcel in to_come if parcel["id"] not in self.shop.left_alone]
        for parcel in moving:
            if parcel["state"] == "sent":
                self.has(parcel["id"])
        return not moving

    def has(self, parcel: int) -> None:
        """A parcel has come. Some people say so, some miss something, and some say nothing."""
        match self.shop.plan.chance(f"parcel {parcel}").choice(
            ["here"] * 6 + ["problem", "silence"]
        ):
            case "here":
                self.does(f"parcels/{parcel}/received")
            case "problem":
                self.does(f"parcels/{parcel}/problem", words="There is a page missing")
                self.shop.left_alone.add(parcel)  # now it is the seller's turn
            case "silence":
                self.shop.left_alone.add(parcel)

    def is_done_when_cancelled(self, history: list[dict[str, Any]]) -> bool:
        """Not before the shop has heard of a payment that came late: it may be honoured."""
        if self.temper is Temper.PAYS_LATE and self.pay_url and not self.has_pressed:
            self.presses("paid")
        heard = any(event["what"] == "PaymentConfirmed" for event in history)
        return heard or "paid" not in self.has_pressed

    def presses(self, outcome: str) -> None:
        if self.who.presses(self.pay_url, outcome):
            self.has_pressed.append(outcome)

    def does(self, deed: str, **form: str) -> None:
        self.shop.tally.count(f"asked: {deed.split('/')[-1]}")
        self.who.does(f"{self.order}/{deed}", **form)
