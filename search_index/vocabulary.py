"""The words of the books themselves: which are known, and which are near to one that is not."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy

import numpy as np

from search_index import surnames
from search_index.generation import Generation
from search_index.language import is_cyrillic, stem
from search_index.patience import Patience
from search_index.postings import most_frequent
from search_index.sounds import heard, skeletons, unlikeness
from search_index.spelling import LONGEST, letters_of, slips

_MOST_NEAR, _SHORT, _MOST_NEAR_SHORT = 8, 4, 20
_MOST_ALIKE = 20
_MOST_NAMED = 20
_MOST_KEPT = 5_000
_MOST_ENDINGS = 30
_HARDLY_LESS_ALIKE = 0.15
_SHORTEST_MISSPELT = 3
_SHORTEST_TWICE_MISSPELT = 5


class Vocabulary:
    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._patience: Patience | None = None
        self._kept: dict[tuple[object, ...], list[str]] = {}

    def as_long_as(self, patience: Patience) -> "Vocabulary":
        """The same, but it looks for other words only while there is time."""
        hurried = copy(self)
        hurried._patience = patience
        return hurried

    def knows(self, word: str) -> bool:
        return self.count(word) > 0

    def count(self, word: str) -> int:
        """How many books have it, in any form."""
        of_books = self._generation.frequency
        return of_books("words", stem(word)) or of_books("prose", stem(word))

    def count_spelt(self, word: str) -> int:
        """How many books have it in just this form."""
        return self._generation.frequency("spelt", word)

    def beginning(self, prefix: str) -> list[str]:
        """Words that begin so, the most frequent first."""
        return self._looked_up("beginning", lambda: self._beginning(prefix), prefix)

    def near(self, word: str, edits: int) -> list[str]:
        """Words that so many slips of the finger would turn into this one; frequent ones first."""
        return self._looked_up("near", lambda: self._near(word, edits), word, edits)

    def sounding_like(self, word: str, closeness: float) -> list[str]:
        """Words in the other alphabet that sound like it, the likest first.

        `closeness` is how far apart they may be, as a share of the word.
        """
        return self._looked_up(
            "sounding", lambda: self._sounding_like(word, closeness), word, closeness
        )

    def surnames(self, word: str) -> list[str]:
        """Of authors: the word is one of them, in any case."""
        return self._looked_up("surnames", lambda: self._surnames(word), word)

    def sounding_same(self, word: str) -> list[str]:
        """Other words in its own alphabet that sound just like it."""
        return self._looked_up("same", lambda: self._sounding_same(word), word)

    def _looked_up(self, what: str, look: Callable[[], list[str]], *key: object) -> list[str]:
        """What was looked up once is there at once, and needs no patience."""
        found = self._kept.get((what, *key))
        if found is None:
            if self._patience is not None and self._patience.is_short():
                return []
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[what, *key] = look()
        return found

    def _beginning(self, prefix: str) -> list[str]:
        counts: Counter[bytes] = Counter()
        for segment in self._generation.segments:
            field = segment.fields["spelt"]
            found = field.words.beginning(prefix.encode("utf-8", "surrogatepass"))
            numbers = most_frequent(field, np.arange(found.start, found.stop), 2 * _MOST_ENDINGS)
            counts.update({field.words[number]: field.count(number) for number in numbers})
        return [word.decode() for word, _ in counts.most_common(_MOST_ENDINGS)]

    def _near(self, word: str, edits: int) -> list[str]:
        shortest = _SHORTEST_MISSPELT if edits == 1 else _SHORTEST_TWICE_MISSPELT
        (letters,), (length,) = letters_of([word])
        if not shortest <= length <= LONGEST:
            return []
        counts: Counter[bytes] = Counter()
        for segment in self._generation.segments:
            likely = segment.spelling.likely(letters, int(length), edits)
            apart = slips(letters[:length], likely.letters, likely.lengths, edits)
            field = segment.fields["spelt"]
            for number in likely.numbers[(apart > 0) & (apart <= edits)].tolist():
                counts[field.words[number]] += field.count(number)
        best = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
        most = _MOST_NEAR if length > _SHORT else _MOST_NEAR_SHORT
        return [found.decode() for found, _ in best[:most]]

    def _sounding_like(self, word: str, closeness: float) -> list[str]:
        alike = sorted(
            (unlikeness(word, other), -self.count(other), other)
            for other in self._alike(word)
            if is_cyrillic(other) != is_cyrillic(word)
        )
        limit = min(closeness, alike[0][0] + _HARDLY_LESS_ALIKE) if alike else 0.0
        return [other for apart, _, other in alike if apart <= limit][:_MOST_ALIKE]

    def _sounding_same(self, word: str) -> list[str]:
        ways = set(heard(word))
        same = [
            other
            for other in self._alike(word) - {word}
            if is_cyrillic(other) == is_cyrillic(word) and ways.intersection(heard(other))
        ]
        return sorted(same, key=lambda other: (-self.count(other), other))[:_MOST_ALIKE]

    def _surnames(self, word: str) -> list[str]:
        may_be = list(dict.fromkeys(surnames.may_be(word)))
        named = self._named(may_be)
        return [each for each in may_be if surnames.is_of_any(each, named.get(each, ()))]

    def _named(self, some: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Some of the authors with each of these words in their names."""
        return {word: list(self._having(word)) for word in some if self.count_spelt(word)}

    def _having(self, word: str) -> Iterator[str]:
        for segment in self._generation.segments:
            yield from segment.names.having(word.encode(), _MOST_NAMED)

    def _alike(self, word: str) -> set[str]:
        """Words that share a skeleton with it."""
        return {
            sounds[number].decode().partition("=")[2]
            for bones in skeletons(word)
            for sounds in (segment.spelling.sounds for segment in self._generation.segments)
            for number in sounds.beginning(f"{bones}=".encode())
        }
