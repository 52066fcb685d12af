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
Rows = NDArray[Any]


@dataclass(frozen=True)
class Page:
    book_ids: list[int]
    total: int
    facets: Facets


def narrowed(columns: Columns, matches: Matches, question: Question) -> Page:
    documents, scores = matches
    rows = columns.rows[documents]
    masks = _masks(columns, rows, question)
    passing = np.logical_and.reduce(list(masks.values()))
    best_first = _order(columns, documents[passing], scores[passing], question)
    per_page = min(max(1, question.per_page), MOST_PER_PAGE)
    start = (max(1, question.page) - 1) * per_page
    return Page(
        book_ids=rows["book"][passing][best_first][start : start + per_page].tolist(),
        total=len(best_first),
        facets=_facets(columns, rows, masks),
    )


def _masks(columns: Columns, rows: Rows, question: Question) -> dict[str, Mask]:
    """What each filter lets through; one that is not set lets everything."""
    masks = {name: np.ones(len(rows), bool) for name in ("category", "language", "seller", "price")}
    if question.category is not None:
        masks["category"] = rows["category"] == columns.categories.known(question.category)
    if question.language is not None:
        masks["language"] = rows["language"] == columns.languages.known(question.language)
    if question.seller is not None:
        sells_it = [question.seller in sellers for sellers in columns.sellers.values]
        masks["seller"] = np.array([*sells_it, False])[rows["sellers"]]
    if question.min_price is not None:
        masks["price"] &= rows["price"] >= question.min_price
    if question.max_price is not None:
        masks["price"] &= rows["price"] <= question.max_price
    masks["in_stock"] = (rows["copies"] > 0) | (not question.in_stock)
    return masks


def _order(columns: Columns, documents: Numbers, scores: Weights, question: Question) -> Numbers:
    """Equals keep the same order on every page."""
    rows = columns.rows[documents]
    keys: tuple[NDArray[Any], ...]
    match question.sort:
        case Sort.CHEAPEST:
            keys = (rows["price"],)
        case Sort.DEAREST:
            keys = (-rows["price"],)
        case Sort.OLDEST_EDITION:
            keys = (rows["year"], rows["year"] == NO_YEAR)
        case Sort.NEWEST_EDITION:
            keys = (-rows["year"].astype(np.int32), rows["year"] == NO_YEAR)
        case Sort.TITLE:
            keys = (columns.title_rank[documents],)
        case Sort.RELEVANCE if question.words.strip():
            keys = (-scores,)
        case _:
            keys = (-rows["created"],)
    return np.lexsort((-rows["book"], *keys))


def _facets(columns: Columns, rows: Rows, masks: dict[str, Mask]) -> Facets:
    def passing_all_but(own: str) -> Rows:
        others = [mask for name, mask in masks.items() if name != own]
        return rows[np.logical_and.reduce(others)]

    return Facets(
        category=_counted(columns.categories, passing_all_but("category")["category"]),
        language=_counted(columns.languages, passing_all_but("language")["language"]),
        seller=_sellers_counted(columns.sellers, passing_all_but("seller")["sellers"]),
        price=_bands(passing_all_but("price")["price"]),
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
