"""Understands what was typed: what it may have meant, the likeliest reading first.

As it stands; with the last word unfinished; with words joined that were written apart; with the
keyboard switched; in the other alphabet; with slips of the finger undone; and at last whatever
comes nearest.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from search_index.language import COMMON_WORDS, SHOP_TALK, is_letter, run_together, words
from search_index.numbers import PARTS, Number, numbers
from search_index.vocabulary import Vocabulary
from search_index.words_meant import (
    Group,
    as_number,
    by_ear,
    in_other_alphabet,
    instead,
    known,
    mended,
)
from search_index.words_meant import unfinished as _unfinished

# As much as any person types; what comes behind it is left out, and the answer says so.
LONGEST_QUESTION, MOST_WORDS = 512, 64
_FEW_WORDS = 3
_LONG_ENOUGH_TO_BEGIN = 3
_LONG_ENOUGH_TO_SWITCH = 3

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_OTHER_SIGNS, _THEIR_KEYS = '~{}:"<>/?', "ёхъжэбю.,"
_SWITCHES = (
    str.maketrans(_LATIN_KEYS + _OTHER_SIGNS, _CYRILLIC_KEYS + _THEIR_KEYS),
    str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS),
)
# Such signs stand beside letters where the keyboard has letters of the other alphabet: "[kt,".
_LETTERS_TOO = re.compile(r"[a-z][/\[\]{}<>;]|[\[\];'`,./<>{}:\"~][a-z]")
_SCHOLARLY = str.maketrans({"č": "ch", "š": "sh", "ž": "zh", "ŝ": "shch", "û": "yu", "â": "ya"})


@dataclass(frozen=True)
class Reading:
    groups: tuple[Group, ...]
    title: str = ""  # the whole of it run together, in case it is a title
    nearest: bool = False  # it asks for less than the customer did
    any_word: bool = False

    @property
    def corrected(self) -> bool:
        return any(group.corrected for group in self.groups)


def readings(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """To be tried one after another until one finds something."""
    text = understood(text).lower()
    whole = typed_words(text)
    typed, title = _telling(whole, vocabulary), run_together(whole)
    switched_ways = switched_words(text)
    for switched in switched_ways if _LETTERS_TOO.search(text) else ():
        if groups := _all_known(switched, vocabulary):
            yield _corrected(_reading(groups, run_together(switched)))
    yield from _as_typed(typed, title, vocabulary)
    for switched in switched_ways:
        telling = _telling(switched, vocabulary)
        for reading in _as_typed(telling, run_together(switched), vocabulary):
            yield _corrected(reading)
    if (plain := text.translate(_SCHOLARLY)) != text:
        typed = _telling(typed_words(plain), vocabulary)
        yield from _as_typed(typed, title, vocabulary)
    if groups := _all_in_other_alphabet(typed, vocabulary, in_other_alphabet):
        yield _reading(groups, corrected=True)
    yield from _repaired(text, typed, vocabulary)


def understood(text: str) -> str:
    return text[:LONGEST_QUESTION]


def is_too_long(text: str) -> bool:
    """So that some of it is left out."""
    return len(text) > LONGEST_QUESTION or len(words(text)) > MOST_WORDS


def typed_words(text: str) -> list[str]:
    return words(understood(text))[:MOST_WORDS]


def switched_words(text: str) -> list[list[str]]:
    """As they would be, had the keyboard been in its other layout."""
    return [typed_words(way) for way in _switched(understood(text).lower())]


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
    units = _units(typed, vocabulary)
    groups = [group for group in units if isinstance(group, Group)]
    if len(groups) == len(units):
        yield _reading(groups, title)
    elif title:
        yield Reading((), title)
    rest_is_known = all(isinstance(unit, Group) for unit in units[:-1])
    if typed and rest_is_known and (ending := _unfinished(typed[-1], vocabulary)):
        yield _reading([*groups[: len(units) - 1], ending])
    for joined in _joined(typed, vocabulary):
        if groups := _all_known(joined, vocabulary):
            yield _reading(groups, corrected=True)
    if len(units) > 1 and (groups := _each_unfinished(units, vocabulary)):
        yield _reading(groups)


def _telling(typed: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """A common word that no book has says nothing."""
    common = COMMON_WORDS | SHOP_TALK
    telling = [word for word in typed if word not in common or vocabulary.knows(word)]
    return telling or list(typed)


def _units(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group | str]:
    """Words and numbers, each once; one that no book has stays a word."""
    units: dict[str, Group | str] = {}
    said = {number.start: number for number in numbers(typed)}
    at = 0
    while at < len(typed):
        group, end = _unit(typed, at, said.get(at), vocabulary)
        word = " ".join(typed[at:end])
        units.setdefault(word, group or word)
        at = end
    return list(units.values())


def _unit(
    typed: Sequence[str], at: int, number: Number | None, vocabulary: Vocabulary
) -> tuple[Group | None, int]:
    if number and (group := as_number(typed, number, vocabulary)):
        return group, number.end
    return known(typed[at], vocabulary), at + 1


def _all_known(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """Empty when any word is unknown."""
    units = _units(typed, vocabulary)
    groups = [unit for unit in units if isinstance(unit, Group)]
    return groups if len(groups) == len(units) else []


def _corrected(reading: Reading) -> Reading:
    return replace(
        reading, groups=tuple(replace(group, corrected=True) for group in reading.groups)
    )


def _reading(groups: Sequence[Group], title: str = "", corrected: bool = False) -> Reading:
    """Some words only help to rank, unless there are no others.

    A letter is an initial, more often than not, and the catalogue may have left it out.
    """
    optional = COMMON_WORDS | SHOP_TALK
    if any("#" in form for group in groups for form in group.forms):
        optional |= PARTS
    helping = [is_letter(group.word) or group.word in optional for group in groups]
    telling = not all(helping)
    return Reading(
        tuple(
            replace(
                group,
                required=not (telling and helps),
                corrected=group.corrected or corrected,
            )
            for group, helps in zip(groups, helping, strict=True)
        ),
        title,
    )


def _joined(typed: Sequence[str], vocabulary: Vocabulary) -> Iterator[list[str]]:
    """With two or three neighbours as one word that some book has."""
    for size in (2, 3):
        for at in range(len(typed) - size + 1):
            whole = "".join(typed[at : at + size])
            if vocabulary.count_spelt(whole):
                yield [*typed[:at], whole, *typed[at + size :]]


def _switched(text: str) -> list[str]:
    return [way for way in (text.translate(switch) for switch in _SWITCHES) if way != text]


def _each_unfinished(units: Sequence[Group | str], vocabulary: Vocabulary) -> list[Group]:
    """ "dostoev prest": every word that no book has may be the beginning of one."""
    groups = []
    for unit in units:
        group = _unfinished(unit, vocabulary) if isinstance(unit, str) else unit
        if group is None or len(group.word) < _LONG_ENOUGH_TO_BEGIN:
            return []
        groups.append(group)
    return groups


def _all_in_other_alphabet(
    typed: Sequence[str], vocabulary: Vocabulary, alike_to: Callable[[str, Vocabulary], list[str]]
) -> list[Group]:
    """Numbers are the same in both. Empty when any word has no likeness there."""
    groups = []
    for word in typed:
        if word.isdigit() and vocabulary.knows(word):
            groups.append(Group(word, {word: 1.0}))
        elif alike := alike_to(word, vocabulary):
            groups.append(instead(alike))
        else:
            return []
    return groups


def _repaired(text: str, typed: Sequence[str], vocabulary: Vocabulary) -> Iterator[Reading]:
    """Every word as it is or mended; all by ear; and then whatever has any of them."""
    units = _units(typed, vocabulary)
    by_word = _widened(units, vocabulary) or _mended(text, typed, vocabulary)
    repaired = _reading(_each_once(by_word))
    beyond_repair = [] in by_word
    if not beyond_repair:
        yield repaired
    if len(typed) > 1 and (heard := _all_in_other_alphabet(typed, vocabulary, by_ear)):
        yield _reading(heard, corrected=True)
    if repaired.groups:
        if beyond_repair:
            yield replace(repaired, nearest=True)
        yield replace(repaired, nearest=True, any_word=True)


def _mended(text: str, typed: Sequence[str], vocabulary: Vocabulary) -> list[list[Group]]:
    """Of what is beyond repair, nothing."""
    switched = _switched_chunks(text, vocabulary)
    repaired: list[list[Group]] = []
    for unit in _units(typed, vocabulary):
        if isinstance(unit, Group):
            repaired.append([unit])
        elif unit in switched:
            repaired.append(switched[unit])
        else:
            repaired.append(mended(unit, vocabulary) or _last_unfinished(unit, typed, vocabulary))
    return repaired


def _last_unfinished(word: str, typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    ending = _unfinished(word, vocabulary) if word == typed[-1] else None
    return [ending] if ending else []


def _switched_chunks(text: str, vocabulary: Vocabulary) -> dict[str, list[Group]]:
    """Words that the keyboard was in the wrong layout for, while it was right for others."""
    found = {}
    for chunk in text.split():
        for switched in _switched(chunk):
            whole = words(switched)
            if min(map(len, whole), default=0) < _LONG_ENOUGH_TO_SWITCH:
                continue
            if groups := _all_known(whole, vocabulary):
                for word in words(chunk):
                    found[word] = [replace(group, corrected=True) for group in groups]
    return found


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
