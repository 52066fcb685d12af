"""Brings what the database says into the index."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing

from sqlalchemy import exists, select
from whoosh.index import FileIndex
from whoosh.reading import IndexReader, TermNotFound

from bookshop.books.models import Book, Offer
from bookshop.database import Database
from search_index.documents import document
from search_index.facts import in_batches
from search_index.generation import reading_files

_AT_ONCE = 500
_ON_SALE = exists().where(Offer.book_id == Book.id, Offer.withdrawn_at.is_(None))


def put(index: FileIndex, database: Database, book_ids: Collection[int]) -> None:
    """One commit: each book as it now is, or gone if nobody sells it any more."""
    wanted = sorted(set(book_ids))
    with reading_files(), closing(index.reader()) as reader:
        outdated = [number for book_id in wanted for number in _documents(reader, book_id)]
    _write(index, outdated, _on_sale(database, wanted))


def put_all(index: FileIndex, database: Database) -> int:
    """Fill an empty index with every book on sale; tells how many there are."""
    with database.reading() as session:
        everything = session.scalars(select(Book.id).where(_ON_SALE).order_by(Book.id)).all()
    return _write(index, [], _on_sale(database, everything))


def _write(index: FileIndex, outdated: Iterable[int], books: Iterable[Book]) -> int:
    writer = index.writer()
    try:
        for number in outdated:
            writer.delete_document(number)
        for book in books:
            writer.add_document(**document(book))
        count = int(writer.doc_count())
    except BaseException:
        writer.cancel()
        raise
    with reading_files():
        writer.commit()  # reads the small segments that it joins
    return count


def _documents(reader: IndexReader, book_id: int) -> list[int]:
    try:
        return list(reader.postings("book", str(book_id)).all_ids())
    except TermNotFound:
        return []


def _on_sale(database: Database, book_ids: Sequence[int]) -> Iterator[Book]:
    """Read in parts, so that a large catalogue is never in memory as a whole."""
    for some in in_batches(book_ids, _AT_ONCE):
        with database.reading() as session:
            yield from session.scalars(select(Book).where(Book.id.in_(some), _ON_SALE))
