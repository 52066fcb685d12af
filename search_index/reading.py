"""How a question may be read: the words that a book should have, each in one of its forms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search_index.language import is_letter, only_helps
from search_index.numbers import PARTS, Number, numbers
from search_index.vocabulary import Vocabulary
from search_index.words_meant import Group, around_letter, as_number, known

MOST_WORDS = 64  # as any person types; see LONGEST_QUESTION


@dataclass(frozen=True)
class Reading:
    groups: tuple[Group, ...]
    title: str = ""  # the whole of it run together, in case it is a title
    nearest: bool = False  # it asks for less than the customer did
    any_word: bool = False

    @property
    def corrected(self) -> bool:
        """And the rest of the question bears it out."""
        return not self.nearest and any(group.corrected for group in self.groups)


def reading_of(groups: Sequence[Group], title: str = "", corrected: bool = False) -> Reading:
    """Some words only help to rank, unless there are no others.

    A letter is an initial, more often than not, and the catalogue may have left it out.
    """
    has_part = any("#" in form for group in groups for form in group.forms)
    parts = PARTS if has_part else ()
    helping = [helps(group.word) or group.word in parts for group in groups]
    some_tell = not all(helping)
    return Reading(
        tuple(
            replace(
                group,
                required=not (some_tell and only_helping),
                corrected=group.corrected or corrected,
            )
            for group, only_helping in zip(groups, helping, strict=True)
        ),
        title,
    )


def as_corrected(reading: Reading) -> Reading:
    return replace(
        reading, groups=tuple(replace(group, corrected=True) for group in reading.groups)
    )


def telling(typed: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """A common word that no book has says nothing."""
    kept = [word for word in typed if not only_helps(word) or vocabulary.knows(word)]
    return kept or list(typed)


def helps(word: str) -> bool:
    return is_letter(word) or only_helps(word)


def all_known(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """Empty when any word is unknown."""
    units = units_of(typed, vocabulary)
    groups = [unit for unit in units if isinstance(unit, Group)]
    return groups if len(groups) == len(units) else []


def units_of(typed: Sequence[str], vocabulary: Vocabulary) -> list[Group | str]:
    """Words and numbers, each once; one that no book has stays a word."""
    units: dict[str, Group | str] = {}
    said = {number.start: number for number in numbers(typed)}
    at = 0
    while at < len(typed):
        group, end = _unit(typed, at, said, vocabulary)
        word = " ".join(typed[at:end])
        units.setdefault(word, group or word)
        at = end
    return list(units.values())


def _unit(
    typed: Sequence[str], at: int, said: dict[int, Number], vocabulary: Vocabulary
) -> tuple[Group | None, int]:
    number = said.get(at)
    last = number and said.get(number.end + 1)
    if number and last and (group := around_letter(typed, number, last, vocabulary)):
        return group, last.end
    if number and (group := as_number(typed, number, vocabulary)):
        return group, number.end
    return known(typed[at], vocabulary), at + 1
