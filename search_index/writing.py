"""Brings what the database says into the index."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import select

from bookshop.books.models import Book
from bookshop.database import Database, now
from search_index import segments
from search_index.codec import ArraySegment
from search_index.columns import Columns
from search_index.facts import ON_SALE, books_on_sale, in_batches
from search_index.folder import INDEX, Folder, Stamp
from search_index.generation import Generation, Segment
from search_index.segments import Draft, joined_contents

_AT_ONCE = 100_000  # books: so many are in memory while a whole catalogue is written
_TOO_LARGE_TO_JOIN = 200_000  # documents: a larger segment is left alone while small ones come
_FEWEST_TO_RENEW, _MOST_TO_RENEW = 1_000, 50_000  # books whose prices or copies changed
_ALIKE = 3  # segments are joined unless the older is so many times larger


def put(folder: Folder, generation: Generation, database: Database, ids: Collection[int]) -> None:
    """One commit: each book as it now is, or gone if nobody sells it any more."""
    stamp, listed = folder.segments()
    _strike_out(generation, listed, ids)
    added = _drafted(database, sorted(set(ids)), folder.place(stamp))
    folder.publish(stamp, _few([*listed, *added], folder.place(stamp)))


def put_all(folder: Folder, stamp: Stamp, database: Database) -> int:
    """Fill an empty index with every book on sale; tells how many there are."""
    with database.reading() as session:
        everything = session.scalars(select(Book.id).where(ON_SALE).order_by(Book.id)).all()
    place = folder.place(stamp)
    parts = [
        part
        for some in in_batches(everything, _AT_ONCE)
        for part in _drafted(database, some, place)
    ]
    whole = parts if len(parts) < 2 else [_joined(parts, place)]
    folder.publish(stamp, whole)
    return sum(segment.size for segment in whole)


def renew_offers(folder: Folder, generation: Generation, database: Database) -> None:
    """Write down the prices and copies that changed, so that a new reader need not collect them.

    The oldest changes first, and not all at once: nobody who waits to write shall wait long.
    """
    stamp, listed = folder.segments()
    columns = Columns().moved_to(generation)
    with database.reading() as session:
        known_until = columns.follow_oldest(session, _FEWEST_TO_RENEW, _MOST_TO_RENEW)
    if known_until:
        for segment, of_list in zip(generation.segments, listed, strict=True):
            offers = columns.offers_of(segment)
            read_at, place = known_until.timestamp(), folder.place(stamp)
            segments.write_offers(offers, columns.prices, read_at, place, of_list)
        folder.publish(stamp, listed)


def _drafted(database: Database, book_ids: Sequence[int], place: Path) -> list[ArraySegment]:
    """A segment, or none if nothing of it is on sale."""
    draft = Draft(now().timestamp())
    with database.reading() as session:
        for book, offers in books_on_sale(session, book_ids):
            draft.add(book, offers)
    if not draft.size:
        return []
    segment = ArraySegment(INDEX)
    segments.write(draft.contents(), place, segment)
    return [segment]


def _strike_out(
    generation: Generation, listed: Sequence[ArraySegment], book_ids: Collection[int]
) -> None:
    wanted = np.unique(np.fromiter(book_ids, np.int64))
    for segment, of_list in zip(generation.segments, listed, strict=True):
        documents = segment.documents_of(wanted)
        of_list.dead = np.union1d(of_list.dead, documents[documents >= 0])


def _few(listed: Sequence[ArraySegment], place: Path) -> list[ArraySegment]:
    """Join the newest segments, so that there are few and each is much larger than the next."""
    kept = [segment for segment in listed if len(segment.dead) < segment.size]
    newest: list[ArraySegment] = []
    while kept and _belongs(kept[-1], newest):
        newest.insert(0, kept.pop())
    return [*kept, *([_joined(newest, place)] if len(newest) > 1 else newest)]


def _belongs(older: ArraySegment, newest: Sequence[ArraySegment]) -> bool:
    if older.size > _TOO_LARGE_TO_JOIN:
        return False
    return not newest or older.size < _ALIKE * sum(segment.size for segment in newest)


def _joined(parts: Sequence[ArraySegment], place: Path) -> ArraySegment:
    segment = ArraySegment(INDEX)
    opened = []
    for part in parts:
        files = Segment(place, part)
        counts = np.ones(part.size, bool)
        counts[part.dead] = False
        opened.append((files.books, files.offers, counts))
    segments.write(joined_contents(opened), place, segment)
    return segment
