"""Filters what matched, counts what each other choice would leave, and puts it in order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookshop.money import MINOR_UNITS, Money
from search_index.categories import summed, within
from search_index.columns import Columns
from search_index.generation import Documents
from search_index.matching import Matches, Scores
from search_index.questions import MOST_PER_PAGE, Facets, PriceBand, Question, Sort, YearBand
from search_index.segments import NO_YEAR
from search_index.tables import Codes, Column

_PRICES = [Money(roubles * MINOR_UNITS) for roubles in (0, 300, 600, 1000, 1500, 2500)]

_YEARS = [1900, 1950, 1980, 2000, 2010, 2015, 2020]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Page:
    book_ids: list[int]
    total: int
    facets: Facets


def narrowed(columns: Columns, matches: Matches, question: Question) -> Page:
    documents, scores = matches
    found = _Found(columns, documents, question)
    documents, scores = found.left_for("", documents), found.left_for("", scores)
    return Page(
        book_ids=_page(columns, documents, scores, question),
        total=len(documents),
        facets=_facets(columns, found),
    )


class _Found:
    """What matched, with what each filter that is set lets through."""

    def __init__(self, columns: Columns, documents: Documents, question: Question) -> None:
        self._columns = columns
        self._documents = documents
        self._question = question
        self._passing: dict[tuple[str, ...], NDArray[np.int64]] = {}  # several facets share one

    @cached_property
    def category(self) -> Column:
        return self._columns.of("category", self._documents)

    @cached_property
    def language(self) -> Column:
        return self._columns.of("language", self._documents)

    @cached_property
    def sellers(self) -> Column:
        return self._columns.of("sellers", self._documents)

    @cached_property
    def price(self) -> Column:
        return self._columns.of("price", self._documents)

    @cached_property
    def year(self) -> Column:
        return self._columns.of("year", self._documents)

    @cached_property
    def in_stock(self) -> Mask:
        return self._columns.of("copies", self._documents) > 0

    def left_for(self, facet: str, column: Column) -> Column:
        """What passes all filters but the facet's own."""
        others = tuple(name for name in self._masks if name != facet)
        if not others:
            return column
        if others not in self._passing:
            masks = [self._masks[name] for name in others]
            self._passing[others] = np.flatnonzero(reduce(np.logical_and, masks))
        return column[self._passing[others]]

    @cached_property
    def _masks(self) -> dict[str, Mask]:
        columns, question = self._columns, self._question
        masks: dict[str, Mask] = {}
        if question.category is not None:
            masks["category"] = self._is_within(question.category)
        if question.language is not None:
            masks["language"] = self.language == columns.languages.known(question.language)
        if question.seller is not None:
            codes = self.sellers  # before the values that they stand for: those may grow
            sells_it = [question.seller in sellers for sellers in columns.sellers.values]
            masks["seller"] = np.array(sells_it)[codes]
        if question.min_price is not None:
            masks["price"] = self.price >= question.min_price
        if question.max_price is not None:
            masks["price"] = masks.get("price", True) & (self.price <= question.max_price)
        if question.min_year is not None:
            masks["year"] = self.year >= question.min_year
        if question.max_year is not None:
            has_year = self.year != NO_YEAR
            masks["year"] = masks.get("year", has_year) & (self.year <= question.max_year)
        if question.in_stock:
            masks["in_stock"] = self.in_stock
        return masks

    def _is_within(self, wanted: str) -> Mask:
        codes = self.category
        categories = enumerate(self._columns.categories.values)
        chosen = [code for code, category in categories if within(category, wanted)]
        return codes == chosen[0] if len(chosen) == 1 else np.isin(codes, chosen)


def _page(columns: Columns, documents: Documents, scores: Scores, question: Question) -> list[int]:
    """Only what may stand on the page is put in order."""
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = (max(1, question.page) - 1) * per_page
    end = min(start + per_page, len(documents))
    if start >= end:
        return []
    keys = _keys(columns, documents, scores, question)
    first, last = np.partition(keys, [start, end - 1])[[start, end - 1]]
    likely = np.flatnonzero((keys >= first) & (keys <= last))
    before = int(np.count_nonzero(keys < first))
    books = columns.of("book", documents[likely])
    equals = [-books]  # they keep the same order on every page
    if question.sort is Sort.TITLE:
        equals.append(columns.of("sort_key", documents[likely]))
    order = np.lexsort((*equals, keys[likely]))
    return [int(book) for book in books[order[start - before : end - before]]]


def _keys(
    columns: Columns, documents: Documents, scores: Scores, question: Question
) -> NDArray[Any]:
    """The less, the earlier."""

    def of(name: str) -> Column:
        return columns.of(name, documents)

    match question.sort:
        case Sort.CHEAPEST:
            return of("price")
        case Sort.DEAREST:
            return -of("price")
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


def _facets(columns: Columns, found: _Found) -> Facets:
    return Facets(
        category=summed(_counts(columns.categories, found.left_for("category", found.category))),
        language=_most_first(
            _counts(columns.languages, found.left_for("language", found.language))
        ),
        seller=_sellers_counted(columns.sellers, found.left_for("seller", found.sellers)),
        price=_price_bands(found.left_for("price", found.price)),
        year=_year_bands(found.left_for("year", found.year)),
        in_stock=int(np.count_nonzero(found.left_for("in_stock", found.in_stock))),
    )


def _counts(codes: Codes[str], chosen: Column) -> Iterable[tuple[str, int]]:
    return zip(codes.values, np.bincount(chosen).tolist(), strict=False)


def _sellers_counted(codes: Codes[tuple[str, ...]], chosen: Column) -> dict[str, int]:
    """A book counts for each of its sellers."""
    counts: Counter[str] = Counter()
    for sellers, count in zip(codes.values, np.bincount(chosen).tolist(), strict=False):
        counts.update(dict.fromkeys(sellers, count))
    return _most_first(counts.items())


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
