"""What a segment keeps beside its words as they are written, to find those that are like another.

By their letters: the words by length, each with a bit for every letter it has. By their sound:
"gr=гарри", sorted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, ArraysWriter
from search_index.sounds import skeletons

LONGEST = 20  # letters; longer words are hardly typed by hand

Letters = NDArray[np.uint16]
Numbers = NDArray[np.int32]


def write(file: ArraysWriter, terms: list[bytes]) -> None:
    words = [term.decode() for term in terms]
    letters, lengths = letters_of(words)
    order = np.argsort(lengths, kind="stable").astype(np.int32)
    order = order[lengths[order] <= LONGEST]
    file.add("spelling.words", order)
    file.add("spelling.from_length", np.searchsorted(lengths[order], np.arange(LONGEST + 2)))
    file.add("spelling.letters", letters[order])
    file.add("spelling.masks", masks_of(letters[order]))
    sounds = {f"{bones}={word}" for word in words if word.isalpha() for bones in skeletons(word)}
    file.add_words("sounds", [sound.encode() for sound in sorted(sounds)])


def letters_of(words: list[str]) -> tuple[Letters, NDArray[np.int64]]:
    """A row of LONGEST for each word; and how long it is, perhaps longer than that."""
    coded = [word.encode("utf-16-le", "surrogatepass") for word in words]
    lengths = np.fromiter(map(len, coded), np.int64, len(coded)) // 2
    rows = b"".join(word[: 2 * LONGEST].ljust(2 * LONGEST, b"\0") for word in coded)
    return np.frombuffer(rows, np.uint16).reshape(len(words), LONGEST), lengths


def masks_of(letters: Letters) -> NDArray[np.uint64]:
    """Which letters a word has, a bit for each (some share one)."""
    masks = np.zeros(len(letters), np.uint64)
    for column in letters.T:
        bits = np.left_shift(np.uint64(1), (column % 64).astype(np.uint64))
        masks |= np.where(column, bits, np.uint64(0))
    return masks


@dataclass(frozen=True)
class Likely:
    """Words that may be near to another one."""

    numbers: Numbers  # of their terms
    letters: Letters
    lengths: NDArray[np.int64]


class Spelling:
    def __init__(self, arrays: Arrays) -> None:
        self.sounds = arrays.words("sounds")
        self._words = arrays["spelling.words"]
        self._from_length = arrays["spelling.from_length"]
        self._letters = arrays["spelling.letters"]
        self._masks = arrays["spelling.masks"]

    def likely(self, letters: Letters, length: int, edits: int) -> Likely:
        """One slip changes the length by one at most, and which letters there are by two."""
        shortest, longest = max(0, length - edits), min(LONGEST, length + edits)
        start, end = self._from_length[[shortest, longest + 1]]
        others = np.bitwise_count(self._masks[start:end] ^ masks_of(letters[None, :]))
        rows = start + np.flatnonzero(others <= 2 * edits)
        if edits > 1:  # hardly anybody gets the first letter wrong and another one too
            rows = rows[self._letters[rows, 0] == letters[0]]
        lengths = np.searchsorted(self._from_length, rows, side="right") - 1
        return Likely(self._words[rows], self._letters[rows], lengths)


def slips(word: Letters, others: Letters, lengths: NDArray[np.int64], most: int) -> Numbers:
    """How many letters were added, lost, swapped with a neighbour or taken for another.

    For all the others at once; only as far as `most` is exact. Row and column count letters of the
    word and of the other: what lies further than `most` from the diagonal need not be known.
    """
    far = np.int8(most + 1)
    table = np.full((len(word) + 1, LONGEST + 1, len(others)), far, np.int8)
    table[0, : most + 1] = np.arange(most + 1, dtype=np.int8)[:, None]
    columns = np.ascontiguousarray(others.T)
    for i, letter in enumerate(word, start=1):
        if i <= most:
            table[i, 0] = i
        for j in range(max(1, i - most), min(LONGEST, i + most) + 1):
            best = table[i - 1, j - 1] + (columns[j - 1] != letter)
            np.minimum(best, table[i - 1, j] + 1, out=best)
            np.minimum(best, table[i, j - 1] + 1, out=best)
            if i > 1 and j > 1:
                crossed = (columns[j - 1] == word[i - 2]) & (columns[j - 2] == letter)
                swapped = np.where(crossed, table[i - 2, j - 2] + 1, far)
                np.minimum(best, swapped, out=best)
            table[i, j] = np.minimum(best, far)
    return np.asarray(table[len(word), lengths, np.arange(len(others))], np.int32)
