"""Answers from SQL alone while the index is away: slower and plainer, but it answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, case, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bookshop.books.isbn import to_isbn13
from bookshop.books.models import Book, Offer
from bookshop.database import Database
from bookshop.money import Money
from bookshop.stock.models import Shelf
from bookshop.users.models import User
from search_index.categories import within
from search_index.facts import ON_SALE
from search_index.patience import STOP_AFTER, TimeIsUp
from search_index.questions import LATEST_YEAR, MOST_PER_PAGE, Question, Sort, Suggestion

_MOST_WORDS = 8
_LONGEST_WORD = 50
_FURTHEST = 2**31 - 1
_DEAREST = 2**63 - 1
_NEWEST = 500  # books are looked through where looking through all takes too long
_AMONG_NEWEST = Book.id > select(func.max(Book.id) - _NEWEST).scalar_subquery()
_SHARE_OF_ALL = 0.6  # of the time, to look through all
_STEPS = 1_000  # of SQLite, between two looks at the clock
_LONGEST = 2**31 - 1  # milliseconds


@dataclass(frozen=True)
class Answer:
    book_ids: tuple[int, ...] = ()  # one page of books on sale
    total: int = 0
    cut_short: bool = False


def find(
    database: Database,
    question: Question,
    seconds: float = STOP_AFTER,
    share_of_all: float = _SHARE_OF_ALL,
) -> Answer:
    """Among all books; if that takes too long, among the newest; and then nothing."""
    began = perf_counter()
    for share, among in ((share_of_all, ()), (1.0, (_AMONG_NEWEST,))):
        try:
            with database.reading() as session, _until(session, began + share * seconds) as look:
                return _found(look, question, *among)
        except TimeIsUp:
            pass
    return Answer(cut_short=True)


def suggest(
    database: Database, words: str, limit: int, seconds: float = STOP_AFTER
) -> list[Suggestion]:
    try:
        with database.reading() as session, _until(session, perf_counter() + seconds) as look:
            return _suggested(look, words, limit)
    except TimeIsUp:
        return []


Look = Callable[[Executable], Sequence[Any]]


@contextmanager
def _until(session: Session, end: float) -> Iterator[Look]:
    """Raises TimeIsUp. The database itself ends what takes longer."""
    connection = session.connection()
    driver: Any = connection.connection.dbapi_connection
    on_sqlite = connection.dialect.name == "sqlite"

    def look(query: Executable) -> Sequence[Any]:
        if not on_sqlite:
            left = ceil(min(max(1, 1000 * (end - perf_counter())), _LONGEST))
            connection.execute(text(f"SET LOCAL statement_timeout = {left}"))
        return session.execute(query).all()

    if on_sqlite:
        driver.set_progress_handler(lambda: perf_counter() > end, _STEPS)
    try:
        yield look
    except OperationalError as error:
        if perf_counter() < end:
            raise
        raise TimeIsUp from error
    finally:
        if on_sqlite:
            driver.set_progress_handler(None, 0)


# Of a book one offer counts: of those asked for, the cheapest that can be had; if none can, the
# cheapest. It is the rule of search_index.narrowing.
_SELLABLE = func.coalesce(Shelf.on_hand - Shelf.reserved, 0) > 0
_PRICE = func.coalesce(func.min(case((_SELLABLE, Offer.price))), func.min(Offer.price))


def _found(look: Look, question: Question, *among: ColumnElement[bool]) -> Answer:
    filters = [*_filters(look, question, among), *_words(question.words), *among]
    wanted = (
        select(Book.id)
        .join(Offer, Offer.book_id == Book.id)
        .join(User, User.id == Offer.seller_id)
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.withdrawn_at.is_(None), *filters)
        .group_by(Book.id)
        .having(*_of_its_offer(question))
    )
    [(total,)] = look(select(func.count()).select_from(wanted.subquery()))
    page = tuple(book_id for (book_id,) in look(_page(wanted, question)))
    return Answer(page, total, cut_short=bool(among))


def _suggested(look: Look, words: str, limit: int) -> list[Suggestion]:
    books = (
        select(Book.id, Book.title)
        .where(ON_SALE, *_words(words))
        .order_by(Book.title, Book.id)
        .limit(limit)
    )
    return [Suggestion("book", title, book_id) for book_id, title in look(books)]


def _page(wanted: Select[int], question: Question) -> Select[int]:
    orders: dict[Sort, ColumnElement[Any]] = {
        Sort.CHEAPEST: _PRICE.asc(),
        Sort.DEAREST: _PRICE.desc(),
        Sort.OLDEST_EDITION: Book.year.asc().nulls_last(),
        Sort.NEWEST_EDITION: Book.year.desc().nulls_last(),
        Sort.TITLE: Book.title.asc(),
    }
    order = orders.get(question.sort, Book.id.desc())
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = min((max(1, question.page) - 1) * per_page, _FURTHEST)
    return wanted.order_by(order, Book.id.desc()).offset(start).limit(per_page)


def _of_its_offer(question: Question) -> Iterator[ColumnElement[bool]]:
    least, most = question.min_price or 0, question.max_price
    most = Money(_DEAREST) if most is None else most
    yield _PRICE.between(_bounded(least, _DEAREST), _bounded(most, _DEAREST))
    if question.in_stock:
        yield func.sum(case((_SELLABLE, 1), else_=0)) > 0


def _bounded(number: int, most: int) -> int:
    """What no database can read is as good as the most that there can be."""
    return max(-most, min(number, most))


def _filters(
    look: Look, question: Question, among: Sequence[ColumnElement[bool]]
) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if question.category is not None:
        categories = [each for (each,) in look(select(Book.category).where(*among).distinct())]
        below = [each for each in categories if within(each, question.category)]
        filters.append(Book.category.in_(below))
    if question.language is not None:
        filters.append(Book.language == question.language)
    if question.seller is not None:
        filters.append(User.login == question.seller)
    if question.min_year is not None:
        filters.append(Book.year >= _bounded(question.min_year, LATEST_YEAR))
    if question.max_year is not None:
        filters.append(Book.year <= _bounded(question.max_year, LATEST_YEAR))
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
