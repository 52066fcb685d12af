"""Of records about the same thing the first stands, in whatever chunks they come."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from bookshop.imports.identity import Seen, keys_without_isbn

isbns = some.sampled_from([None, None, "9780141439518", "9780141439587", "9780306406157"])
skus = some.sampled_from(["", "", "A1", "A2", "9780141439518"])
titles = some.sampled_from(["Emma", "Letters", "Persuasion"])
records = some.lists(some.tuples(isbns, skus, titles, some.booleans()), max_size=40)


def in_one_go(rows):
    """As a person would do it: the numbers of those that stand, and which each repeats."""
    known, stands, repeats = {}, [], {}
    for number, (isbn, sku, title, sound) in enumerate(rows, start=1):
        own = None if isbn else (sku or f"named {title}")
        keys = [(kind, key) for kind, key in (("i", isbn), ("s", sku), ("o", own)) if key]
        earlier = [known[key] for key in keys if key in known]
        if not sound:
            continue
        if earlier:
            repeats[number] = earlier[0]
        else:
            stands.append(number)
            known.update(dict.fromkeys(keys, number))
    return stands, repeats


@given(records, some.integers(1, 7))
def test_the_first_stands_and_the_others_are_told_where_it_is(rows, at_once):
    seen, stands, repeats = Seen(), [], {}
    for start in range(0, len(rows), at_once):
        chunk = rows[start : start + at_once]
        isbn13, sku, title, sound = (
            np.array(column, dtype=object) for column in zip(*chunk, strict=True)
        )
        blank = np.full(len(chunk), "", dtype=object)
        values = {"isbn13": isbn13, "sku": sku, "title": title, "authors": blank}
        values |= {"publisher": blank, "year": blank}
        values["own_key"] = keys_without_isbn(values)
        numbers = np.arange(start + 1, start + len(chunk) + 1)
        found = seen.duplicates(values, sound.astype(bool), numbers + 1, numbers)
        repeated = {int(numbers[one.place]): one.fault.params["record"] for one in found}
        repeats |= repeated
        stands += [n for n in numbers[sound.astype(bool)].tolist() if n not in repeated]

    assert (stands, repeats) == in_one_go(rows)


def test_it_remembers_over_many_chunks():
    seen = Seen()
    for number in range(300):
        values = {
            "isbn13": np.array([f"{number:013d}"], dtype=object),
            "sku": np.array([f"sku {number}"], dtype=object),
            "own_key": np.array([None], dtype=object),
        }
        where = np.array([number + 2]), np.array([number + 1])
        assert seen.duplicates(values, np.array([True]), *where) == []
    again = {**values, "isbn13": np.array([f"{7:013d}"], dtype=object)}

    [repeated] = seen.duplicates(again, np.array([True]), np.array([302]), np.array([301]))

    assert repeated.fault.params == {"line": 9, "record": 8}
