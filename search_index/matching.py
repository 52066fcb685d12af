"""Which documents fit a reading of the question, and how well."""

import math

import numpy as np

from search_index.columns import Columns
from search_index.generation import Generation, Numbers, Weights
from search_index.language import stem, title_key
from search_index.query import Group, Reading

# BM25: how soon a repeated word stops to count, and how much a long title is held against a book.
_SATURATION, _LENGTH = 3.0, 0.3
_FIELDS = {"words": 1.0, "prose": 0.35}
_SOLD_OUT = 0.7
_POPULARITY = 0.1
_ENOUGH = 20  # fewer: descriptions are looked through as well

Matches = tuple[Numbers, Weights]  # documents, ascending, and the score of each
NOTHING: Matches = (np.zeros(0, np.int64), np.zeros(0, np.float32))


def everything(columns: Columns) -> Matches:
    documents = np.flatnonzero(columns.rows["on_sale"])
    return documents, np.ones(len(documents), np.float32)


def exactly(generation: Generation, columns: Columns, field: str, term: str) -> Matches:
    documents, _ = generation.postings(field, term)
    documents = documents[columns.rows["on_sale"][documents] & generation.alive[documents]]
    return documents, np.ones(len(documents), np.float32)


def match(
    generation: Generation, columns: Columns, reading: Reading, *, prose: bool = True
) -> Matches:
    """What is on sale and fits."""
    documents, scores = _match(generation, columns, reading, {"words": 1.0})
    if prose and len(documents) < _ENOUGH:
        documents, scores = _match(generation, columns, reading, _FIELDS)
    if not len(documents):
        return NOTHING
    scores /= scores.max()
    wording = worded(generation, reading, int(documents[scores.argmax()]))
    titled, _ = generation.postings("title", title_key(wording))
    scores[np.isin(documents, titled)] += 1
    return documents, scores * _appeal(columns, documents)


def _match(
    generation: Generation, columns: Columns, reading: Reading, fields: dict[str, float]
) -> Matches:
    fits = columns.rows["on_sale"][:-1] & generation.alive
    total = np.zeros(generation.size, np.float32)
    for group in reading.groups:
        scores = _scores(generation, group, fields)
        if group.required and not reading.any_word:
            fits &= scores > 0
        total += scores
    documents = np.flatnonzero(fits & (total > 0))
    return documents, total[documents]


def _scores(generation: Generation, group: Group, fields: dict[str, float]) -> Weights:
    """Of a book that has several forms of the word, the best one counts."""
    best = np.zeros(generation.size, np.float32)
    for form, sureness in group.forms.items():
        for field, importance in fields.items():
            documents, weights = generation.postings(field, stem(form))
            norm = 1 - _LENGTH + _LENGTH * generation.lengths[documents] / generation.usual_length
            strength = weights * (_SATURATION + 1) / (weights + _SATURATION * norm)
            worth = sureness * importance * _rarity(len(documents), generation.size)
            best[documents] = np.maximum(best[documents], worth * strength)
    return best


def worded(generation: Generation, reading: Reading, document: int) -> str:
    """The question in the words of one book that was found."""
    return " ".join(_form_in(generation, group, document) for group in reading.groups)


def _form_in(generation: Generation, group: Group, document: int) -> str:
    """Of several corrections, the one that this book was found by."""
    if not group.corrected or group.unfinished:
        return group.word
    return max(group.forms, key=lambda form: _part_in(generation, group, form, document))


def _part_in(generation: Generation, group: Group, form: str, document: int) -> float:
    if document not in generation.postings("spelt", form)[0]:
        return 0.0
    documents, weights = generation.postings("words", stem(form))
    return group.forms[form] * float(weights[np.searchsorted(documents, document)])


def _rarity(having_it: int, of_all: int) -> float:
    return math.log(1 + (of_all - having_it + 0.5) / (having_it + 0.5))


def _appeal(columns: Columns, documents: Numbers) -> Weights:
    """What can be had goes before what is sold out, what sells well before the rest."""
    rows = columns.rows[documents]
    there = np.where(rows["copies"] > 0, 1.0, _SOLD_OUT)
    return np.asarray(there * (1 + _POPULARITY * np.log1p(rows["sold"])), np.float32)
