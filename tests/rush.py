"""Many processes that want the same few books at the same moment."""

import multiprocessing
import random
from datetime import timedelta
from multiprocessing.synchronize import Barrier

from bookshop.basket import service as basket
from bookshop.database import Database
from bookshop.orders import service as orders
from bookshop.settings import Settings
from bookshop.stock import offers as shelves
from tests.shop import Shop, customer

BUYERS = 8
HOLD = timedelta(minutes=30)


def rush(shop: Shop, owners: dict[int, int], pairs: int, singles: int) -> list[int | None]:
    """How each process ended. Every buyer orders pairs of books, and cancels every third of these
    orders, then single ones; meanwhile the sellers miss a copy of each, and find it again.
    `owners` says whose each offer is.
    """
    offers = list(owners)
    buyers = [shop.has(f"buyer{n}") for n in range(BUYERS)]
    on_hand = {offer: shop.copies(offer)[0] for offer in offers}
    shop.database.engine.dispose()  # no connection is taken along
    context = multiprocessing.get_context("fork")
    start = context.Barrier(BUYERS + 1)
    processes = [
        context.Process(target=_buys, args=(shop.settings, buyer, offers, pairs, singles, start))
        for buyer in buyers
    ]
    processes.append(context.Process(target=_counts, args=(shop.settings, owners, on_hand, start)))
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    for process in processes:
        process.kill()
    return [process.exitcode for process in processes]


def _buys(
    settings: Settings, buyer: int, offers: list[int], pairs: int, singles: int, start: Barrier
) -> None:
    database, chance = Database(settings.database_url), random.Random(buyer)
    start.wait(30)
    for number in range(pairs + singles):
        books = 2 if number < pairs else 1
        order = _orders(database, settings, buyer, chance.sample(offers, books))
        if number < pairs and number % 3 == 0:
            with database.transaction() as session:
                orders.cancel(session, order, customer(buyer))


def _orders(database: Database, settings: Settings, user: int, offers: list[int]) -> int:
    owner = basket.Owner(user)
    buyer = orders.Buyer("A", "a@example.com", "Here", language="en", user_id=user)
    with database.transaction() as session:
        for offer in offers:
            basket.put(session, owner, offer, 1)
    with database.transaction() as session:
        placed = orders.place(session, owner, buyer, settings.commission_percent)
    with database.transaction() as session:
        orders.reserve(session, placed.order_id, 1, HOLD)
    return placed.order_id


def _counts(
    settings: Settings, owners: dict[int, int], on_hand: dict[int, int], start: Barrier
) -> None:
    database = Database(settings.database_url)
    start.wait(30)
    for _ in range(10):
        for offer, copies in on_hand.items():
            for counted in (copies - 1, copies):
                with database.transaction() as session:
                    shelves.change(session, owners[offer], offer, on_hand=counted)
