import gzip
import io
import subprocess
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookshop.imports import problems
from tests.bookshop.imports.imported import imported

SAMPLES = (
    b'title,price,stock\n"Emma",100.50,3\nB,2,1\n',
    "Название;Цена\nМетель;100,5\n".encode("cp1251"),
    b"books:\n  - {title: Emma, price: '1', stock: 1}\n",
    b"<yml_catalog><shop><offers><offer id='1'><name>A</name><price>1</price></offer></offers>"
    b"</shop></yml_catalog>",
)


def packed(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x" * 100)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\n ", "empty_file"),
        (b"\r\n" * 40_000, "empty_file"),
        ("\ufeff".encode(), "empty_file"),
        (packed("xl/workbook.xml"), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "spreadsheet"),
        (packed("catalogue.csv"), "archive"),
        (gzip.compress(SAMPLES[0], mtime=0), "archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "binary_file"),
        (bytes(range(256)) * 10, "binary_file"),
        (b"<!doctype html><html><body>Sign in</body></html>", "web_page"),
        (b"\n<html lang=ru>", "web_page"),
        (b'<?xml version="1.0"?><!-- a --><ONIXMessage release="3.0">', "onix_not_yet_read"),
        (b"<rss version='2.0'></rss>", "another_xml"),
        (b"<<Emma>>,100", "another_xml"),
        (b"just some words\nand more\n", "missing_columns"),
    ],
)
def test_what_is_no_catalogue_is_refused_by_what_it_is(upload, content, code):
    with pytest.raises(problems.NotACatalogue) as refusal:
        upload(content)

    assert refusal.value.code == code
    assert refusal.value.told_in("en")


@pytest.mark.parametrize("content", SAMPLES)
def test_the_name_of_a_file_says_nothing(tmp_path, content):
    path = tmp_path / "catalogue.xlsx"
    path.write_bytes(content)

    assert imported(path).accepted


def read_or_refused(path, content):
    path.write_bytes(content)
    try:
        return imported(path)
    except problems.NotACatalogue:
        return None


any_file = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)


@any_file
@given(content=st.binary(max_size=400))
def test_any_bytes_are_a_catalogue_or_are_refused(tmp_path, content):
    read_or_refused(tmp_path / "upload", content)


@any_file
@given(
    sample=st.sampled_from(SAMPLES),
    spoilt=st.lists(st.tuples(st.integers(0, 150), st.binary(max_size=4)), max_size=4),
    end=st.integers(1, 200),
)
def test_a_spoilt_catalogue_counts_each_record_once(tmp_path, sample, spoilt, end):
    for place, put in spoilt:
        sample = sample[:place] + put + sample[place + 1 :]

    read = read_or_refused(tmp_path / "upload", sample[:end])

    if read:
        accepted = [book["record"] for book in read.accepted]
        rejected = {problem.record for problem in read.problems}
        assert sorted([*accepted, *rejected]) == list(range(1, len(accepted) + len(rejected) + 1))


def test_importing_the_shop_does_not_bring_pandas():
    code = "import sys, bookshop.imports.problems; sys.exit('pandas' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
