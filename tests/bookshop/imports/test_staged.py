"""What a check found is read back from wherever an applying was cut off."""

import pandas as pd
import pytest

from bookshop.imports.incoming import LOADED
from bookshop.imports.staged import LostRecords, Staged
from bookshop.imports.uploads import Upload
from bookshop.imports.validation import ACCEPTED


def accepted(numbers):
    columns = {
        name: pd.Series(
            [None if name == "year" else number for number in numbers]
            if kind in ("int64", "Int64")
            else [f"{name} {number:02} «ё»" for number in numbers],
            dtype=kind,
        )
        for name, kind in ACCEPTED.items()
    }
    return pd.DataFrame(columns)


@pytest.fixture
def staged(tmp_path, monkeypatch):
    monkeypatch.setattr("bookshop.imports.staged._SORTED_AT_ONCE", 7)
    monkeypatch.setattr("bookshop.imports.staged._WRITTEN_AT_ONCE", 7)
    staged = Staged(Upload(tmp_path / "upload"))
    with staged.writing() as writing:
        for numbers in ((5, 1, 3), (), (6, 0, 4, 2), (11, 8), (7, 10, 9)):
            writing.add_records(accepted(numbers))
    return staged


def read(staged, start, at_once):
    return [chunk["record"].to_pylist() for chunk in staged.records(start, at_once)]


@pytest.mark.parametrize(
    ("start", "at_once", "chunks"),
    [
        (0, 100, [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11]]),
        (0, 5, [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9, 10, 11]]),
        (5, 5, [[5, 6], [7, 8, 9, 10, 11]]),
        (7, 5, [[7, 8, 9, 10, 11]]),
        (9, 2, [[9, 10], [11]]),
        (12, 5, []),
    ],
)
def test_it_goes_on_from_any_record_and_neighbours_by_isbn_stand_together(
    staged, start, at_once, chunks
):
    assert read(staged, start, at_once) == chunks


def test_every_value_comes_back_as_it_was(staged):
    (row,) = next(staged.records(0, 1)).to_pylist()

    assert tuple(row) == LOADED
    assert (row["title"], row["year"], row["price"]) == ("title 00 «ё»", None, 0)


def test_what_was_broken_off_while_it_was_written_is_not_there(tmp_path):
    staged = Staged(Upload(tmp_path / "upload"))

    def dies():
        with staged.writing() as writing:
            writing.add_records(accepted(range(3)))
            raise SystemExit

    with pytest.raises(SystemExit):
        dies()
    with pytest.raises(LostRecords):
        read(staged, 0, 10)
