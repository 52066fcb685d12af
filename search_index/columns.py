"""What filters, facets and sorts look at: columns beside the documents of each segment.

They are files of the index, mapped into memory. Changes of price and stock do not touch the index:
they are found by the time of their last change and overwrite what is mapped, in this process alone.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.stock.models import Shelf
from search_index.arrays import Arrays
from search_index.facts import AT_ONCE, in_batches, offers_of
from search_index.generation import Documents, Generation, Segment
from search_index.segments import NOBODY, OF_BOOKS, OF_OFFERS, offers_row
from search_index.several import Prices
from search_index.tables import Codes, Column, Table

# A change is stamped before it is committed, perhaps by a machine whose clock is behind.
COMMITS_TAKE = timedelta(seconds=15)
_NEARLY_ALL, _WORTH_A_RUN = 0.9, 500  # documents: to cut a run off takes as long as to pick so many


class Columns:
    """Of the documents of one generation. What a newer one has in common with it is shared."""

    def __init__(self) -> None:
        self.categories: Codes[str] = Codes()
        self.languages: Codes[str] = Codes()
        self.sellers: Codes[tuple[str, ...]] = Codes([NOBODY])  # 0 is: not on sale
        self.prices = Prices()
        self._generation = Generation(("", 0), [])
        self._parts: list[dict[str, Column]] = []
        self._looked_at = now() - COMMITS_TAKE
        self._met: set[tuple[int, datetime]] = set()
        self._new: set[int] = set()  # books that no look has seen yet

    def moved_to(self, generation: Generation) -> "Columns":
        """The columns of a newer generation. What this process has seen of prices goes along."""
        moved = Columns()
        moved.categories, moved.languages = self.categories, self.languages
        moved.sellers = self.sellers
        if generation.stamp[0] == self._generation.stamp[0]:
            moved.prices = self.prices
        known = dict(zip(self._generation.segments, self._parts, strict=True))
        moved._generation = generation
        moved._parts = [known.get(each) or moved._part(each) for each in generation.segments]
        new = [
            (segment, part)
            for segment, part in zip(generation.segments, moved._parts, strict=True)
            if segment not in known
        ]
        if generation.stamp[0] == self._generation.stamp[0]:
            moved._looked_at, moved._met = self._looked_at, self._met
            moved._new = {book_id for each in new for book_id in self._handed_over(*each)}
        elif new:  # an index built anew says itself how old it is
            read_at = min(segment.offers.json("read_at") for segment, _ in new)
            moved._looked_at = datetime.fromtimestamp(read_at, UTC)
        return moved

    def of(self, name: str, documents: Documents) -> Column:
        """The column's values for these documents, which ascend."""
        return self.picker(documents)(name)

    def picker(self, documents: Documents) -> Callable[[str], Column]:
        """The same where several columns are asked for."""
        return Picked(list(self._shared_out(documents))).of

    def all_on_sale(self) -> Documents:
        sellers = [part["sellers"] for part in self._parts]
        there = self._generation.alive.copy()
        for start, part in zip(self._generation.starts.tolist(), sellers, strict=False):
            there[start : start + len(part)] &= part != 0
        return np.flatnonzero(there).astype(np.int32)

    def on_sale(self, documents: Documents) -> Documents:
        """Those of them that are, and whose segment has no newer one of the same book."""
        on_sale = (self.of("sellers", documents) != 0) & self._generation.alive[documents]
        return np.asarray(documents[on_sale])

    def likely_best(self, documents: Documents, most: int) -> Documents:
        """Of very many, in any order: those that have ever been sold, and some of the others."""
        if len(documents) <= most:
            return np.unique(documents)
        documents = np.sort(documents)
        sold = documents[self.of("sold", documents) > 0]
        return np.unique(np.concatenate([sold, documents[:most]]))

    def follow(self, session: Session) -> None:
        """Overwrite what was changed since the last look: prices, copies, offers withdrawn."""
        looking_at = now()
        changes = set(changed_since(session, self._looked_at - COMMITS_TAKE))
        changed = {book_id for book_id, _ in changes - self._met} | self._new
        for some in in_batches(sorted(changed), AT_ONCE):
            self._overwrite(session, some)
        self._looked_at, self._met, self._new = looking_at, changes, set()

    def follow_oldest(self, session: Session, fewest: int, most: int) -> datetime | None:
        """Overwrite the oldest changes; tells up to when. None: so few are not worth it.

        The next time goes on COMMITS_TAKE before that, behind what was overwritten if it is old
        enough: then nothing that is stamped earlier can still be committed.
        """
        looking_at = now()
        changes = sorted(changed_since(session, self._looked_at - COMMITS_TAKE), key=_when)
        if len(changes) < fewest:
            return None
        last = changes[min(most, len(changes)) - 1][1]
        oldest = {book_id for book_id, at in changes if at <= last}
        for some in in_batches(sorted(oldest), AT_ONCE):
            self._overwrite(session, some)
        return looking_at if last == changes[-1][1] else min(last + COMMITS_TAKE, looking_at)

    def offers_of(self, segment: Segment) -> Table:
        """As they are now."""
        part = self._parts[self._generation.segments.index(segment)]
        values = {"sellers": self.sellers.values}
        return Table({name: part[name] for name in OF_OFFERS}, values)

    def _overwrite(self, session: Session, book_ids: Sequence[int]) -> None:
        offers = offers_of(session, book_ids)
        self._generation.look()  # to write to a file that was cut off ends the process
        rows = np.array(
            [offers_row(offers[each], self.sellers, self.prices) for each in book_ids], np.int32
        )
        ids = np.array(book_ids)
        for segment, part in zip(self._generation.segments, self._parts, strict=True):
            documents = segment.documents_of(ids)
            there = documents >= 0
            for name, column in zip(OF_OFFERS, rows[there].T, strict=True):
                part[name][documents[there]] = column

    def _handed_over(self, segment: Segment, its: dict[str, Column]) -> list[int]:
        """Overwrite what was seen to change since; tells which of its books are new here."""
        met = np.zeros(segment.size, bool)
        for older, part in zip(self._generation.segments, self._parts, strict=True):
            documents = older.documents_of(segment.book_ids)
            there = documents >= 0
            for name in OF_OFFERS:
                its[name][there] = part[name][documents[there]]
            met |= there
        return [int(book_id) for book_id in segment.book_ids[~met]]

    def _part(self, segment: Segment) -> dict[str, Column]:
        part = {name: segment.books[name] for name in OF_BOOKS}
        part |= {name: segment.offers[name] for name in OF_OFFERS}
        for name, codes, file in (
            ("category", self.categories, segment.books),
            ("language", self.languages, segment.books),
            ("sellers", self.sellers, segment.offers),
        ):
            part[name] = _translated(codes, file, name)
        part["asked"] = self.prices.moved_here(part["asked"], segment.offers["prices"])
        return part

    def _shared_out(self, documents: Documents) -> Iterator["_Share"]:
        """To each segment its own, under the numbers that they have there."""
        starts = self._generation.starts
        ends = np.searchsorted(documents, starts)
        for number, part in enumerate(self._parts):
            first, last = int(ends[number]), int(ends[number + 1])
            start, size = int(starts[number]), int(starts[number + 1] - starts[number])
            if last - first == size:
                yield part, [slice(None)]
            elif last > first:
                own = documents[first:last].astype(np.intp) - start  # as numpy picks by
                yield part, runs(own, size) or own


