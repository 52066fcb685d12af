"""Lists of documents, ascending: what is in any of them, and what is in both."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search_index.generation import Documents

_MANY = 20_000  # documents: marking all that there are is quicker than searching for each

Places = NDArray[np.int64] | slice


def in_any(lists: Sequence[Documents], size: int) -> Documents:
    if not lists:
        return np.zeros(0, np.int32)
    if len(lists) == 1:
        return lists[0]
    if sum(map(len, lists)) < _MANY:
        return np.unique(np.concatenate(lists))
    marked = np.zeros(size, bool)
    for documents in lists:
        marked[documents] = True
    return np.flatnonzero(marked).astype(np.int32)


def common(one: Documents, other: Documents, size: int) -> tuple[Places, Places]:
    """Where in each of two lists that stands which is in both."""
    if one is other:
        return slice(None), slice(None)
    if len(one) > len(other):
        in_other, in_one = common(other, one, size)
        return in_one, in_other
    if len(one) > _MANY:
        return _marked(other, size)[one].nonzero()[0], _marked(one, size)[other].nonzero()[0]
    place = np.searchsorted(other, one)
    place[place == len(other)] = 0
    found = np.flatnonzero(other[place] == one) if len(other) else place[:0]
    return found, place[found]


def _marked(documents: Documents, size: int) -> NDArray[np.bool_]:
    marked = np.zeros(size, bool)
    marked[documents] = True
    return marked
