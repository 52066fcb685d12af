"""Most rows are cut many at once; that must give what reading them one by one gives."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bookshop.imports import reading
from bookshop.imports.reading.rows import Rows

HEADER = "title,price,stock,sale price\n"
AS_SHOWN = "Emma,1,1,\n" * 5  # the first rows are read one by one, to be shown
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "a", "ё", "12", '"', '""', '" a"', '"a,"', '"a ""b"""', '"a"b', 'a"b']
    ),
    st.text(st.sampled_from('a,"\\ \t\n\x1f\0\u00a0\u2028\ufeffё'), max_size=4),
)
ROWS = st.lists(CELLS, min_size=4, max_size=4).map(",".join)


def read(text: str, *, by_the_block: bool = True) -> list[Any]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if not by_the_block:
            patch.setattr(Rows, "next_block", lambda *_: None)
        path = Path(folder) / "upload"
        path.write_bytes(text.encode())
        found = reading.read(path)
        records = [r for chunk in found.chunks for r in chunk.to_dict("records")]
        records = [r | {"price": r["price"].strip()} for r in records]
        return [records, found.take_problems(), found.take_warnings(), found.cut_short]


@settings(deadline=None)
@example(["\ufeffa,1,1,", "\ufeff\ufeffa,1,1,"], "\n", True)
@given(st.lists(st.one_of(ROWS, CELLS), max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_block_reads_as_its_rows_do(rows, end, ends):
    text = HEADER + AS_SHOWN + end.join(rows) + (end if ends else "")

    assert read(text) == read(text, by_the_block=False)


def test_rows_with_quotation_marks_are_read_by_the_block(monkeypatch):
    blocks = []
    plain = Rows.next_block
    monkeypatch.setattr(
        Rows, "next_block", lambda *given: blocks.append(plain(*given)) or blocks[-1]
    )

    records, *_ = read(HEADER + AS_SHOWN + '"Emma, ""new""",1,1,2\nМетель, ,2,3')

    assert [len(block) for block in blocks if block] == [2]
    assert [(r["title"], r["price"], r["line"], r["record"]) for r in records[5:]] == [
        ('Emma, "new"', "2", 7, 6),
        ("Метель", "3", 8, 7),
    ]
