"""Completes what is being typed: names of authors and titles of books."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest

import numpy as np

from search_index.columns import Columns
from search_index.generation import Documents, Generation, Segment
from search_index.language import is_cyrillic, words
from search_index.matching import appeal
from search_index.postings import least, most_frequent
from search_index.sounds import in_cyrillic
from search_index.starts import WIDTH, begins, key_of
from search_index.vocabulary import Vocabulary
from search_index.words_meant import SAME_SOUND

_AMPLY = 4  # times the limit: what is few in one segment may be many in all
_EDITIONS = 10  # of a title may be on sale, and it is named once
_LOOKED_AT = 2_000  # of those that were never sold
_LONG_ENOUGH_TO_SPELL = 4
_WAYS = 8  # to write it in the other alphabet
_A_LITTLE = np.float32(0.001)  # of two that sell as well, the shorter title


def in_both_alphabets(
    typed: str, vocabulary: Vocabulary, beginning: Callable[[str], list[str]], limit: int
) -> list[str]:
    """Names of authors: mostly those that begin as typed, and some in the other alphabet."""
    own = beginning(typed)
    others = [name for way in _in_other_alphabet(typed, own, vocabulary) for name in beginning(way)]
    mostly = own[: max(1, limit - 1)] if others else own
    return list(dict.fromkeys([*mostly, *others]))[:limit]


def _in_other_alphabet(typed: str, own: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The one word as it would be spelt there; or as the name sounds that it may become."""
    match words(typed):
        case [word] if len(word) >= _LONG_ENOUGH_TO_SPELL:
            names = [part for name in own[:1] for part in words(name) if part.startswith(word)]
            heard = [way for name in names for way in vocabulary.sounding_like(name, SAME_SOUND)]
            return heard or [way for way in in_cyrillic(word)[:_WAYS] if vocabulary.beginning(way)]
    return []


def authors_beginning(generation: Generation, text: str, limit: int) -> list[str]:
    """Names with a word that begins like each of these, the most frequent first."""
    typed = [word.encode() for word in words(text)]
    counts: Counter[bytes] = Counter()
    if typed:
        for segment in generation.segments:
            counts.update(_of_segment(segment, typed, limit))
    return [name.decode() for name, _ in counts.most_common(limit)]


def titles_beginning(
    generation: Generation, columns: Columns, text: str, limit: int
) -> list[tuple[str, int]]:
    """Each title once, with its best edition; the shorter of two that sell as well."""
    typed = " ".join(words(text))
    if not typed:
        return []
    begin_so = [
        segment.starts.beginning(key_of(typed)) + start
        for segment, start in zip(generation.segments, generation.starts, strict=False)
    ]
    if len(typed.encode()) > WIDTH:  # they begin alike so far as a key goes
        begin_so = [_only(generation, documents, typed) for documents in begin_so]
    return _best_sold(generation, columns, begin_so, limit)


def titles_by(
    generation: Generation, columns: Columns, authors: Sequence[str], limit: int
) -> list[tuple[str, int]]:
    """By turns in each alphabet, first in that of the first author."""
    of_each = []
    for alphabet in dict.fromkeys(is_cyrillic(name.lower()) for name in authors):
        some = [name for name in authors if is_cyrillic(name.lower()) == alphabet]
        written = [generation.postings("author", name)[0] for name in some]
        of_each.append(_best_sold(generation, columns, written, limit))
    by_turns = chain.from_iterable(zip_longest(*of_each))
    return [title for title in by_turns if title][:limit]


def _best_sold(
    generation: Generation, columns: Columns, lists: Sequence[Documents], limit: int
) -> list[tuple[str, int]]:
    if not lists:
        return []
    documents = columns.on_sale(columns.likely_best(np.concatenate(lists), _LOOKED_AT))
    worth = appeal(columns, documents) - _A_LITTLE * generation.naming[documents]
    best = documents[least(-worth, _EDITIONS * limit)]
    return named_once(generation, best.tolist(), limit)


def named_once(
    generation: Generation, documents: Iterable[int], limit: int
) -> list[tuple[str, int]]:
    """Titles and ids of books, in the order of the documents."""
    first: dict[str, int] = {}
    for document in documents:
        title, book_id = generation.book(document)
        first.setdefault(title, book_id)
        if len(first) == limit:
            break
    return list(first.items())


def _only(generation: Generation, documents: Documents, typed: str) -> Documents:
    fitting = [begins(generation.book(document)[0], typed) for document in documents.tolist()]
    return np.asarray(documents[np.array(fitting, bool)])


def _of_segment(segment: Segment, typed: list[bytes], limit: int) -> dict[bytes, int]:
    authors = segment.fields["author"]
    likely = most_frequent(authors, segment.names.beginning(typed), _AMPLY * limit)
    return {authors.words[number]: authors.count(number) for number in likely}
