"""Understands what was typed: what it may have meant, the likeliest reading first.

As it stands; with the keyboard switched; in the other alphabet; with slips of the finger undone;
without a word that no book has beside the others; and at last whatever comes nearest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search_index.language import COMMON_WORDS, LONGEST_TEXT, words
from search_index.vocabulary import Vocabulary

_MOST_WORDS = 16
_BEGINS_SO, _SOUNDS_SO, _NEAR_IT = 0.6, 0.5, 0.8
_SAME_SOUND, _LIKE_SOUND = 0.1, 0.27  # how far apart, as a share of the word
_LONG_ENOUGH_TO_HEAR = 5
_LONG_ENOUGH_TO_TELL = 7

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SWITCHES = (
    str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS),
    str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS),
)


@dataclass(frozen=True)
class Group:
    """One word of the question: a book should have it in one of these forms."""

    word: str
    forms: dict[str, float]  # and how surely each was meant, from 0 to 1
    required: bool = True
    corrected: bool = False
    unfinished: bool = False


@dataclass(frozen=True)
class Reading:
    groups: tuple[Group, ...]
    nearest: bool = False  # it asks for less than the customer did
    any_word: bool = False

    @property
    def corrected(self) -> bool:
        return any(group.corrected for group in self.groups)


def readings(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """To be tried one after another until one finds something."""
    text = text[:LONGEST_TEXT].lower()
    typed = _telling(words(text), vocabulary)
    as_it_stands = _all_known(typed, vocabulary)
    if as_it_stands:
        yield _reading(as_it_stands)
    for switched in (text.translate(switch) for switch in _SWITCHES):
        if switched != text and (groups := _all_known(words(switched), vocabulary)):
            yield _reading(groups, corrected=True)
    if groups := _all_in_other_alphabet(typed, vocabulary):
        yield _reading(groups, corrected=True)
    by_word = _widened(as_it_stands, vocabulary) or _repaired(text, typed, vocabulary)
    if groups := _each_once(by_word):
        yield replace(_reading(groups), nearest=[] in by_word)
        yield from _with_less(groups, vocabulary)


def unfinished(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """For suggestions: the last word may be whole, and may be the beginning of any other."""
    typed = list(dict.fromkeys(words(text)))[:_MOST_WORDS]
    groups = [_known(word, vocabulary) for word in typed[:-1]]
    if typed and (ending := _beginning(typed[-1], vocabulary)):
        yield Reading((*(group for group in groups if group), ending), nearest=None in groups)


def _telling(typed: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Each word once; a common word that no book has says nothing."""
    each = list(dict.fromkeys(typed))[:_MOST_WORDS]
    return [word for word in each if word not in COMMON_WORDS or vocabulary.knows(word)] or each


def _reading(groups: Sequence[Group], corrected: bool = False) -> Reading:
    """Common words only help to rank, unless there are no others."""
    telling = any(group.word not in COMMON_WORDS for group in groups)
    return Reading(
        tuple(
            replace(
                group,
                required=not (telling and group.word in COMMON_WORDS),
                corrected=group.corrected or corrected,
            )
            for group in groups
        )
    )


def _all_known(
    typed: Sequence[str], vocabulary: Vocabulary, last: str | None = None
) -> list[Group]:
    """The last word may be unfinished. Empty when any word is unknown."""
    typed = _telling(typed, vocabulary)
    last = last or (typed[-1] if typed else "")
    groups = [_known(word, vocabulary, maybe_cut=word == last) for word in typed]
    known = [group for group in groups if group]
    return known if len(known) == len(typed) else []


def _known(word: str, vocabulary: Vocabulary, maybe_cut: bool = False) -> Group | None:
    if vocabulary.knows(word):
        forms = {word: 1.0}
        if len(word) >= _LONG_ENOUGH_TO_HEAR:
            for other in vocabulary.sounding_like(word, _SAME_SOUND):
                forms[other] = _SOUNDS_SO
        return Group(word, forms)
    return _beginning(word, vocabulary) if maybe_cut and len(word) > 1 else None


