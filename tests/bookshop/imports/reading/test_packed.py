"""Catalogues in gz and zip."""

import gzip
import io
import struct
import zipfile

import pytest

from bookshop.imports import reading
from bookshop.imports.problems import NotACatalogue
from bookshop.imports.reading import packed

TABLE = b"title,price,stock\nEmma,100.50,3\nPersuasion,2,1\n"


def zipped(*members: tuple[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def with_a_password(content: bytes) -> bytes:
    """The bit that says so, in both places where a zip has it."""
    local, central = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    spoilt = bytearray(content)
    spoilt[local] |= 1
    spoilt[central] |= 1
    return bytes(spoilt)


def refusal_of(upload, content: bytes) -> NotACatalogue:
    with pytest.raises(NotACatalogue) as refusal:
        upload(content)
    return refusal.value


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TABLE),
        gzip.compress(TABLE[:20]) + gzip.compress(TABLE[20:]),
        zipped(("прайс.csv", TABLE)),
        zipped(("price.csv", TABLE), compression=zipfile.ZIP_STORED),
        zipped(
            *[("list/", b""), ("list/price.csv", TABLE), ("list/.DS_Store", b"x")],
            ("__MACOSX/list/._price.csv", b"x"),
        ),
    ],
    ids=["gz", "gz in two parts", "zip", "zip that only holds", "zip of macOS"],
)
def test_one_catalogue_inside_is_read(upload, tmp_path, content):
    catalogue = upload(content)

    assert [book["title"] for book in catalogue.accepted] == ["Emma", "Persuasion"]
    assert [book["line"] for book in catalogue.accepted] == [2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped(("a.csv", TABLE), ("b.csv", TABLE)), "not_one_inside"),
        (zipped(), "not_one_inside"),
        (zipped(("folder/", b"")), "not_one_inside"),
        (zipped(("a.zip", zipped(("a.csv", TABLE)))), "nested_archive"),
        (zipped(("a.csv.gz", gzip.compress(TABLE))), "nested_archive"),
        (gzip.compress(gzip.compress(TABLE)), "nested_archive"),
        (zipped(("a.7z", b"7z\xbc\xaf\x27\x1c")), "archive"),
        (zipped(("a.csv", TABLE), compression=zipfile.ZIP_BZIP2), "archive"),
        (zipped(("a.csv", TABLE), compression=zipfile.ZIP_LZMA), "archive"),
        (with_a_password(zipped(("a.csv", TABLE))), "packed_with_password"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), "spreadsheet"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "word_document"),
        (gzip.compress(b""), "empty_file"),
        (gzip.compress(TABLE)[:-3], "broken_archive"),
        (gzip.compress(TABLE) + b"more", "broken_archive"),
        (zipped(("a.csv", TABLE * 100))[:-3], "broken_archive"),
        (zipped(("a.csv", TABLE), compression=0).replace(b"Emma", b"Anna"), "broken_archive"),
        (b"\x1f\x8b\x08", "broken_archive"),
        (b"PK\x03\x04", "broken_archive"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_not_one_catalogue_is_refused_by_what_it_is(upload, tmp_path, content, code):
    refusal = refusal_of(upload, content)

    assert refusal.code == code
    assert refusal.told_in("ru") != refusal.told_in("en")
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_several_files_are_named(upload):
    refusal = refusal_of(upload, zipped(("a.csv", TABLE), ("b.csv", TABLE)))

    assert refusal.params == {"found": 2, "names": "a.csv, b.csv"}


def test_what_was_unpacked_is_there_until_reading_is_at_its_end_or_closed(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(TABLE + b"A,1,1\n" * 5_000))

    def beside():
        return [file for file in tmp_path.iterdir() if file.suffix == ".unpacked"]

    to_the_end = reading.read(path)
    there = len(beside())
    first, _ = to_the_end.chunks
    at_the_end = len(beside())
    closed = reading.read(path)
    closed.close()

    assert (there, at_the_end, len(first)) == (1, 0, 5_000)
    assert beside() == []


def test_two_who_read_the_same_archive_do_not_disturb_each_other(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(TABLE + b"A,1,1\n" * 5_000))

    one = reading.read(path)
    other = reading.read(path)
    one.close()

    assert sum(map(len, other.chunks)) > 5_000


def test_what_a_dead_process_left_is_not_taken_for_the_catalogue(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(TABLE))
    (tmp_path / "upload.unpacked").write_bytes(TABLE * 2)

    (chunk,) = reading.read(path).chunks

    assert chunk["title"].tolist() == ["Emma", "Persuasion"]


def test_a_catalogue_that_packs_well_is_read(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(b"title,price,stock\n" + b"A,1,1\n" * 2_000_000))

    assert path.stat().st_size * 100 < 16 << 20
    assert next(iter(reading.read(path).chunks))["title"].tolist() == ["A"] * 5_000


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda content: zipped(("a.csv", content))], ids=["gz", "zip"]
)
def test_far_more_than_a_catalogue_would_pack_into_so_little_is_refused(upload, pack):
    assert refusal_of(upload, pack(TABLE + bytes(17 << 20))).code == "unpacks_too_far"


def test_there_is_a_limit_however_badly_it_packs(upload, monkeypatch):
    monkeypatch.setattr(packed, "_LARGEST", len(TABLE) - 1)

    assert refusal_of(upload, gzip.compress(TABLE)).code == "unpacks_too_far"


def test_an_archive_that_says_less_than_it_holds_is_broken(upload):
    """The sizes in the table of contents: 10 in place of the real one."""
    content = zipped(("a.csv", TABLE))
    place = content.index(b"PK\x01\x02") + 24
    lying = content[:place] + struct.pack("<I", 10) + content[place + 4 :]

    assert refusal_of(upload, lying).code == "broken_archive"
