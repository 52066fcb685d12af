"""What a segment keeps beside its titles, to complete them: each from its first telling word on."""

import numpy as np
from numpy.typing import NDArray

from search_index.arrays import Arrays, ArraysWriter
from search_index.language import COMMON_WORDS, words

WIDTH = 64  # bytes of a title that are compared: so many Latin letters, or half as many Russian
_LAST_LETTER = b"\xff"  # UTF-8 has no such byte

Keys = NDArray[np.bytes_]


def key_of(title: str) -> bytes:
    """Of its words, as they are compared. They are sorted as the letters are."""
    return title.encode()[:WIDTH]


def begins(title: str, typed: str) -> bool:
    """All of it is compared, however long it is."""
    told = " ".join(words(title))
    first, _, others = told.partition(" ")
    return told.startswith(typed) or (first in COMMON_WORDS and others.startswith(typed))


def write(file: ArraysWriter, keys: Keys) -> None:
    """A title is also found without the common word that it begins with."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    all_keys, documents = [sorted_keys], [order]
    for word in sorted(COMMON_WORDS):
        first = key_of(word) + b" "
        begin_so = _beginning(sorted_keys, first)
        letters = sorted_keys[begin_so].view("S1").reshape(-1, WIDTH)[:, len(first) :]
        all_keys.append(np.ascontiguousarray(letters).view(f"S{letters.shape[1]}").reshape(-1))
        documents.append(order[begin_so])
    keys = np.concatenate(all_keys).astype(f"S{WIDTH}")
    order = np.argsort(keys, kind="stable")
    file.add("starts.key", keys[order])
    file.add("starts.document", np.concatenate(documents)[order].astype(np.int32))


class Starts:
    def __init__(self, arrays: Arrays) -> None:
        self._keys = arrays["starts.key"]
        self._documents = arrays["starts.document"]

    def beginning(self, key: bytes) -> NDArray[np.int32]:
        """The documents whose titles begin so."""
        return self._documents[_beginning(self._keys, key)]


def _beginning(keys: Keys, prefix: bytes) -> slice:
    last = prefix.ljust(WIDTH, _LAST_LETTER)
    return slice(int(np.searchsorted(keys, prefix)), int(np.searchsorted(keys, last, side="right")))
