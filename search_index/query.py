"""Understands what was typed: what it may have meant, the likeliest reading first.

As it stands; with the last word unfinished; with words joined that were written apart; with the
keyboard switched; in the other alphabet; with slips of the finger undone; and at last whatever
comes nearest.
"""

from collections.abc import Iterator, Sequence

from search_index.language import run_together, words
from search_index.layouts import has_signs_among_letters, switched
from search_index.reading import (
    MOST_WORDS,
    Reading,
    all_known,
    as_corrected,
    reading_of,
    telling,
    units_of,
)
from search_index.repairing import repaired
from search_index.vocabulary import Vocabulary
from search_index.words_meant import Group, known
from search_index.words_meant import unfinished as _unfinished

# As much as any person types; what comes behind it is left out, and the answer says so.
LONGEST_QUESTION = 512
_FEW_WORDS = 3
_LONG_ENOUGH_TO_BEGIN = 3
_LONG_ENOUGH_TO_SWITCH_UNFINISHED = 4
_SCHOLARLY = str.maketrans({"č": "ch", "š": "sh", "ž": "zh", "ŝ": "shch", "û": "yu", "â": "ya"})


def readings(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """To be tried one after another until one finds something."""
    text = understood(text).lower()
    whole = typed_words(text)
    typed, title = telling(whole, vocabulary), run_together(whole)
    switched_ways = switched_words(text)
    for way in switched_ways if has_signs_among_letters(text) else ():
        if groups := all_known(way, vocabulary):
            yield as_corrected(reading_of(groups, run_together(way)))
    yield from _as_typed(typed, title, vocabulary)
    for way in switched_ways:
        yield from map(as_corrected, _as_switched(way, vocabulary))
    if (plain := text.translate(_SCHOLARLY)) != text:
        typed = telling(typed_words(plain), vocabulary)
        yield from _as_typed(typed, title, vocabulary)
    yield from repaired(text, typed, switched_ways, vocabulary)


def understood(text: str) -> str:
    return text[:LONGEST_QUESTION]


def is_too_long(text: str) -> bool:
    """So that some of it is left out."""
    return len(text) > LONGEST_QUESTION or len(words(text)) > MOST_WORDS


def typed_words(text: str) -> list[str]:
    return words(understood(text))[:MOST_WORDS]


def switched_words(text: str) -> list[list[str]]:
    """As they would be, had the keyboard been in its other layout."""
    return [typed_words(way) for way in switched(understood(text).lower())]


def roughly(text: str, vocabulary: Vocabulary) -> Reading:
    """Its rarest words as they stand: quickly answered, where there was no time for more."""
    typed = dict.fromkeys(typed_words(text))
    there = [word for word in typed if vocabulary.knows(word)]
    rarest = sorted(there, key=vocabulary.count)[:_FEW_WORDS]
    groups = tuple(Group(word, {word: 1.0}) for word in rarest)
    return Reading(groups, run_together(list(typed)), nearest=True, any_word=True)


def unfinished(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """For suggestions: the last word may be whole, and may be the beginning of any other."""
    typed = list(dict.fromkeys(typed_words(text)))
    groups = [known(word, vocabulary) for word in typed[:-1]]
    if typed and (ending := _unfinished(typed[-1], vocabulary)):
        yield Reading((*(group for group in groups if group), ending), nearest=None in groups)


def _as_typed(typed: Sequence[str], title: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    units = units_of(typed, vocabulary)
    groups = [group for group in units if isinstance(group, Group)]
    if len(groups) == len(units):
        yield reading_of(groups, title)
    elif title:
        yield Reading((), title)
    rest_is_known = all(isinstance(unit, Group) for unit in units[:-1])
    if typed and rest_is_known and (ending := _unfinished(typed[-1], vocabulary)):
        yield reading_of([*groups[: len(units) - 1], ending])
    for joined in _joined(typed, vocabulary):
        if groups := all_known(joined, vocabulary):
            yield reading_of(groups, corrected=True)
    if len(units) > 1 and (groups := _each_unfinished(units, vocabulary)):
        yield reading_of(groups)


def _as_switched(way: Sequence[str], vocabulary: Vocabulary) -> Iterator[Reading]:
    """A few letters of another layout begin too many words to be believed."""
    typed = telling(way, vocabulary)
    for reading in _as_typed(typed, run_together(way), vocabulary):
        begun = [group.word for group in reading.groups if group.unfinished]
        if all(len(word) >= _LONG_ENOUGH_TO_SWITCH_UNFINISHED for word in begun):
            yield reading


def _joined(typed: Sequence[str], vocabulary: Vocabulary) -> Iterator[list[str]]:
    """With two or three neighbours as one word that some book has."""
    for size in (2, 3):
        for at in range(len(typed) - size + 1):
            whole = "".join(typed[at : at + size])
            if vocabulary.count_spelt(whole):
                yield [*typed[:at], whole, *typed[at + size :]]


def _each_unfinished(units: Sequence[Group | str], vocabulary: Vocabulary) -> list[Group]:
    """ "dostoev prest": every word that no book has may be the beginning of one."""
    groups = []
    for unit in units:
        group = _unfinished(unit, vocabulary) if isinstance(unit, str) else unit
        if group is None or len(group.word) < _LONG_ENOUGH_TO_BEGIN:
            return []
        groups.append(group)
    return groups