_Share = tuple[dict[str, Column], list[slice] | NDArray[np.intp]]


class Picked:
    """Documents that were found in their segments: each column is picked from there."""

    def __init__(self, shares: Sequence[_Share]) -> None:
        self._shares = shares

    def of(self, name: str) -> Column:
        columns = [part[name] for part, _ in self._shares]
        pieces = [
            piece
            for column, (_, own) in zip(columns, self._shares, strict=True)
            for piece in _pieces(column, own)
        ]
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int32)


def _pieces(column: Column, own: list[slice] | NDArray[np.intp]) -> list[Column]:
    if isinstance(own, list):
        return [column[run] for run in own]
    # None lies outside: to look first whether one does takes as long again.
    return [column.take(own, mode="clip")]


def runs(own: NDArray[np.intp], size: int) -> list[slice]:
    """Nearly all of a segment lies in few pieces, which are copied faster than they are picked."""
    if len(own) < _NEARLY_ALL * size:
        return []
    ends = np.flatnonzero(np.diff(own) != 1) + 1
    if len(ends) * _WORTH_A_RUN > len(own):
        return []
    edges = [0, *ends.tolist(), len(own)]
    first, last = own[edges[:-1]].tolist(), own[np.array(edges[1:]) - 1].tolist()
    return [slice(start, end + 1) for start, end in zip(first, last, strict=True)]


def changed_since(session: Session, since: datetime) -> Iterator[tuple[int, datetime]]:
    """Each book whose price, copies or offers changed, and when. There may be many, just after an
    import.
    """
    of_offers = select(Offer.book_id, Offer.changed_at).where(Offer.changed_at > since)
    of_shelves = (
        select(Offer.book_id, Shelf.changed_at)
        .join(Shelf, Shelf.offer_id == Offer.id)
        .where(Shelf.changed_at > since)
    )
    for query in (of_offers, of_shelves):
        rows = session.execute(query.execution_options(yield_per=AT_ONCE))
        yield from ((book_id, at) for book_id, at in rows)  # plain pairs: they are kept


def _when(change: tuple[int, datetime]) -> datetime:
    return change[1]


def _translated(codes: Codes[Any], file: Arrays, name: str) -> NDArray[np.int32]:
    """The codes of a file as they are in this process; mostly the same ones."""
    values = [tuple(each) if isinstance(each, list) else each for each in file.json("values")[name]]
    translation = codes.translation(values)
    column = file[name]
    if np.array_equal(translation, np.arange(len(values))):
        return column
    return np.asarray(translation[column])
