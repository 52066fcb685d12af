"""Double-entry: what leaves one account enters another, and nothing is ever changed or deleted.

capture     customer -> escrow                      the customer has paid
refund      escrow -> refund                        he has his money back
settle      escrow -> seller, escrow -> commission  he has his books
take back   seller -> escrow, commission -> escrow  a return after that
"""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.money import Money
from bookshop.payments.models import Account, Entry


class Unbalanced(AssertionError):
    pass


class Overdrawn(AssertionError):
    """An order cannot give back or pay out what it does not hold."""


def capture(session: Session, order_id: int, key: str, amount: Money) -> None:
    _write(session, f"capture {key}", {Account.CUSTOMER: -amount, Account.ESCROW: amount}, order_id)


def refund(session: Session, order_id: int, parcel_id: int, key: str, amount: Money) -> None:
    halves = {Account.ESCROW: -amount, Account.REFUND: amount}
    _write(session, f"refund {key}", halves, order_id, parcel_id)


def settle(
    session: Session, order_id: int, parcel_id: int, seller_id: int, net: Money, commission: Money
) -> None:
    halves = {
        Account.ESCROW: -(net + commission),
        Account.SELLER: net,
        Account.COMMISSION: commission,
    }
    _write(session, f"settle parcel-{parcel_id}", halves, order_id, parcel_id, seller_id)


def take_back(
    session: Session, order_id: int, parcel_id: int, seller_id: int, net: Money, commission: Money
) -> None:
    halves = {
        Account.ESCROW: net + commission,
        Account.SELLER: -net,
        Account.COMMISSION: -commission,
    }
    _write(session, f"take back parcel-{parcel_id}", halves, order_id, parcel_id, seller_id)


def balances(session: Session, order_id: int | None = None) -> dict[Account, Money]:
    """Of one order, or of the whole shop."""
    query = select(Entry.account, func.sum(Entry.amount)).group_by(Entry.account)
    if order_id is not None:
        query = query.where(Entry.order_id == order_id)
    found = {account: Money(int(amount)) for account, amount in session.execute(query)}
    return {account: found.get(account, Money(0)) for account in Account}


def entries(session: Session, order_id: int) -> list[Entry]:
    return list(session.scalars(select(Entry).where(Entry.order_id == order_id).order_by(Entry.id)))


def _write(
    session: Session,
    movement: str,
    halves: Mapping[Account, int],
    order_id: int,
    parcel_id: int | None = None,
    seller_id: int | None = None,
) -> None:
    if sum(halves.values()) != 0:
        raise Unbalanced(movement)
    session.add_all(
        Entry(
            movement=movement,
            account=account,
            amount=Money(amount),
            order_id=order_id,
            parcel_id=parcel_id,
            seller_id=seller_id,
        )
        for account, amount in halves.items()
        if amount
    )
    if halves.get(Account.ESCROW, 0) < 0:
        session.flush()
        held = balances(session, order_id)[Account.ESCROW]
        if held < 0:
            raise Overdrawn(f"{movement}: order {order_id} would hold {held}")
