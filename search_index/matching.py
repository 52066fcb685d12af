"""Which documents fit a reading of the question, and how well.

Lists of documents ascend. Work is done on those that may still fit, the rarest word first.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from search_index.columns import Columns
from search_index.document_lists import common, in_any
from search_index.generation import Documents, Generation
from search_index.language import stem, title_key
from search_index.patience import Patience
from search_index.reading import Reading
from search_index.words_meant import Group

# BM25: how soon a repeated word stops to count, and how much a long title is held against a book.
_SATURATION, _LENGTH = 3.0, 0.3
_FIELDS = {"words": 1.0, "prose": 0.35}
_SOLD_OUT = 0.7
_POPULARITY = 0.1
_BY_PROSE = 0.5  # of a book that has some of the words only in its description
_WHOLE_TITLE, _NOTHING_ELSE = 0.5, 0.5
_SO_CALLED = 0.5  # by the surname of an author
_LOOKED_AT = 500  # of the best: whose titles are compared with the question
_NEAR_ENOUGH = 0.4  # of the best score, where any word will do
_ENOUGH = 20  # fewer: descriptions are looked through as well


Scores = NDArray[np.float32]
Matches = tuple[Documents, Scores]
NOTHING: Matches = (np.zeros(0, np.int32), np.zeros(0, np.float32))


def everything(columns: Columns) -> Matches:
    return _evenly(columns.all_on_sale())


def exactly(generation: Generation, columns: Columns, field: str, term: str) -> Matches:
    return _evenly(columns.on_sale(generation.postings(field, term)[0]))


def match(
    generation: Generation,
    columns: Columns,
    reading: Reading,
    patience: Patience,
    *,
    prose: bool = True,
) -> Matches:
    """What is on sale and fits."""
    documents, scores = _match(generation, columns, reading, {"words": 1.0}, patience)
    if prose and len(documents) < _ENOUGH:
        by_names = documents
        documents, scores = _match(generation, columns, reading, _FIELDS, patience)
        less = np.full(len(documents), np.float32(_BY_PROSE))
        less[common(documents, by_names, generation.size)[0]] = 1
        scores *= less
    titled, _ = exactly(generation, columns, "title", reading.title)
    documents, scores = _with_titled(documents, scores, titled, generation.size)
    if not len(documents):
        return NOTHING
    scores /= scores.max() or 1
    _prefer_well_named(generation, reading, documents, scores)
    for title in _titles(generation, reading, int(documents[scores.argmax()])):
        called_so, _ = generation.postings("title", title)
        scores[common(documents, called_so, generation.size)[0]] += 1
    if reading.any_word:
        near_enough = scores >= _NEAR_ENOUGH * scores.max()
        documents, scores = documents[near_enough], scores[near_enough]
    return documents, scores * appeal(columns, documents)


def _with_titled(documents: Documents, scores: Scores, titled: Documents, size: int) -> Matches:
    """A book that is called so belongs there, however its title is cut into words."""
    missing = np.ones(len(titled), bool)
    missing[common(titled, documents, size)[0]] = False
    if not missing.any():
        return documents, scores
    every = np.concatenate([documents, titled[missing]])
    order = np.argsort(every)
    return every[order], np.concatenate([scores, np.zeros(missing.sum(), np.float32)])[order]


def _titles(generation: Generation, reading: Reading, best: int) -> set[str]:
    """The question as a title: as it was typed; as it was found; without small talk."""
    wording = worded(generation, reading, best)
    required = tuple(group for group in reading.groups if group.required)
    asked = worded(generation, replace(reading, groups=required), best)
    return {reading.title, title_key(wording), title_key(asked)} - {""}


def _prefer_well_named(
    generation: Generation, reading: Reading, documents: Documents, scores: Scores
) -> None:
    """Of the best ones, those whose title was said, and little else; up to twice the score."""
    best = _best(scores, _LOOKED_AT)
    said = np.zeros(len(best), np.float32)
    for group in reading.groups:
        if group.required:
            named = _named_by(generation, group, documents[best])
            if group.surnames:  # another word of the same stem is another word
                so_called = _spelt(generation, group.surnames, documents[best])
                named &= so_called | _spelt(generation, [group.word], documents[best])
                scores[best] *= np.where(so_called, np.float32(1 + _SO_CALLED), np.float32(1))
            said += named
    asked = max(1, sum(group.required for group in reading.groups))
    of_title = np.minimum(1, said / np.maximum(1, generation.naming[documents[best]]))
    scores[best] *= 1 + of_title * (_WHOLE_TITLE + _NOTHING_ELSE * said / asked)


def _best(scores: Scores, most: int) -> NDArray[np.int64]:
    """Where they stand, ascending; of equals, the first."""
    if len(scores) <= most:
        return np.arange(len(scores))
    least = -np.partition(-scores, most)[most]
    better = np.flatnonzero(scores > least)
    equal = np.flatnonzero(scores == least)[: most - len(better)]
    return np.sort(np.concatenate([better, equal]))


def _named_by(generation: Generation, group: Group, documents: Documents) -> NDArray[np.bool_]:
    terms = [("words" if term.startswith("#") else "named", term) for term in _sureness(group)]
    return _having_any(generation, terms, documents)


def _spelt(generation: Generation, forms: Iterable[str], documents: Documents) -> NDArray[np.bool_]:
    return _having_any(generation, [("spelt", form) for form in forms], documents)


def _having_any(
    generation: Generation, terms: Iterable[tuple[str, str]], documents: Documents
) -> NDArray[np.bool_]:
    found = np.zeros(len(documents), bool)
    for field, term in terms:
        having_it, _ = generation.postings(field, term)
        found[common(documents, having_it, generation.size)[0]] = True
    return found


def worded(generation: Generation, reading: Reading, document: int) -> str:
    """The question in the words of one book that was found."""
    return " ".join(_form_in(generation, group, document) for group in reading.groups)


@dataclass(frozen=True)
class _Having:
    """The documents that have one form of a word in one field."""

    documents: Documents
    weights: NDArray[np.uint8]
    worth: float


def _match(
    generation: Generation,
    columns: Columns,
    reading: Reading,
    fields: dict[str, float],
    patience: Patience,
) -> Matches:
    groups = [_having(generation, group, fields) for group in reading.groups]
    required = [
        having
        for group, having in zip(reading.groups, groups, strict=True)
        if group.required and not reading.any_word
    ]
    if required:
        documents = _in_all(required, generation.size, patience)
    else:
        documents = in_any(
            [having.documents for group in groups for having in group], generation.size
        )
    documents = columns.on_sale(documents)
    scores = np.zeros(len(documents), np.float32)
    for group in groups if len(documents) else ():
        patience.check()
        scores += _scores(generation, group, documents)
    return documents, scores


def _having(generation: Generation, group: Group, fields: dict[str, float]) -> list[_Having]:
    """All forms are as rare as the most frequent one: a rare word is no likelier to be meant."""
    found = []
    for field, importance in fields.items():
        terms = _sureness(group).items()
        postings = [(*generation.postings(field, term), sureness) for term, sureness in terms]
        most = max((len(documents) for documents, *_ in postings), default=0)
        worth = importance * _rarity(most, generation.size)
        found += [
            _Having(documents, weights, worth * sureness)
            for documents, weights, sureness in postings
            if len(documents)
        ]
    return found


def _sureness(group: Group) -> dict[str, float]:
    """Several forms may have one stem."""
    terms: dict[str, float] = {}
    for form, sureness in group.forms.items():
        term = stem(form)
        terms[term] = max(sureness, terms.get(term, 0.0))
    return terms


def _in_all(groups: Sequence[Sequence[_Having]], size: int, patience: Patience) -> Documents:
    rarest, *others = sorted(groups, key=lambda group: sum(len(one.documents) for one in group))
    documents = in_any([one.documents for one in rarest], size)
    for group in others:
        patience.check()
        if not len(documents):
            break
        there = np.zeros(len(documents), bool)
        for one in group:
            there[common(documents, one.documents, size)[0]] = True
        documents = documents[there]
    return documents


def _scores(generation: Generation, group: Sequence[_Having], documents: Documents) -> Scores:
    """Of a book that has several forms of the word, the best one counts."""
    best = np.zeros(len(documents), np.float32)
    strengths = _strengths(generation.usual_length)
    for one in group:
        place, place_in_list = common(documents, one.documents, generation.size)
        weights = one.weights[place_in_list].astype(np.uint16)
        lengths = generation.lengths[one.documents[place_in_list]]
        scores = strengths[(weights << 8) | lengths] * np.float32(one.worth)
        best[place] = np.maximum(best[place], scores)
    return best


@lru_cache(8)
def _strengths(usual_length: float) -> Scores:
    """For every weight and length that there can be: the place is 256 * weight + length."""
    weights, lengths = np.divmod(np.arange(1 << 16, dtype=np.float32), 256)
    norm = 1 - _LENGTH + _LENGTH * lengths / usual_length
    return np.asarray(weights * (_SATURATION + 1) / (weights + _SATURATION * norm), np.float32)


def _form_in(generation: Generation, group: Group, document: int) -> str:
    """Of several corrections, the one that this book was found by."""
    if not group.corrected or group.unfinished:
        return group.word
    return max(group.forms, key=lambda form: _part_in(generation, group, form, document))


def _part_in(generation: Generation, group: Group, form: str, document: int) -> float:
    if _weight_in(generation, "spelt", form, document) == 0:
        return 0.0
    return group.forms[form] * _weight_in(generation, "words", stem(form), document)


def _weight_in(generation: Generation, field: str, term: str, document: int) -> float:
    documents, weights = generation.postings(field, term)
    place = int(np.searchsorted(documents, document))
    there = place < len(documents) and documents[place] == document
    return float(weights[place]) if there else 0.0


def _rarity(having_it: int, of_all: int) -> float:
    return math.log(1 + (of_all - having_it + 0.5) / (having_it + 0.5))


def appeal(columns: Columns, documents: Documents) -> Scores:
    """What can be had goes before what is sold out, what sells well before the rest."""
    worth = np.where(columns.of("copies", documents) > 0, np.float32(1), np.float32(_SOLD_OUT))
    sold = columns.of("sold", documents)
    selling = np.flatnonzero(sold)
    worth[selling] *= 1 + _POPULARITY * np.log1p(sold[selling])
    return worth


def _evenly(documents: Documents) -> Matches:
    return documents, np.ones(len(documents), np.float32)
