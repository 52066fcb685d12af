"""Whatever the bytes are, they end as records and problems or as a refusal, and soon."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookshop.imports import reading
from bookshop.imports.problems import NotACatalogue
from tests.bookshop.imports.imported import Imported, imported

TABLE = 'title,price,stock,description\n"Emma",100.50,3,"a \\"b\\"\nc"\nB,2,1,"x ""y"""\n'
YML = (
    "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE yml_catalog SYSTEM 'shops.dtd'>\n"
    "<yml_catalog date='2026-01-01'><shop><categories><category id='1'>Проза</category>"
    "<category id='2' parentId='1'><![CDATA[x]]></category></categories><offers>"
    "<offer id='1' type='book'><name>A</name><price>1</price><categoryId>2</categoryId>"
    "<ISBN>9799241583335</ISBN><param name='Том'>1</param></offer>\n"
    "<offer id='2' available='false'><name>B &amp; C</name><price>2</price><count>1</count>"
    "</offer></offers></shop></yml_catalog>\n"
)
YAML = (
    "# prices\ncurrency: RUB\nbooks:\n  - title: Emma\n    price: '1'\n    authors: [A, B]\n"
    '  - {title: "B\\n", price: 2, stock: 1, isbn: 9799241583335}\n'
    "  - title: |\n      C\n    price: 3\n"
)
ONIX = (
    '<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference"><Header/>'
    "<Product><RecordReference>1</RecordReference><NotificationType>03</NotificationType>"
    "<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9799241583335</IDValue>"
    "</ProductIdentifier><DescriptiveDetail><TitleDetail><TitleType>01</TitleType><TitleElement>"
    "<TitleElementLevel>01</TitleElementLevel><TitleText>Emma</TitleText></TitleElement>"
    "</TitleDetail></DescriptiveDetail><ProductSupply><SupplyDetail>"
    "<ProductAvailability>20</ProductAvailability><Stock><OnHand>2</OnHand></Stock>"
    "<Price><PriceType>02</PriceType><PriceAmount>100.00</PriceAmount>"
    "<CurrencyCode>RUB</CurrencyCode></Price></SupplyDetail></ProductSupply></Product>"
    "</ONIXMessage>"
)


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a"), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


PLAIN = {
    "csv": TABLE.encode(),
    "csv in UTF-16": TABLE.replace(",", ";").encode("utf-16"),
    "csv in windows-1251": "Название\tЦена\r\nМетель\t100,5\r\nЁж\t7\r\n".encode("cp1251"),
    "csv of Excel": b"sep=;\r\ntitle;price;stock\r\nA;1;1\r\nB;2;2\r\n",
    "yaml": YAML.encode(),
    "yml": YML.encode(),
    "yml in windows-1251": YML.replace("UTF-8", "windows-1251").encode("cp1251"),
    "onix": ONIX.encode(),
}
SEEDS = {**PLAIN, "gz": gzip.compress(TABLE.encode(), mtime=0), "zip": zipped(TABLE.encode())}

places = st.integers(0, 10_000)
# Some bytes at a place are put in the place of some others: changed, cut out, put in.
edits = st.lists(st.tuples(places, st.integers(0, 8), st.binary(max_size=8)), max_size=5)
# Or a piece stands twice.
doubled = st.lists(st.tuples(places, st.integers(0, 200)), max_size=2)

any_file = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)


def spoilt(content: bytes, edits: list[tuple[int, int, bytes]], doubled: list[tuple[int, int]]):
    for place, length, put in edits:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + length :]
    for place, length in doubled:
        at = place % (len(content) + 1)
        content = content[: at + length] + content[at:]
    return content


def read_or_refused(path: Path, content: bytes) -> Imported | None:
    path.write_bytes(content)
    try:
        return imported(path)
    except NotACatalogue:
        return None


def each_is_counted_once(read: Imported) -> bool:
    accepted = [book["record"] for book in read.accepted]
    refused = {problem.record for problem in read.problems}
    return sorted([*accepted, *refused]) == list(range(1, len(accepted) + len(refused) + 1))


@any_file
@given(content=st.binary(max_size=400))
def test_any_bytes_are_a_catalogue_or_are_refused(tmp_path, content):
    read_or_refused(tmp_path / "upload", content)


@any_file
@given(
    head=st.sampled_from(
        [b"title,price\n", b"- ", b"books:\n", YML.encode()[:120], b"\x1f\x8b\x08"]
    ),
    content=st.binary(max_size=400),
)
def test_any_bytes_behind_a_good_beginning_are_a_catalogue_or_are_refused(tmp_path, head, content):
    read_or_refused(tmp_path / "upload", head + content)


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
@any_file
@given(edits=edits, doubled=doubled)
def test_a_spoilt_catalogue_counts_each_record_once_or_is_refused(tmp_path, seed, edits, doubled):
    read = read_or_refused(tmp_path / "upload", spoilt(seed, edits, doubled))

    assert read is None or each_is_counted_once(read)
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.parametrize("seed", PLAIN.values(), ids=PLAIN)
@any_file
@given(edits=edits, refused=st.sets(st.integers(1, 4)))
def test_the_refused_records_of_any_file_can_be_given_back(tmp_path, seed, edits, refused):
    path = tmp_path / "upload"
    if read_or_refused(path, spoilt(seed, edits, [])) is None:
        return
    into = io.BytesIO()

    reading.write_refused(path, dict.fromkeys(refused, "why -- <not> & so"), "Why", into)

    read_or_refused(path, into.getvalue())
