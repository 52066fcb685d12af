"""The outside world, as the worker sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bookshop.database import Database
from bookshop.payments.gateway import Billing
from bookshop.settings import Settings
from worker.billing import BillingOverHttp

if TYPE_CHECKING:
    from search_index import SearchIndex
    from worker.mail import Post


class Outside:
    """Each part is opened when it is first needed: a worker that sends mail needs no index."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database

    @cached_property
    def billing(self) -> Billing:
        return BillingOverHttp(self._settings.billing_url)

    @cached_property
    def post(self) -> "Post":
        from worker.mail import Post  # and Flask: likewise

        return Post(self._settings)

    @cached_property
    def index(self) -> "SearchIndex":
        from search_index import open_index  # and numpy: only where it is needed

        return open_index(self._settings, self._database)


def nobody_waits() -> None:
    """For errands so short that nobody steps in meanwhile."""


@dataclass(frozen=True)
class Tools:
    settings: Settings
    database: Database
    outside: Outside
    # An errand that takes long calls it now and then: it is at work, nobody need step in.
    still_at_it: Callable[[], None] = nobody_waits
    # Then others, who wait in the same process, have their turn (see turns).
    give_way: Callable[[], None] = nobody_waits


def tools(settings: Settings) -> Tools:
    database = Database(settings.database_url)
    return Tools(settings, database, Outside(settings, database))
