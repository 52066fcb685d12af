"""The demo's people and their books. Run again, everything is there already.

python -m demo.sample accounts     the people who sign in
python -m demo.sample catalogue    each seller uploads his file, as any seller would
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import or_, select

from bookshop.auth import service as auth
from bookshop.database import Database
from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from bookshop.imports.uploads import keep
from bookshop.messages import BooksChanged
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.settings import Settings, from_environment
from bookshop.users import service as users
from bookshop.users.models import Role
from bookshop.users.service import NewUser

FOLDER = Path(__file__).resolve().parents[1] / "data" / "sample_catalogue"
PASSWORD = "bookshop"  # noqa: S105 (printed at every start; the demo's alone)
PATIENCE = 120  # seconds until the books must be in the shop
UNDER_WAY = (ImportState.RECEIVED, ImportState.CHECKING, ImportState.PREVIEW, ImportState.APPLYING)

PEOPLE = [
    NewUser("reader", "reader@example.com", "Анна", "Лебедева", "+7 921 555-01-42"),
    NewUser("operator", "operator@example.com", role=Role.OPERATOR),
    NewUser(
        "english", "english@example.com", role=Role.SELLER, shop_name="English Books", language="en"
    ),
    NewUser(
        "secondhand",
        "secondhand@example.com",
        role=Role.SELLER,
        shop_name="Second Hand",
        language="en",
    ),
    NewUser(
        "classics",
        "classics@example.com",
        role=Role.SELLER,
        shop_name="Classics Corner",
        language="en",
    ),
    NewUser("russian", "russian@example.com", role=Role.SELLER, shop_name="Лавка классики"),
]
CATALOGUES = {
    "english": "english_books.csv",
    "secondhand": "second_hand_semicolon.csv",
    "classics": "classics.yaml",
    "russian": "russian_classics.yml",
}


def add_people(settings: Settings) -> int:
    database = Database(settings.database_url)
    for new in PEOPLE:
        with database.transaction() as session:
            if users.find(session, new.login) is None:
                auth.register(session, new, PASSWORD)
    return 0


def upload_catalogues(settings: Settings) -> int:
    """Upload what was never uploaded, and wait until the workers have put it on the shelf."""
    database = Database(settings.database_url)
    waited_for = [
        _upload(database, settings, login, FOLDER / name) for login, name in CATALOGUES.items()
    ]
    deadline = time.monotonic() + PATIENCE
    while states := _not_applied(database, [id for id in waited_for if id]):
        if time.monotonic() > deadline or ImportState.REFUSED in states.values():
            print(f"the sample books did not arrive: {states}", file=sys.stderr)
            return 1
        time.sleep(0.1)  # between two looks at a condition
    while _being_indexed(database):
        if time.monotonic() > deadline:
            print("the sample books are not in the index yet", file=sys.stderr)
            return 1
        time.sleep(0.1)  # likewise
    return 0


def _upload(database: Database, settings: Settings, login: str, file: Path) -> int | None:
    """The id of the import to wait for; None when the seller has been here before."""
    with database.reading() as session:
        seller = users.find(session, login)
        if seller is None:
            return None  # deleted by somebody who tried that
        earlier = session.scalars(select(Import).where(Import.seller_id == seller.id)).first()
    if earlier:
        return earlier.id if earlier.state in UNDER_WAY else None
    with file.open("rb") as stream:
        kept = keep(stream, settings.uploads)
    with database.transaction() as session:
        return imports.receive(session, seller.id, file.name, kept, apply_at_once=True).id


def _not_applied(database: Database, import_ids: list[int]) -> dict[str, ImportState]:
    with database.reading() as session:
        found = session.scalars(select(Import).where(Import.id.in_(import_ids)))
        return {row.filename: row.state for row in found if row.state is not ImportState.APPLIED}


def _being_indexed(database: Database) -> bool:
    """Books that are in the shop and cannot be found yet."""
    query = (
        select(OutboxMessage.id)
        .outerjoin(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(OutboxMessage.name == BooksChanged.__name__)
        .where(or_(Delivery.id.is_(None), Delivery.state != DeliveryState.DONE))
    )
    with database.reading() as session:
        return session.execute(query.limit(1)).first() is not None


DEEDS: dict[str, Callable[[Settings], int]] = {
    "accounts": add_people,
    "catalogue": upload_catalogues,
}

if __name__ == "__main__":
    sys.exit(DEEDS[sys.argv[1]](from_environment()))
