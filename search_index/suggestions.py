"""Completes what is being typed: names of authors and titles of books."""

from bisect import bisect_left
from collections import Counter
from functools import cached_property, lru_cache

from search_index.generation import Generation
from search_index.language import words


class Names:
    """The authors' names by the words they are made of."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def beginning(self, text: str, limit: int) -> list[str]:
        """Names with a word that begins like each of these, the most frequent first."""
        typed = words(text)
        longest = max(typed, key=len, default="")
        if not longest:
            return []
        at = bisect_left(self._by_word, (longest, ""))
        found: Counter[str] = Counter()
        while at < len(self._by_word) and self._by_word[at][0].startswith(longest):
            name = self._by_word[at][1]
            if all(any(part.startswith(word) for part in _parts(name)) for word in typed):
                found[name] = self._counts[name]
            at += 1
        return [name for name, _ in found.most_common(limit)]

    @cached_property
    def _counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for name, count in self._generation.terms("author"):
            counts[name] += count
        return counts

    @cached_property
    def _by_word(self) -> list[tuple[str, str]]:
        return sorted((part, name) for name in self._counts for part in _parts(name))


@lru_cache(500_000)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(words(name))
