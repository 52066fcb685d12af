"""The words of the books themselves: which are known, and which are near to one that is not."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from search_index.generation import Generation
from search_index.language import is_cyrillic, stem
from search_index.sounds import skeletons, unlikeness

_LONGEST = 20  # letters that are compared
_MOST_NEAR, _SHORT, _MOST_NEAR_SHORT = 8, 4, 20
_MOST_ALIKE = 20
_MOST_ENDINGS = 30
_HARDLY_LESS_ALIKE = 0.15
_SHORTEST_MISSPELT = 3
_SHORTEST_TWICE_MISSPELT = 5


class Vocabulary:
    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self.near = lru_cache(5_000)(self._near)
        self.sounding_like = lru_cache(5_000)(self._sounding_like)

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
        spelt = self._spelt
        first, last = np.searchsorted(spelt.words, [prefix, prefix + "\U0010ffff"])
        most = np.argsort(-spelt.counts[first:last], kind="stable")[:_MOST_ENDINGS]
        return [str(word) for word in spelt.words[first:last][most]]

    @cached_property
    def _spelt(self) -> "_Spelt":
        return _Spelt(self._generation.terms("spelt"))

    def _near(self, word: str, edits: int) -> list[str]:
        """Words that so many slips of the finger would turn into this one; frequent ones first."""
        shortest = _SHORTEST_MISSPELT if edits == 1 else _SHORTEST_TWICE_MISSPELT
        spelt = self._spelt
        if not shortest <= len(word) <= _LONGEST:
            return []
        letters = np.zeros(_LONGEST, np.uint32)
        letters[: len(word)] = [ord(letter) for letter in word]
        # One slip changes which letters there are by two at most, and the length by one.
        other_letters = np.bitwise_count(spelt.masks ^ _masks(letters[None, :]))
        likely = np.flatnonzero(
            (other_letters <= 2 * edits) & (abs(spelt.lengths - len(word)) <= edits)
        )
        if edits > 1:  # hardly anybody gets the first letter wrong and another one too
            likely = likely[spelt.letters[likely, 0] == letters[0]]
        apart = _slips(letters[: len(word)], spelt.letters[likely], spelt.lengths[likely])
        near = likely[(apart > 0) & (apart <= edits)]
        most = _MOST_NEAR if len(word) > _SHORT else _MOST_NEAR_SHORT
        best = near[np.argsort(-spelt.counts[near], kind="stable")][:most]
        return [str(found) for found in spelt.words[best]]

    def _sounding_like(self, word: str, closeness: float) -> list[str]:
        """Words in the other alphabet that sound like it, the likest first.

        `closeness` is how far apart they may be, as a share of the word.
        """
        alike = {
            term.partition("=")[2]
            for bones in skeletons(word)
            for term, _ in self._generation.terms("sound", f"{bones}=")
        }
        heard = sorted(
            (unlikeness(word, other), -self.count(other), other)
            for other in alike
            if is_cyrillic(other) != is_cyrillic(word)
        )
        limit = min(closeness, heard[0][0] + _HARDLY_LESS_ALIKE) if heard else 0.0
        return [other for apart, _, other in heard if apart <= limit][:_MOST_ALIKE]


class _Spelt:
    """All words as they are written, sorted, and what tells quickly that two are not near."""

    def __init__(self, terms: Iterable[tuple[str, int]]) -> None:
        counts: Counter[str] = Counter()
        for word, count in terms:
            counts[word[:_LONGEST]] += count
        self.words = np.array(sorted(counts), dtype=f"U{_LONGEST}")
        self.counts = np.array([counts[word] for word in sorted(counts)], np.int64)
        self.letters = self.words.view(np.uint32).reshape(len(self.words), _LONGEST)
        self.lengths = np.strings.str_len(self.words)
        self.masks = _masks(self.letters)


def _masks(letters: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Which letters a word has, a bit for each (some share one)."""
    bits = np.left_shift(np.uint64(1), (letters % 64).astype(np.uint64))
    bits[letters == 0] = 0
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), np.uint64)


def _slips(
    word: NDArray[np.uint32], others: NDArray[np.uint32], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Letters added, lost, swapped with a neighbour or taken for another, for all words at once."""
    count = len(others)
    before: NDArray[np.int64] = np.zeros((count, _LONGEST + 1), np.int64)
    above = np.tile(np.arange(_LONGEST + 1), (count, 1))
    for i, letter in enumerate(word):
        row = np.full_like(above, i + 1)
        for j in range(_LONGEST):
            other = others[:, j]
            best = np.minimum(above[:, j] + (other != letter), above[:, j + 1] + 1)
            best = np.minimum(best, row[:, j] + 1)
            if i and j:
                crossed = (other == word[i - 1]) & (others[:, j - 1] == letter)
                best = np.where(crossed, np.minimum(best, before[:, j - 1] + 1), best)
            row[:, j + 1] = best
        before, above = above, row
    return above[np.arange(count), lengths]
