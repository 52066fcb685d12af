"""Filters what matched, counts what each other choice would leave, and puts it in order."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bookshop.money import MINOR_UNITS, Money
from search_index.categories import summed, within
from search_index.generation import Documents
from search_index.matching import Matches, Scores
from search_index.questions import MOST_PER_PAGE, Facets, PriceBand, Question, Sort, YearBand
from search_index.segments import NO_YEAR
from search_index.several import ALONE, Prices
from search_index.tables import Codes, Column

_PRICES = [Money(roubles * MINOR_UNITS) for roubles in (0, 300, 600, 1000, 1500, 2500)]

_YEARS = [1900, 1950, 1980, 2000, 2010, 2015, 2020]

Mask = NDArray[np.bool_]


class Told(Protocol):
    """What an index tells of its books."""

    @property
    def categories(self) -> Codes[str]: ...
    @property
    def languages(self) -> Codes[str]: ...
    @property
    def sellers(self) -> Codes[tuple[str, ...]]: ...
    @property
    def prices(self) -> Prices: ...

    def of(self, name: str, documents: Documents) -> Column:
        """The values of a column for these documents, which ascend."""

    def picker(self, documents: Documents) -> Callable[[str], Column]:
        """The same where several columns are asked for."""


@dataclass(frozen=True)
class Page:
    book_ids: list[int]
    total: int
    facets: Facets
    matching: int  # whatever the conditions
    without: dict[str, int]  # of no books: each condition given up


def narrowed(columns: Told, matches: Matches, question: Question) -> Page:
    documents, scores = matches
    found = _Found(columns, documents, question)
    return Page(
        book_ids=_page(columns, found, found.left_for("", scores), question),
        total=found.total,
        facets=_facets(columns, found),
        matching=len(documents),
        without={} if found.total else _without_each(columns, documents, question),
    )


def _without_each(columns: Told, documents: Documents, question: Question) -> dict[str, int]:
    return {
        name: _Found(columns, documents, question.without(name)).total
        for name in question.conditions
    }


class _Found:
    """What matched, with what each filter that is set lets through.

    Of a book one offer counts: of those asked for, the cheapest that can be had; if none can, the
    cheapest. The columns tell of that one; where a seller is asked for, it is his.
    """

    def __init__(self, columns: Told, documents: Documents, question: Question) -> None:
        self._columns = columns
        self._of = columns.picker(documents)
        self.documents = documents
        self._question = question
        self._passing: dict[tuple[str, ...], NDArray[np.int64]] = {}  # several facets share one

    @property
    def total(self) -> int:
        return len(self.left_for("", self.documents))

    @cached_property
    def category(self) -> Column:
        return self._of("category")

    @cached_property
    def language(self) -> Column:
        return self._of("language")

    @cached_property
    def sellers(self) -> Column:
        # Their own copy: a code that is written meanwhile may stand for nobody known yet.
        return self._of("sellers").copy()

    @cached_property
    def price(self) -> Column:
        if self._question.seller is None:
            return self._of("price")
        return np.abs(self._asked_by_seller)

    @cached_property
    def year(self) -> Column:
        return self._of("year")

    @cached_property
    def in_stock(self) -> Mask:
        if self._question.seller is None:
            return self._of("copies") > 0
        return self._asked_by_seller > 0

    def left_for(self, facet: str, column: Column) -> Column:
        """What passes all filters but the facet's own."""
        return self._left(column, self._masks.keys() - {facet})

    def sellers_counted(self) -> Iterable[tuple[str, int]]:
        """A book counts for each of its sellers whose own offer passes the filters."""
        of_books = self._masks.keys() - {"seller", "price", "in_stock"}
        documents, codes = (self._left(each, of_books) for each in (self.documents, self.sellers))
        sellers = self._columns.sellers.values
        how_many = np.array(list(map(len, sellers)))
        counts: Counter[str] = Counter()
        nth = 0
        while True:
            # Some may have none by now: an offer can be withdrawn while a question is answered.
            more = how_many[codes] > nth
            documents, codes = documents[more], codes[more]
            if not len(documents):
                return counts.items()
            passing = np.bincount(codes[self._offers_pass(documents, nth)]).tolist()
            for these, count in zip(sellers, passing, strict=False):
                if count:
                    counts[these[nth]] += count
            nth += 1

    def _left(self, column: Column, names: Set[str]) -> Column:
        """What passes these filters."""
        passed = tuple(name for name in self._masks if name in names)
        if not passed:
            return column
        if passed not in self._passing:
            masks = [self._masks[name] for name in passed]
            self._passing[passed] = np.flatnonzero(reduce(np.logical_and, masks))
        return column[self._passing[passed]]

    def _offers_pass(self, documents: Documents, nth: int) -> Mask | slice:
        """What is asked of an offer: that of the nth seller of each book."""
        if not {"price", "in_stock"} & self._masks.keys():
            return slice(None)
        question, asked = self._question, _asked(self._columns, documents, nth)
        affordable = _between(np.abs(asked), question.min_price, question.max_price)
        return affordable & (asked > 0) if question.in_stock else affordable

    @cached_property
    def _masks(self) -> dict[str, Mask]:
        columns, question = self._columns, self._question
        masks: dict[str, Mask] = {}
        if question.category is not None:
            masks["category"] = self._is_within(question.category)
        if question.language is not None:
            masks["language"] = self.language == columns.languages.known(question.language)
        if question.seller is not None:
            masks["seller"] = self._place_of_seller >= 0
        if question.min_price is not None or question.max_price is not None:
            masks["price"] = _between(self.price, question.min_price, question.max_price)
        if question.min_year is not None or question.max_year is not None:
            in_time = _between(self.year, question.min_year, question.max_year)
            masks["year"] = in_time & (self.year != NO_YEAR)
        if question.in_stock:
            masks["in_stock"] = self.in_stock
        return masks

    @cached_property
    def _place_of_seller(self) -> Column:
        """Among those of each book; -1 where he does not sell it."""
        login = self._question.seller
        codes = self.sellers  # before the values that they stand for: those may grow
        sellers = self._columns.sellers.values
        return np.array([each.index(login) if login in each else -1 for each in sellers])[codes]

    @cached_property
    def _asked_by_seller(self) -> Column:
        """Of books that he does not sell, anything."""
        return _asked(self._columns, self.documents, np.maximum(self._place_of_seller, 0))

    def _is_within(self, wanted: str) -> Mask:
        codes = self.category
        categories = enumerate(self._columns.categories.values)
        chosen = [code for code, category in categories if within(category, wanted)]
        return codes == chosen[0] if len(chosen) == 1 else np.isin(codes, chosen)


