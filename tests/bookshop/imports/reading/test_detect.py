import bz2
import io
import lzma
import subprocess
import sys
import zipfile

import pytest

from bookshop.imports import problems
from bookshop.imports.reading.detect import look_at
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
        (b"Rar!\x1a\x07\x01\x00", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (bz2.compress(SAMPLES[0]), "archive"),
        (lzma.compress(SAMPLES[0]), "archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "binary_file"),
        (bytes(range(256)) * 10, "binary_file"),
        (b"<!doctype html><html><body>Sign in</body></html>", "web_page"),
        (b"\n<html lang=ru>", "web_page"),
        (b'<?xml version="1.0"?><!-- a --><ONIXMessage>', "onix21"),
        (b'<ONIXMessage release="2.1">', "onix21"),
        (b'<ONIXmessage xmlns="http://www.editeur.org/onix/2.1/short">', "onix21"),
        (
            b'<!DOCTYPE ONIXMessage SYSTEM "http://www.editeur.org/onix/2.1/reference/'
            b'onix-international.dtd"><ONIXMessage><Header>',
            "onix21",
        ),
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


@pytest.mark.parametrize(
    "root",
    [
        '<ONIXMessage release="3.0">',
        "<ONIXmessage xmlns='http://ns.editeur.org/onix/3.1/short' release = '3.1'>",
        '<onix:ONIXMessage xmlns:onix="http://ns.editeur.org/onix/3.0/reference" release="3.0">',
    ],
)
def test_onix_is_told_by_its_root(tmp_path, root):
    path = tmp_path / "upload"
    path.write_text(f'<?xml version="1.0"?>\n<!-- from our stock -->{root}<Product>')

    assert look_at(path).format == "onix"


@pytest.mark.parametrize("content", SAMPLES)
def test_the_name_of_a_file_says_nothing(tmp_path, content):
    path = tmp_path / "catalogue.xlsx"
    path.write_bytes(content)

    assert imported(path).accepted


def test_importing_the_shop_does_not_bring_pandas():
    code = "import sys, bookshop.imports.problems; sys.exit('pandas' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
