"""Answers from SQL alone while the index is away: slower and plainer, but it answers."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from bookshop.books.isbn import to_isbn13
from bookshop.books.models import Book, Offer
from bookshop.stock.models import Shelf
from bookshop.users.models import User
from search_index.questions import MOST_PER_PAGE, Question, Sort, Suggestion

_MOST_WORDS = 8
_LONGEST_WORD = 50
_FURTHEST = 2**31 - 1


def find(session: Session, question: Question) -> tuple[list[int], int]:
    """One page of books on sale, and how many there are in all."""
    price = func.min(Offer.price)
    wanted = (
        select(Book.id)
        .join(Offer, Offer.book_id == Book.id)
        .join(User, User.id == Offer.seller_id)
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.withdrawn_at.is_(None), *_filters(question), *_words(question.words))
        .group_by(Book.id)
    )
    if question.min_price is not None:
        wanted = wanted.having(price >= question.min_price)
    if question.max_price is not None:
        wanted = wanted.having(price <= question.max_price)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return _page(session, wanted, question), total


def suggest(session: Session, words: str, limit: int) -> list[Suggestion]:
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
        filters.append(Book.category == question.category)
    if question.language is not None:
        filters.append(Book.language == question.language)
    if question.seller is not None:
        filters.append(User.login == question.seller)
    if question.in_stock:
        filters.append(Shelf.on_hand > Shelf.reserved)
    return filters


def _words(text: str) -> list[ColumnElement[bool]]:
    """Every word, anywhere. SQLite knows upper and lower case of Latin letters only."""
    if isbn := to_isbn13(text):
        return [Book.isbn13 == isbn]
    typed = text.replace("\0", " ").split()[:_MOST_WORDS]
    return [
        or_(
            *(
                column.icontains(form, autoescape=True)
                for column in (Book.title, Book.authors, Book.series)
                for form in (word, word.lower(), word.capitalize())
            )
        )
        for word in (word[:_LONGEST_WORD] for word in typed)
    ]
