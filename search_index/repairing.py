"""What a question may have meant whose words are not all in one book: slips are undone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from search_index.language import words
from search_index.layouts import switched
from search_index.reading import (
    MOST_WORDS,
    Reading,
    all_known,
    helps,
    reading_of,
    telling,
    units_of,
)
from search_index.vocabulary import Vocabulary
from search_index.words_meant import (
    LIKELY,
    PERHAPS,
    SURELY,
    Group,
    by_ear,
    in_other_alphabet,
    instead,
    mended,
    unfinished,
)

_LONG_ENOUGH_TO_SWITCH = 3
_LIKELIEST = 3  # words: whether they are surnames is worth looking


def repaired(
    text: str,
    typed: Sequence[str],
    switched_ways: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
) -> Iterator[Reading]:
    """All in the other alphabet; every word as it is or mended; the same with the keyboard
    switched; all by ear; and then whatever has any of them.
    """
    doubt = LIKELY if _is_alone(typed) else PERHAPS
    if groups := _all_heard(typed, vocabulary, doubt):
        yield reading_of(groups, corrected=True)
    widened = _widened(units_of(typed, vocabulary), vocabulary)
    by_word = widened or _mended(text, typed, vocabulary, doubt)
    if [] not in by_word:
        yield reading_of(_each_once(by_word))
    for way in switched_ways:
        if groups := _switched_and_mended(telling(way, vocabulary), vocabulary):
            yield reading_of(groups, corrected=True)
    if len(typed) > 1 and (heard := _all_in_other_alphabet(typed, vocabulary, by_ear)):
        yield reading_of(heard, corrected=True)
    by_word = _mended(text, typed, vocabulary, LIKELY)
    nearest = replace(reading_of(_each_once(by_word)), nearest=True)
    if nearest.groups:
        if [] in by_word:
            yield nearest
        yield replace(nearest, any_word=True)


def _all_heard(typed: Sequence[str], vocabulary: Vocabulary, doubt: float = SURELY) -> list[Group]:
    return _all_in_other_alphabet(typed, vocabulary, partial(in_other_alphabet, doubt=doubt))


def _is_alone(typed: Sequence[str]) -> bool:
    """No other word bears out what this one may have meant."""
    return sum(not helps(word) for word in typed) < 2


def _mended(
    text: str, typed: Sequence[str], vocabulary: Vocabulary, doubt: float
) -> list[list[Group]]:
    """Of what is beyond repair, nothing."""
    chunks = {word: chunk for chunk in text.split() for word in words(chunk)}
    return [
        [unit]
        if isinstance(unit, Group)
        else _switched_chunk(chunks.get(unit, unit), vocabulary, all_known)
        or mended(unit, vocabulary, doubt)
        or _switched_chunk(chunks.get(unit, unit), vocabulary, _all_heard)
        or _last_unfinished(unit, typed, vocabulary)
        for unit in units_of(typed, vocabulary)
    ]


def _last_unfinished(word: str, typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    ending = unfinished(word, vocabulary) if word == typed[-1] else None
    return [ending] if ending else []


def _switched_chunk(
    chunk: str,
    vocabulary: Vocabulary,
    all_understood: Callable[[Sequence[str], Vocabulary], list[Group]],
) -> list[Group]:
    """What the keyboard was in the wrong layout for, while it was right for other words."""
    for way in switched(chunk):
        whole = words(way)
        if min(map(len, whole), default=0) < _LONG_ENOUGH_TO_SWITCH:
            continue
        if groups := all_understood(whole, vocabulary):
            return [replace(group, corrected=True) for group in groups]
    return []


def _switched_and_mended(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """Empty when any word is beyond repair."""
    if groups := _all_heard(typed, vocabulary):
        return groups
    by_word = [
        [unit] if isinstance(unit, Group) else mended(unit, vocabulary, SURELY)
        for unit in units_of(typed, vocabulary)
    ]
    return [] if [] in by_word else _each_once(by_word)


def _all_in_other_alphabet(
    typed: Sequence[str], vocabulary: Vocabulary, alike_to: Callable[[str, Vocabulary], list[str]]
) -> list[Group]:
    """Numbers are the same in both. Empty when any word has no likeness there."""
    groups = []
    for word in typed:
        if word.isdigit() and vocabulary.knows(word):
            groups.append(Group(word, {word: 1.0}))
        elif alike := alike_to(word, vocabulary):
            surnames = (name for way in alike[:_LIKELIEST] for name in vocabulary.surnames(way))
            groups.append(replace(instead(alike), surnames=frozenset(surnames)))
        else:
            return []
    return groups


def _widened(units: Sequence[Group | str], vocabulary: Vocabulary) -> list[list[Group]]:
    """Every word exists, and yet no book has them all: one may be a slip that is a word too."""
    groups = [unit for unit in units if isinstance(unit, Group)]
    if len(groups) < len(units):
        return []
    return [
        [replace(group, forms=instead([], near).forms | group.forms)]
        if (near := vocabulary.near(group.word, 1))
        else [group]
        for group in groups
    ]


def _each_once(by_word: Sequence[Sequence[Group]]) -> list[Group]:
    each = {group.word: group for groups in by_word for group in groups}
    return list(each.values())[:MOST_WORDS]
