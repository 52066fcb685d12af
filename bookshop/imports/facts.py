"""Whose facts of a book count: its first seller's; others fill what is blank and differ on paper.

Works on the incoming records, after `match` has found their books.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    delete,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy import case as when
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bookshop.books.models import Book
from bookshop.database import now
from bookshop.imports.incoming import (
    FACTS,
    NUMBER_FACTS,
    row,
    told,
    with_what_is_told,
)
from bookshop.imports.models import FactDifference, Import

# Told otherwise by another seller, these are worth an operator's look; the others are a matter of
# taste. A description or a category is never the same twice.
DISPUTABLE = ("title", "authors", "publisher", "series", "year", "language", "pages", "volume")


def tells_better(seller_id: int) -> ColumnElement[bool]:
    """Does the record change its book? Its facts' seller may correct them, others fill in."""
    return or_(*(_replaces(fact, seller_id) for fact in FACTS))


def improve(session: Session, seller_id: int) -> None:
    """Write the better facts. The books are taken in order: another import may want them too."""
    books = select(row.book_id).where(row.better_facts)
    if session.execute(books.limit(1)).first() is None:
        return
    session.execute(
        select(Book.id).where(Book.id.in_(books)).order_by(Book.id).with_for_update(key_share=True)
    )
    better: dict[str, Any] = {
        fact: when((_replaces(fact, seller_id), told[fact]), else_=getattr(Book, fact))
        for fact in FACTS
    }
    session.execute(
        update(Book)
        .where(Book.id == row.book_id, row.better_facts, told.place == row.place)
        .values(**better, revision=Book.revision + 1),
        execution_options={"synchronize_session": False},
    )


def note_differences(session: Session, importing: Import) -> None:
    """What this seller tells otherwise is kept beside the book, until he tells it as it stands.

    Told again it is not written.
    """
    if session.scalar(select(row.book_id).where(row.told_by_another).limit(1)) is None:
        return
    other = union_all(*(_told_otherwise(fact, importing) for fact in DISPUTABLE)).subquery()
    agreed = tuple_(FactDifference.book_id, FactDifference.fact).not_in(
        select(other.c.book_id, other.c.fact)
    )
    session.execute(
        delete(FactDifference)
        .where(FactDifference.seller_id == importing.seller_id, agreed)
        .where(FactDifference.book_id.in_(select(row.book_id).where(row.book_id.is_not(None)))),
        execution_options={"synchronize_session": False},
    )
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    names = ("book_id", "seller_id", "fact", "told", "import_id", "at")
    note = dialect.insert(FactDifference).from_select(
        names, select(other).where(literal(True)).order_by(other.c.book_id, other.c.fact)
    )
    fresh = {name: note.excluded[name] for name in ("told", "import_id", "at")}
    session.execute(
        note.on_conflict_do_update(
            index_elements=["book_id", "seller_id", "fact"],
            set_=fresh,
            where=FactDifference.told != note.excluded.told,
        )
    )


def _told_otherwise(fact: str, importing: Import) -> Any:
    stands = getattr(Book, fact)
    return (
        select(
            Book.id.label("book_id"),
            literal(importing.seller_id).label("seller_id"),
            literal(fact).label("fact"),
            cast(told[fact], String).label("told"),
            literal(importing.id).label("import_id"),
            literal(now(), FactDifference.at.type).label("at"),
        )
        .select_from(with_what_is_told.join(Book, Book.id == row.book_id))
        .where(row.told_by_another, _is_given(fact, told[fact]))
        .where(_is_given(fact, stands), told[fact] != stands)
    )


def _replaces(fact: str, seller_id: int) -> ColumnElement[bool]:
    stands = getattr(Book, fact)
    corrects = and_(Book.facts_from == seller_id, stands != told[fact])
    return and_(_is_given(fact, told[fact]), or_(~_is_given(fact, stands), corrects))


def _is_given(fact: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    return value.is_not(None) if fact in NUMBER_FACTS else value != ""
