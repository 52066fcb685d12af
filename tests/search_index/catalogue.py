"""Puts books on sale straight into the tables, one at a time or a whole sample file."""

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.database import Database, now
from bookshop.money import MINOR_UNITS, Money
from bookshop.stock.models import Shelf
from bookshop.users.models import Role, Shop, User
from search_index import Found


class Catalogue:
    def __init__(self, database: Database) -> None:
        self.database = database
        self._sellers: dict[str, int] = {}

    def sells(
        self,
        title: str,
        authors: str = "",
        *,
        seller: str = "english",
        price: int = 500,
        copies: int = 5,
        **facts: Any,
    ) -> int:
        """Prices in roubles; tells the id of the book."""
        with self.database.transaction() as session:
            facts = {"own_key": title + authors, **facts} if "isbn13" not in facts else facts
            book = Book(title=title, authors=authors, **facts)
            return self._offered(session, book, seller, Decimal(price), copies)

    def sells_also(self, book_id: int, *, seller: str, price: int, copies: int = 5) -> None:
        with self.database.transaction() as session:
            self._offered(session, session.get_one(Book, book_id), seller, Decimal(price), copies)

    def changes(self, book_id: int, **facts: Any) -> None:
        with self.database.transaction() as session:
            book = session.get_one(Book, book_id)
            for name, value in {**facts, "revision": book.revision + 1}.items():
                setattr(book, name, value)

    def reprices(self, book_id: int, price: int) -> None:
        with self.database.transaction() as session:
            for offer in self._offers(session, book_id):
                offer.price, offer.changed_at = Money(price * MINOR_UNITS), now()

    def counts(self, book_id: int, copies: int, at: datetime | None = None) -> None:
        with self.database.transaction() as session:
            for offer in self._offers(session, book_id):
                shelf = session.get_one(Shelf, offer.id)
                shelf.on_hand, shelf.changed_at = copies, at or now()

    def withdraws(self, book_id: int) -> None:
        with self.database.transaction() as session:
            for offer in self._offers(session, book_id):
                offer.withdrawn_at = offer.changed_at = now()

    def loads_csv(self, path: Path, seller: str) -> None:
        with self.database.transaction() as session, path.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                book = Book(
                    isbn13=row["isbn13"],
                    title=row["title"],
                    authors=row["authors"],
                    year=int(row["year"]) if row["year"] else None,
                    language=row["language"],
                    category=row["category"],
                    description=row["description"],
                )
                self._offered(session, book, seller, Decimal(row["price"]), int(row["stock"]))

    def loads_yml(self, path: Path, seller: str) -> None:
        shop = etree.parse(path).getroot()
        categories = {each.get("id"): each.text for each in shop.iter("category")}
        with self.database.transaction() as session:
            for offer in shop.iter("offer"):
                said = {part.tag: (part.text or "").strip() for part in offer}
                book = Book(
                    isbn13=said["ISBN"].replace("-", ""),
                    title=said["name"],
                    authors=said.get("author", ""),
                    publisher=said.get("publisher", ""),
                    series=said.get("series", ""),
                    language="ru",
                    category=categories[said["categoryId"]],
                    description=said.get("description", ""),
                )
                copies = int(said.get("count", 1))
                self._offered(session, book, seller, Decimal(said["price"]), copies)

    def titles(self, found: Found) -> list[str]:
        with self.database.reading() as session:
            return [session.get_one(Book, book_id).title for book_id in found.book_ids]

    def _offered(
        self, session: Session, book: Book, seller: str, price: Decimal, copies: int
    ) -> int:
        session.add(book)
        session.flush()
        offer = Offer(
            book_id=book.id,
            seller_id=self._seller(session, seller),
            price=Money(int(price * MINOR_UNITS)),
        )
        session.add(offer)
        session.flush()
        session.add(Shelf(offer_id=offer.id, on_hand=copies))
        return book.id

    def _seller(self, session: Session, login: str) -> int:
        if login not in self._sellers:
            owner = User(
                login=login, email=f"{login}@example.org", password_hash="", role=Role.SELLER
            )
            session.add(owner)
            session.flush()
            session.add(Shop(seller_id=owner.id, name=login, payout_account="1"))
            session.flush()
            self._sellers[login] = owner.id
        return self._sellers[login]

    def _offers(self, session: Session, book_id: int) -> list[Offer]:
        return list(session.scalars(select(Offer).where(Offer.book_id == book_id)))
