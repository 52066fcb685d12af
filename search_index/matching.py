"""Which documents fit a reading of the question, and how well."""

import math
from dataclasses import replace

import numpy as np

from search_index.columns import Columns
from search_index.generation import Generation, Numbers, Weights
from search_index.language import stem, title_key
from search_index.query import Reading
from search_index.words_meant import Group

# BM25: how soon a repeated word stops to count, and how much a long title is held against a book.
_SATURATION, _LENGTH = 3.0, 0.3
_FIELDS = {"words": 1.0, "prose": 0.35}
_SOLD_OUT = 0.7
_POPULARITY = 0.1
_BY_PROSE = 0.5  # of a book that has some of the words only in its description
_WHOLE_TITLE, _NOTHING_ELSE = 0.5, 0.5
_LOOKED_AT = 500  # of the best: whose titles are compared with the question
_NEAR_ENOUGH = 0.4  # of the best score, where any word will do
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
        by_names = documents
        documents, scores = _match(generation, columns, reading, _FIELDS)
        scores[~np.isin(documents, by_names)] *= _BY_PROSE
    titled, _ = exactly(generation, columns, "title", reading.title)
    documents, scores = _with_titled(documents, scores, titled)
    if not len(documents):
        return NOTHING
    scores /= scores.max() or 1
    scores *= 1 + _naming(generation, reading, documents, scores)
    for title in _titles(generation, reading, int(documents[scores.argmax()])):
        scores[np.isin(documents, generation.postings("title", title)[0])] += 1
    if reading.any_word:
        near_enough = scores >= _NEAR_ENOUGH * scores.max()
        documents, scores = documents[near_enough], scores[near_enough]
    return documents, scores * _appeal(columns, documents)


def _with_titled(documents: Numbers, scores: Weights, titled: Numbers) -> Matches:
    """A book that is called so belongs there, however its title is cut into words."""
    missing = np.setdiff1d(titled, documents, assume_unique=True)
    if not len(missing):
        return documents, scores
    every = np.concatenate([documents, missing])
    order = np.argsort(every)
    return every[order], np.concatenate([scores, np.zeros(len(missing), np.float32)])[order]


def _titles(generation: Generation, reading: Reading, best: int) -> set[str]:
    """The question as a title: as it was typed; as it was found; without small talk."""
    wording = worded(generation, reading, best)
    required = tuple(group for group in reading.groups if group.required)
    asked = worded(generation, replace(reading, groups=required), best)
    return {reading.title, title_key(wording), title_key(asked)} - {""}


def _naming(
    generation: Generation, reading: Reading, documents: Numbers, scores: Weights
) -> Weights:
    """How much of a book's title was said, of the best ones; from 0 to 1."""
    said = np.zeros(len(documents), np.float32)
    best = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
    best.sort()
    for group in reading.groups:
        forms = [
            generation.postings("words" if form.startswith("#") else "named", stem(form))[0]
            for form in group.forms
        ]
        has_it = np.isin(documents[best], np.concatenate(forms))
        said[best[has_it]] += group.required
    asked = max(1, sum(group.required for group in reading.groups))
    of_title = np.minimum(1, said / np.maximum(1, generation.naming[documents]))
    return np.asarray(of_title * (_WHOLE_TITLE + _NOTHING_ELSE * said / asked), np.float32)


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
    """Of a book that has several forms of the word, the best one counts.

    They are as rare together as the most frequent one is: a rare word is no likelier to be meant.
    """
    best = np.zeros(generation.size, np.float32)
    for field, importance in fields.items():
        postings = [generation.postings(field, stem(form)) for form in group.forms]
        rarity = _rarity(max((len(documents) for documents, _ in postings), default=0), len(best))
        for (documents, weights), sureness in zip(postings, group.forms.values(), strict=True):
            norm = 1 - _LENGTH + _LENGTH * generation.lengths[documents] / generation.usual_length
            strength = weights * (_SATURATION + 1) / (weights + _SATURATION * norm)
            worth = sureness * importance * rarity
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
