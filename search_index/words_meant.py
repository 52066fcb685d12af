"""What one word of a question may have meant, when no book has it as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from search_index.language import is_letter
from search_index.numbers import Number
from search_index.sounds import consonants, in_cyrillic
from search_index.vocabulary import Vocabulary

_ANY_NUMBER = 0.6  # where there is a part that has it
_BEGINS_SO, _SOUNDS_SO, _NEAR_IT = 0.6, 0.5, 0.8
_LIKELIER = 0.93  # than the one that comes before
# How far apart two words sound, as a share of the word.
SAME_SOUND, _NEARLY_SAME_SOUND, _LIKE_SOUND = 0.1, 0.22, 0.27
LONG_ENOUGH_TO_HEAR = 5
_LONG_ENOUGH_TO_SOUND_LIKE = 3
_LONG_ENOUGH_TO_MISHEAR = 6
_AMPLE_BONES = 4  # consonants: words that have fewer sound alike by chance
# The share of a word that may be wrong: where the layout is in doubt too; where it stands alone;
# and where other words bear it out.
SURELY, LIKELY, PERHAPS = 0.17, 0.25, 0.4
_LONG_ENOUGH_TO_TELL = 7
_LONGEST_RUN, _MOST_PARTS = 40, 6
_SHORTEST_PART = 3  # shorter ones are common words, or nothing


@dataclass(frozen=True)
class Group:
    """One word of the question: a book should have it in one of these forms."""

    word: str
    forms: dict[str, float]  # and how surely each was meant, from 0 to 1
    required: bool = True
    corrected: bool = False
    unfinished: bool = False
    surnames: frozenset[str] = frozenset()  # of authors, who may be meant


def known(word: str, vocabulary: Vocabulary) -> Group | None:
    surnames = set(vocabulary.surnames(word))
    forms = dict.fromkeys(surnames, 1.0)
    if vocabulary.knows(word):
        forms[word] = 1.0
        if len(word) >= LONG_ENOUGH_TO_HEAR:
            for other in vocabulary.sounding_like(word, SAME_SOUND):
                forms[other] = _SOUNDS_SO
                surnames.update(vocabulary.surnames(other))
    return Group(word, forms, surnames=frozenset(surnames & forms.keys())) if forms else None


def as_number(words: Sequence[str], number: Number, vocabulary: Vocabulary) -> Group | None:
    """In digits, as a part of a series, and as it was said."""
    said = words[number.start : number.end]
    ways = [str(number.value), f"#{number.value}", *(said if len(said) == 1 else ())]
    forms = {way: 1.0 for way in ways if vocabulary.knows(way)}
    if ways[1] in forms and ways[0] in forms:
        forms[ways[0]] = _ANY_NUMBER
    return Group(" ".join(said), forms) if forms else None


def around_letter(
    words: Sequence[str], first: Number, last: Number, vocabulary: Vocabulary
) -> Group | None:
    """ "one q eighty four" is 1Q84, if that is a word of some book."""
    whole = f"{first.value}{words[first.end]}{last.value}"
    if not (is_letter(words[first.end]) and vocabulary.count_spelt(whole)):
        return None
    return Group(" ".join(words[first.start : last.end]), {whole: 1.0}, corrected=True)


def unfinished(word: str, vocabulary: Vocabulary) -> Group | None:
    """It may be whole, or mistyped, or the beginning of any other."""
    forms = dict.fromkeys(vocabulary.beginning(word), _BEGINS_SO)
    if not forms:
        return None
    if not vocabulary.knows(word):
        forms |= _weighed(vocabulary.near(word, 1))
    return Group(word, forms, unfinished=True)


def by_ear(word: str, vocabulary: Vocabulary) -> list[str]:
    """Words of the other alphabet; it need not sound just like them, if others beside it do too."""
    spelt = [way for way in in_cyrillic(word) if vocabulary.knows(way)]
    return list(dict.fromkeys([*spelt, *vocabulary.sounding_like(word, _LIKE_SOUND)]))


def in_other_alphabet(word: str, vocabulary: Vocabulary, doubt: float) -> list[str]:
    """The nearer to a word of its own alphabet, the more it must sound like one of the other."""
    spelt = [way for way in in_cyrillic(word) if vocabulary.knows(way)]
    if len(word) < _LONG_ENOUGH_TO_SOUND_LIKE and doubt <= LIKELY:
        return spelt
    if not _near(word, 1, vocabulary, doubt):
        closeness = _closeness(word, doubt)
    else:
        surely_a_slip = len(word) >= _LONG_ENOUGH_TO_TELL
        closeness = 0.0 if surely_a_slip else SAME_SOUND
    return list(dict.fromkeys([*spelt, *vocabulary.sounding_like(word, closeness)]))


def _closeness(word: str, doubt: float) -> float:
    if doubt <= SURELY:
        return 0.0
    if doubt > LIKELY or consonants(word) >= _AMPLE_BONES:
        return _LIKE_SOUND
    return _NEARLY_SAME_SOUND if len(word) >= _LONG_ENOUGH_TO_MISHEAR else SAME_SOUND


def mended(word: str, vocabulary: Vocabulary, doubt: float) -> list[Group]:
    """What became of it, which may be several words; nothing, if it is beyond repair."""
    if any(letter.isdigit() for letter in word):
        return []  # another number is another book
    heard = [*in_other_alphabet(word, vocabulary, doubt), *_sounding_same(word, vocabulary)]
    near = _near(word, 1, vocabulary, doubt)
    if heard or near:
        return [instead(heard, near)]
    if parts := run_apart(word, vocabulary):
        return [Group(part, {part: 1.0}, corrected=True) for part in parts]
    if alike := _near(word, 2, vocabulary, doubt):
        return [instead([], alike)]
    return []


def _sounding_same(word: str, vocabulary: Vocabulary) -> list[str]:
    return vocabulary.sounding_same(word) if len(word) >= LONG_ENOUGH_TO_HEAR else []


def _near(word: str, edits: int, vocabulary: Vocabulary, doubt: float) -> list[str]:
    return vocabulary.near(word, edits) if edits <= doubt * len(word) else []


def instead(heard: Sequence[str], near: Sequence[str] = ()) -> Group:
    """Words that sound alike, the likest first, and words that are spelt alike."""
    forms = _weighed(near) | {word: _NEAR_IT / (1 + place / 2) for place, word in enumerate(heard)}
    return Group([*heard, *near][0], forms, corrected=True)


def _weighed(near: Sequence[str]) -> dict[str, float]:
    """The frequent ones come first, but a rare one may have been meant as well."""
    return {word: _NEAR_IT * _LIKELIER**place for place, word in enumerate(near)}


def run_apart(word: str, vocabulary: Vocabulary) -> list[str]:
    """ "thehungergames" -> the, hunger, games; "kapitanskayadochka" too, in its own alphabet"""
    for way in (word, *in_cyrillic(word)):
        if parts := _run_apart(way, vocabulary):
            return parts
    return []


def _run_apart(word: str, vocabulary: Vocabulary) -> list[str]:
    """Into the fewest words there are; of as few, those whose rarest is the most frequent."""
    if not 2 * _SHORTEST_PART - 1 <= len(word) <= _LONGEST_RUN:
        return []
    best: list[tuple[int, int, list[str]] | None] = [(0, 0, [])]
    for end in range(1, len(word) + 1):
        ways = []
        for start in range(end):
            before, part = best[start], word[start:end]
            if before is None or before[0] == _MOST_PARTS or end - start == len(word):
                continue
            if count := _count_of_part(part, vocabulary):
                rarest = max(before[1], -count) if before[2] else -count
                ways.append((before[0] + 1, rarest, [*before[2], part]))
        best.append(min(ways, default=None))
    parts = best[-1][2] if best[-1] else []
    return parts if any(len(part) >= _SHORTEST_PART for part in parts) else []


def _count_of_part(part: str, vocabulary: Vocabulary) -> int:
    if len(part) < _SHORTEST_PART and part not in _SHORT_PARTS:
        return 0
    return vocabulary.count_spelt(part)


# fmt: off
_SHORT_PARTS = frozenset((
    "a", "an", "at", "by", "go", "he", "i", "in", "is", "it", "me", "my", "no", "of", "on", "or",
    "so", "to", "up", "us", "we",
    "al", "da", "de", "di", "du", "el", "la", "le",
    "в", "во", "вы", "да", "до", "ее", "ей", "за", "и", "из", "их", "к", "ко", "мы", "на", "не",
    "ни", "но", "о", "об", "он", "от", "по", "с", "со", "то", "ты", "у", "я",
))
# fmt: on
