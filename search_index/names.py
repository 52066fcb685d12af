"""What a segment keeps beside its authors, to complete their names: each by each of its words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, ArraysWriter
from search_index.language import words


def write(file: ArraysWriter, terms: list[bytes]) -> None:
    by_word = sorted(
        (word.encode(), number)
        for number, term in enumerate(terms)
        for word in set(words(term.decode()))
    )
    file.add_words("names", [word for word, _ in by_word])
    file.add("names.author", np.array([number for _, number in by_word], np.int32))


class Names:
    def __init__(self, arrays: Arrays) -> None:
        self._words = arrays.words("names")
        self._authors = arrays["names.author"]
        self._names = arrays.words("author")

    def beginning(self, typed: Sequence[bytes]) -> NDArray[np.int64]:
        """The authors with a word that begins like each of these, by the numbers of their terms."""
        fitting = np.ones(len(self._names), bool)
        for word in typed:
            having_it = np.zeros(len(self._names), bool)
            found = self._words.beginning(word)
            having_it[self._authors[found.start : found.stop]] = True
            fitting &= having_it
        return np.flatnonzero(fitting)

    def having(self, word: bytes, most: int) -> list[str]:
        """Some names that have just this word."""
        start, end = self._words.place(word), self._words.place(word + b"\0")
        return [
            self._names[number].decode()
            for number in self._authors[start : min(end, start + most)].tolist()
        ]