def _between(column: Column, least: int | None, most: int | None) -> Mask:
    """Both included."""
    between = np.ones(len(column), bool)
    if least is not None:
        between &= column >= least
    if most is not None:
        between &= column <= most
    return between


def _asked(columns: Told, documents: Documents, nth: Column | int) -> Column:
    """The price of the nth seller of each book, which is negative if he has no copies."""
    of = columns.picker(documents)
    price = of("price")
    of_only = np.where(of("copies") > 0, price, -price)
    first = of("asked")
    alone = first == ALONE
    return np.where(alone, of_only, columns.prices.at(np.where(alone, 0, first + nth)))


def _page(columns: Told, found: _Found, scores: Scores, question: Question) -> list[int]:
    """Only what may stand on the page is put in order."""
    documents = found.left_for("", found.documents)
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = (max(1, question.page) - 1) * per_page
    end = min(start + per_page, len(documents))
    if start >= end:
        return []
    keys = _keys(columns, found, scores, question)
    first, last = np.partition(keys, [start, end - 1])[[start, end - 1]]
    likely = np.flatnonzero((keys >= first) & (keys <= last))
    before = int(np.count_nonzero(keys < first))
    books = columns.of("book", documents[likely])
    equals = [-books]  # they keep the same order on every page
    if question.sort is Sort.TITLE:
        equals.append(columns.of("sort_key", documents[likely]))
    order = np.lexsort((*equals, keys[likely]))
    return [int(book) for book in books[order[start - before : end - before]]]


def _keys(columns: Told, found: _Found, scores: Scores, question: Question) -> NDArray[Any]:
    """The less, the earlier."""

    def of(name: str) -> Column:
        return columns.of(name, found.left_for("", found.documents))

    match question.sort:
        case Sort.CHEAPEST:
            return found.left_for("", found.price)
        case Sort.DEAREST:
            return -found.left_for("", found.price)
        case Sort.OLDEST_EDITION:
            years = of("year")
            return np.where(years == NO_YEAR, _LAST, years)
        case Sort.NEWEST_EDITION:
            years = of("year")
            return np.where(years == NO_YEAR, _LAST, -years.astype(np.int32))
        case Sort.TITLE:
            return of("title_start")
        case Sort.RELEVANCE if question.words.strip():
            return -scores
        case _:
            return -of("created").astype(np.int64)


_LAST = np.int32(np.iinfo(np.int32).max)


def _facets(columns: Told, found: _Found) -> Facets:
    return Facets(
        category=summed(_counts(columns.categories, found.left_for("category", found.category))),
        language=_most_first(
            _counts(columns.languages, found.left_for("language", found.language))
        ),
        seller=_most_first(found.sellers_counted()),
        price=_price_bands(found.left_for("price", found.price)),
        year=_year_bands(found.left_for("year", found.year)),
        in_stock=int(np.count_nonzero(found.left_for("in_stock", found.in_stock))),
    )


def _counts(codes: Codes[str], chosen: Column) -> Iterable[tuple[str, int]]:
    return zip(codes.values, np.bincount(chosen).tolist(), strict=False)


def _most_first(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    there = [(value, count) for value, count in counts if value and count]
    return dict(sorted(there, key=lambda pair: (-pair[1], pair[0])))


def _price_bands(prices: Column) -> list[PriceBand]:
    ends: list[Money | None] = [Money(bound - 1) for bound in _PRICES[1:]]
    bands = zip(_PRICES, [*ends, None], _counts_from(_PRICES, prices), strict=True)
    return [PriceBand(least, most, count) for least, most, count in bands if count]


def _year_bands(years: Column) -> list[YearBand]:
    """The newest first."""
    starts = [None, *_YEARS]
    ends = [*(year - 1 for year in _YEARS), None]
    counts = _counts_from([NO_YEAR + 1, *_YEARS], years)
    bands = reversed(list(zip(starts, ends, counts, strict=True)))
    return [YearBand(first, last, count) for first, last, count in bands if count]


def _counts_from(bounds: Sequence[int], values: Column) -> list[int]:
    """How many are between each bound and the next."""
    from_bound = [int(np.count_nonzero(values >= bound)) for bound in bounds]
    return [above - below for above, below in zip(from_bound, [*from_bound[1:], 0], strict=True)]