def _beginning(word: str, vocabulary: Vocabulary) -> Group | None:
    whole = vocabulary.beginning(word)
    return Group(word, dict.fromkeys(whole, _BEGINS_SO), unfinished=True) if whole else None


def _all_in_other_alphabet(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """Numbers are the same in both. Empty when any word has no likeness there."""
    groups = []
    for word in typed:
        if word.isdigit() and vocabulary.knows(word):
            groups.append(Group(word, {word: 1.0}))
        elif alike := _in_other_alphabet(word, vocabulary):
            groups.append(_instead(alike))
        else:
            return []
    return groups


def _in_other_alphabet(word: str, vocabulary: Vocabulary) -> list[str]:
    """The nearer to a word of its own alphabet, the more it must sound like one of the other."""
    if not vocabulary.near(word, 1):
        return vocabulary.sounding_like(word, _LIKE_SOUND)
    surely_a_slip = len(word) >= _LONG_ENOUGH_TO_TELL
    return vocabulary.sounding_like(word, 0.0 if surely_a_slip else _SAME_SOUND)


def _repaired(text: str, typed: Sequence[str], vocabulary: Vocabulary) -> list[list[Group]]:
    """What became of each part of the text; of what is beyond repair, nothing."""
    repaired: list[list[Group]] = []
    for chunk in text.split()[:_MOST_WORDS]:
        of_chunk = [word for word in words(chunk) if word in typed]
        if not of_chunk:
            continue
        if groups := _all_known(of_chunk, vocabulary, typed[-1]) or _switched(chunk, vocabulary):
            repaired.append(groups)
        else:
            repaired += [_mended(word, vocabulary) for word in of_chunk]
    return repaired


def _switched(chunk: str, vocabulary: Vocabulary) -> list[Group]:
    for switched in (chunk.translate(switch) for switch in _SWITCHES):
        if switched != chunk and (groups := _all_known(words(switched), vocabulary)):
            return [replace(group, corrected=True) for group in groups]
    return []


def _mended(word: str, vocabulary: Vocabulary) -> list[Group]:
    if group := _known(word, vocabulary):
        return [group]
    if any(letter.isdigit() for letter in word):
        return []  # another number is another book
    if alike := [*_in_other_alphabet(word, vocabulary), *vocabulary.near(word, 1)]:
        return [_instead(alike)]
    if parts := _run_together(word, vocabulary):
        return [Group(part, {part: 1.0}, corrected=True) for part in parts]
    if alike := vocabulary.near(word, 2):
        return [_instead(alike)]
    return []


def _instead(alike: Sequence[str]) -> Group:
    """The first is the likeliest; the others weigh less and less."""
    forms = {word: _NEAR_IT / (1 + place / 2) for place, word in enumerate(alike)}
    return Group(alike[0], forms, corrected=True)


def _run_together(word: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """ "harrypotter" -> harry, potter"""
    cuts = [(word[:at], word[at:]) for at in range(2, min(len(word), 40) - 1)]
    known = [cut for cut in cuts if all(vocabulary.knows(part) for part in cut)]
    return max(known, key=lambda cut: min(map(vocabulary.count, cut)), default=None)


def _widened(groups: Sequence[Group], vocabulary: Vocabulary) -> list[list[Group]]:
    """Every word exists, and yet no book has them all: one may be a slip that is a word too."""
    return [
        [replace(group, forms=_instead(near).forms | group.forms)]
        if (near := vocabulary.near(group.word, 1))
        else [group]
        for group in groups
    ]


def _each_once(by_word: Sequence[Sequence[Group]]) -> list[Group]:
    each = {group.word: group for groups in by_word for group in groups}
    return list(each.values())[:_MOST_WORDS]


def _with_less(groups: Sequence[Group], vocabulary: Vocabulary) -> Iterator[Reading]:
    """Without one word, the rarest first; then anything that has any of them."""
    if len(groups) > 1:
        for rarest in sorted(groups, key=lambda group: vocabulary.count(group.word)):
            rest = [group for group in groups if group is not rarest]
            yield replace(_reading(rest), nearest=True)
        yield replace(_reading(groups), nearest=True, any_word=True)
