"""Imported again, an exported catalogue says the very same, whatever is in its texts."""

import tempfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bookshop.exports import csv, onix, yml
from bookshop.exports.offered import offered
from bookshop.imports.columns import FIELDS
from bookshop.imports.validation import Seen, validate
from tests.bookshop.imports.imported import THIS_YEAR, imported

AT = datetime(2026, 1, 2, 3, 4)
ODD = (
    *('"', "'", "<b>", "</p>", "<br>", "&amp;", "&", "&lt;i&gt;", "]]>", "<![CDATA[", "<!--", "--"),
    *("=1+1", "+7", "@x", "-", ";", "; ", ", ", ",", "/", "\\", '\\"', "\t", "\n", "\r\n", "|"),
    *(
        " ",
        "  ",
        "\u00a0",
        "\u2003",
        "\u2028",
        "😀",
        "ё",
        "й",
        "Ж",
        "x" * 300,
        "12+",
        "007",
        "null",
    ),
    *("~", "#", ": ", "- ", "\ufffe", "\x00", "\x1f", "\x85", "¼", "١"),
)
texts = st.lists(st.sampled_from(ODD) | st.text(max_size=5), max_size=8).map("".join)
names = st.lists(st.text("АБвг. ", min_size=1, max_size=9) | texts, max_size=4).map("; ".join)
isbns = st.sampled_from(["9799241583335", "9780306406157", "9785171183660"])

records = st.fixed_dictionaries(
    dict.fromkeys(FIELDS, texts)
    | {
        "isbn13": isbns | st.just(""),
        "title": texts.map("Т{}".format),
        "authors": names | st.sampled_from(["Илья Ильф, Евгений Петров", "Толстой, Лев", "; А; "]),
        "year": st.integers(-3000, THIS_YEAR).map(str) | st.just(""),
        "language": st.sampled_from(["", "ru", "en", "tt", "gu", "tw", "sh", "fil", "sr"]),
        "price": st.integers(1, 10**9).map(lambda minor: f"{minor // 100}.{minor % 100:02}"),
        "stock": st.integers(0, 10**6).map(str),
        "pages": st.integers(1, 100_000).map(str) | st.just(""),
        "cover_url": st.sampled_from(["", "https://a.example/1.jpg?a=1&b=%20;x='"]),
        "volume": texts | st.sampled_from(["2/3", "2/", "/", "1/2/3"]),
        "age": texts | st.sampled_from(["12+", "0+", "012+", "12", "99999+"]),
        "binding": texts | st.sampled_from(["Hardback", "твёрдый переплёт"]),
        "currency": st.just(""),
    }
)

PLAIN = dict.fromkeys(FIELDS, "") | {"title": "Эмма", "price": "1.00", "stock": "0"}


def accepted(raw):
    """As they would stand in the shop."""
    chunk = pd.DataFrame(raw, columns=list(FIELDS), dtype="str")
    chunk = chunk.assign(line=range(1, len(raw) + 1), record=range(1, len(raw) + 1))
    return validate(chunk, Seen(), THIS_YEAR).accepted.to_dict("records")


def rows(books):
    known = [{name: None if value is pd.NA else value for name, value in b.items()} for b in books]
    return [SimpleNamespace(id=b["record"], currency="RUB", **b) for b in known]


def without_places(books):
    return [{name: b[name] for name in b if name not in ("line", "record")} for b in books]


def written(format, books):
    offers = offered(rows(books))
    match format:
        case "csv":
            return csv.write(offers)
        case "yml":
            categories = sorted({book["category"] for book in books} - {""})
            return yml.write("Лавка & Ко", AT, categories, offers)
        case "onix":
            return onix.write("Лавка & Ко", AT, offers)


def assert_same_again(format, books):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exported"
        path.write_bytes(b"".join(written(format, books)))
        again = imported(path)

    assert again.format == format
    assert again.problems == []
    assert without_places(again.accepted) == without_places(books)


@pytest.mark.parametrize("format", ["csv", "yml", "onix"])
@settings(deadline=None, max_examples=25)
@given(raw=st.lists(records, min_size=1, max_size=4))
@example(raw=[PLAIN | {"age": "\u2003"}])  # a space that is not the usual one
@example(raw=[PLAIN | {"age": "x" * 19 + " y", "description": "a\n" * 6_000}])  # cut at a space
@example(raw=[PLAIN | {"title": '«Ночь» \\"x\\"', "authors": "Илья Ильф, Евгений Петров"}])
@example(raw=[PLAIN | {"description": "1 < 2 &amp; 3\n\n<b>жирно</b>\n&nbsp;", "year": "-44"}])
def test_every_text_comes_back_as_it_was(format, raw):
    if books := accepted(raw):
        assert_same_again(format, books)
