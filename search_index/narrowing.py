"""Filters what matched, counts what each other choice would leave, and puts it in order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookshop.money import MINOR_UNITS, Money
from search_index.columns import NO_YEAR, Codes, Columns
from search_index.generation import Numbers, Weights
from search_index.matching import Matches
from search_index.questions import MOST_PER_PAGE, Facets, PriceBand, Question, Sort

_BOUNDS = [Money(roubles * MINOR_UNITS) for roubles in (0, 300, 600, 1000, 1500, 2500)]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Page:
    book_ids: list[int]
    total: int
    facets: Facets


def narrowed(columns: Columns, matches: Matches, question: Question) -> Page:
    documents, scores = matches
    masks = _masks(columns, documents, question)
    passing = np.logical_and.reduce(list(masks.values()))
    ordered = documents[passing]
    ordered = ordered[_order(columns, ordered, scores[passing], question)]
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = (max(1, question.page) - 1) * per_page
    return Page(
        book_ids=columns.rows["book"][ordered[start : start + per_page]].tolist(),
        total=len(ordered),
        facets=_facets(columns, documents, masks),
    )


def _masks(columns: Columns, documents: Numbers, question: Question) -> dict[str, Mask]:
    """What each filter lets through; one that is not set lets everything."""
    rows = columns.rows
    names = ("category", "language", "seller", "price", "in_stock")
    masks = {name: np.ones(len(documents), bool) for name in names}
    if question.category is not None:
        code = columns.categories.known(question.category)
        masks["category"] = rows["category"][documents] == code
    if question.language is not None:
        code = columns.languages.known(question.language)
        masks["language"] = rows["language"][documents] == code
    if question.seller is not None:
        sells_it = [question.seller in sellers for sellers in columns.sellers.values]
        masks["seller"] = np.array([*sells_it, False])[rows["sellers"][documents]]
    if question.min_price is not None:
        masks["price"] &= rows["price"][documents] >= question.min_price
    if question.max_price is not None:
        masks["price"] &= rows["price"][documents] <= question.max_price
    if question.in_stock:
        masks["in_stock"] = rows["copies"][documents] > 0
    return masks


def _order(columns: Columns, documents: Numbers, scores: Weights, question: Question) -> Numbers:
    """Equals keep the same order on every page."""

    def of(name: str) -> NDArray[Any]:
        return np.asarray(columns.rows[name][documents])

    keys: tuple[NDArray[Any], ...]
    match question.sort:
        case Sort.CHEAPEST:
            keys = (of("price"),)
        case Sort.DEAREST:
            keys = (-of("price"),)
        case Sort.OLDEST_EDITION:
            keys = (of("year"), of("year") == NO_YEAR)
        case Sort.NEWEST_EDITION:
            keys = (-of("year").astype(np.int32), of("year") == NO_YEAR)
        case Sort.TITLE:
            keys = (columns.title_rank[documents],)
        case Sort.RELEVANCE if question.words.strip():
            keys = (-scores,)
        case _:
            keys = (-of("created"),)
    return np.lexsort((-of("book"), *keys))


def _facets(columns: Columns, documents: Numbers, masks: dict[str, Mask]) -> Facets:
    def left(facet: str, column: str) -> Numbers:
        others = [mask for name, mask in masks.items() if name != facet]
        return np.asarray(columns.rows[column][documents[np.logical_and.reduce(others)]])

    return Facets(
        category=_counted(columns.categories, left("category", "category")),
        language=_counted(columns.languages, left("language", "language")),
        seller=_sellers_counted(columns.sellers, left("seller", "sellers")),
        price=_bands(left("price", "price")),
    )


def _counted(codes: Codes[str], chosen: Numbers) -> dict[str, int]:
    counts = np.bincount(chosen, minlength=len(codes.values)).tolist()
    return _most_first(zip(codes.values, counts, strict=False))


def _sellers_counted(codes: Codes[tuple[str, ...]], chosen: Numbers) -> dict[str, int]:
    """A book counts for each of its sellers."""
    counts: Counter[str] = Counter()
    for sellers, count in zip(codes.values, np.bincount(chosen).tolist(), strict=False):
        counts.update(dict.fromkeys(sellers, count))
    return _most_first(counts.items())


def _most_first(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    there = [(value, count) for value, count in counts if value and count]
    return dict(sorted(there, key=lambda pair: (-pair[1], pair[0])))


def _bands(prices: Numbers) -> list[PriceBand]:
    ends: list[Money | None] = [Money(bound - 1) for bound in _BOUNDS[1:]]
    counts = np.histogram(prices, [*_BOUNDS, np.inf])[0].tolist()
    bands = zip(_BOUNDS, [*ends, None], counts, strict=True)
    return [PriceBand(least, most, count) for least, most, count in bands if count]
