"""Answers from SQL alone while the index is away: slower and plainer, but it answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bookshop.books.isbn import to_isbn13
from bookshop.books.models import Book, Offer
from bookshop.database import Database
from bookshop.stock.models import Shelf
from bookshop.users.models import User
from search_index.categories import BETWEEN
from search_index.patience import TimeIsUp
from search_index.questions import MOST_PER_PAGE, Question, Sort, Suggestion

_MOST_WORDS = 8
_LONGEST_WORD = 50
_FURTHEST = 2**31 - 1
_SECONDS = 0.1
_NEWEST = 500  # books are looked through where looking through all takes too long
_STEPS = 1_000  # of SQLite, between two looks at the clock


@dataclass(frozen=True)
class Answer:
    book_ids: tuple[int, ...] = ()  # one page of books on sale
    total: int = 0
    cut_short: bool = False


def find(
    database: Database,
    question: Question,
    seconds: float = _SECONDS,
    seconds_for_newest: float = _SECONDS,
) -> Answer:
    """Among all books; if that takes too long, among the newest; and then nothing."""
    try:
        with database.reading() as session, _at_most(session, seconds):
            return _found(session, question)
    except TimeIsUp:
        pass
    try:
        with database.reading() as session, _at_most(session, seconds_for_newest):
            newest = Book.id > select(func.max(Book.id) - _NEWEST).scalar_subquery()
            return _found(session, question, newest)
    except TimeIsUp:
        return Answer(cut_short=True)


def suggest(
    database: Database, words: str, limit: int, seconds: float = _SECONDS
) -> list[Suggestion]:
    try:
        with database.reading() as session, _at_most(session, seconds):
            return _suggested(session, words, limit)
    except TimeIsUp:
        return []


@contextmanager
def _at_most(session: Session, seconds: float) -> Iterator[None]:
    """Raises TimeIsUp. The database itself ends what takes longer."""
    connection = session.connection()
    end = perf_counter() + seconds
    driver: Any = connection.connection.dbapi_connection
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        driver.set_progress_handler(lambda: perf_counter() > end, _STEPS)
    else:
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
    try:
        yield
    except OperationalError as error:
        if perf_counter() < end:
            raise
        raise TimeIsUp from error
    finally:
        if on_sqlite:
            driver.set_progress_handler(None, 0)


def _found(session: Session, question: Question, *among: ColumnElement[bool]) -> Answer:
    price = func.min(Offer.price)
    wanted = (
        select(Book.id)
        .join(Offer, Offer.book_id == Book.id)
        .join(User, User.id == Offer.seller_id)
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.withdrawn_at.is_(None), *_filters(question), *_words(question.words), *among)
        .group_by(Book.id)
    )
    if question.min_price is not None:
        wanted = wanted.having(price >= question.min_price)
    if question.max_price is not None:
        wanted = wanted.having(price <= question.max_price)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Answer(tuple(_page(session, wanted, question)), total, cut_short=bool(among))


def _suggested(session: Session, words: str, limit: int) -> list[Suggestion]:
    on_sale = exists().where(Offer.book_id == Book.id, Offer.withdrawn_at.is_(None))
    books = (
        select(Book.id, Book.title)
        .where(on_sale, *_words(words))
        .order_by(Book.title, Book.id)
        .limit(limit)
    )
    return [Suggestion("book", title, book_id) for book_id, title in session.execute(books)]


def _page(session: Session, wanted: Select[int], question: Question) -> list[int]:
    price = func.min(Offer.price)
    orders: dict[Sort, ColumnElement[Any]] = {
        Sort.CHEAPEST: price.asc(),
        Sort.DEAREST: price.desc(),
        Sort.OLDEST_EDITION: Book.year.asc().nulls_last(),
        Sort.NEWEST_EDITION: Book.year.desc().nulls_last(),
        Sort.TITLE: Book.title.asc(),
    }
    order = orders.get(question.sort, Book.created_at.desc())
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = min((max(1, question.page) - 1) * per_page, _FURTHEST)
    page = wanted.order_by(order, Book.id.desc()).offset(start).limit(per_page)
    return list(session.scalars(page))


def _filters(question: Question) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if question.category is not None:
        below = Book.category.startswith(question.category + BETWEEN, autoescape=True)
        filters.append(or_(Book.category == question.category, below))
    if question.language is not None:
        filters.append(Book.language == question.language)
    if question.seller is not None:
        filters.append(User.login == question.seller)
    if question.min_year is not None:
        filters.append(Book.year >= question.min_year)
    if question.max_year is not None:
        filters.append(Book.year <= question.max_year)
    if question.in_stock:
        filters.append(Shelf.on_hand > Shelf.reserved)
    return filters


def _words(typed: str) -> list[ColumnElement[bool]]:
    """Every word, anywhere."""
    if isbn := to_isbn13(typed):
        return [Book.isbn13 == isbn]
    words = typed.replace("\0", " ").split()[:_MOST_WORDS]
    return [
        or_(
            *(
                column.icontains(word, autoescape=True)
                for column in (Book.title, Book.authors, Book.series)
            )
        )
        for word in (word[:_LONGEST_WORD] for word in words)
    ]
