"""Facts of books that sellers tell otherwise than they stand, for operators to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, case, cast, select
from sqlalchemy.orm import Session, aliased

from bookshop.books.models import Book
from bookshop.imports.facts import DISPUTABLE
from bookshop.imports.models import FactDifference
from bookshop.users.models import Shop

PER_PAGE = 50


@dataclass(frozen=True)
class Difference:
    book_id: int
    title: str
    isbn13: str | None
    fact: str
    stands: str
    stands_by: str | None  # the shop whose facts these are
    told: str
    told_by: str
    at: datetime


@dataclass(frozen=True)
class Page:
    differences: Sequence[Difference]
    is_last: bool


def newest(session: Session, page: int = 1, per_page: int = PER_PAGE) -> Page:
    """What has been corrected since is left out."""
    theirs, teller = aliased(Shop), aliased(Shop)
    stands = case(
        {fact: cast(getattr(Book, fact), String) for fact in DISPUTABLE},
        value=FactDifference.fact,
    )
    query = (
        select(
            Book.id,
            Book.title,
            Book.isbn13,
            FactDifference.fact,
            stands,
            theirs.name,
            FactDifference.told,
            teller.name,
            FactDifference.at,
        )
        .join_from(FactDifference, Book, Book.id == FactDifference.book_id)
        .join(teller, teller.seller_id == FactDifference.seller_id)
        .outerjoin(theirs, theirs.seller_id == Book.facts_from)
        .where(FactDifference.told != stands)
        .order_by(
            FactDifference.at.desc(),
            FactDifference.book_id,
            FactDifference.seller_id,
            FactDifference.fact,
        )
        .offset((page - 1) * per_page)
        .limit(per_page + 1)
    )
    rows = [Difference(*row) for row in session.execute(query)]
    return Page(rows[:per_page], len(rows) <= per_page)
