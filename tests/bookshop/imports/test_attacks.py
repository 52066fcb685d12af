"""Files made to do harm: each ends soon, in little memory, and nothing else is touched."""

import gzip
import io
import json
import socket
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECRET = "top-secret-7341"
LEVELS = 200_000
MOST_MEGABYTES = 100

OFFERS = (
    "<yml_catalog><shop><offers><offer id='1'><name>%s</name><price>100</price></offer></offers>"
    "</shop></yml_catalog>"
)
ONIX = (
    "<ONIXMessage release='3.0'><Product><RecordReference>%s</RecordReference></Product>"
    "</ONIXMessage>"
)
ROWS = b"title,price,stock\n" + b"Emma,100,1\n" * 1000


def laughs(root: str) -> str:
    lines = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    return f"<!DOCTYPE x [<!ENTITY a0 'ha'>{lines}]>{root % '&a9;'}"


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def overlapping() -> bytes:
    """A thousand names in the table of contents, and one megabyte of zeros under all of them."""
    one = zipped(("a", bytes(1 << 20)))
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entry = one[start:end]
    tail = one[end : end + 8] + struct.pack("<HHII", 1000, 1000, len(entry) * 1000, start) + b"\0\0"
    return one[:start] + b"".join(entry[:-1] + b"%c" % (97 + n % 26) for n in range(1000)) + tail


def lying(content: bytes, size: int) -> bytes:
    """About how much it unpacks to."""
    place = content.index(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", size) + content[place + 4 :]


# By the name of the attack: the file, and how its reading ends. %s is an address to lure us to.
ATTACKS: dict[str, tuple[str | bytes, set[str]]] = {
    "billion laughs": (laughs(OFFERS), {"declares_entities"}),
    "billion laughs in ONIX": (laughs(ONIX), {"declares_entities"}),
    "billion laughs behind a long comment": (
        f"<!--{' ' * 100_000}-->{laughs(OFFERS)}",
        {"declares_entities", "another_xml"},
    ),
    "billion laughs in UTF-16": (laughs(OFFERS).encode("utf-16"), {"declares_entities"}),
    "billion laughs behind a quote": (
        laughs(OFFERS).replace("x [", 'x SYSTEM "a><yml_catalog a=\'" [', 1),
        {"declares_entities", "broken_xml"},
    ),
    "quadratic blow-up": (
        f"<!DOCTYPE x [<!ENTITY a '{'x' * 50_000}'>]>{OFFERS % ('&a;' * 50_000)}",
        {"declares_entities"},
    ),
    "a file by an entity": (
        f"<!DOCTYPE x [<!ENTITY a SYSTEM 'file://FILE'>]>{OFFERS % '&a;'}",
        {"declares_entities"},
    ),
    "the web by an entity": (
        f"<!DOCTYPE x [<!ENTITY a SYSTEM 'http://HOST/'>]>{OFFERS % '&a;'}",
        {"declares_entities"},
    ),
    "the web by a parameter entity": (
        f"<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://HOST/'> %a;]>{OFFERS}",
        {"declares_entities"},
    ),
    "the web by a DTD": (
        f"<!DOCTYPE yml_catalog SYSTEM 'http://HOST/x.dtd'>{OFFERS % 'Emma'}",
        {"read"},
    ),
    "a file by an inclusion": (
        OFFERS % "<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='FILE' parse='text'/>",
        {"read"},
    ),
    "XML of many levels": (OFFERS % ("<a>" * LEVELS), {"broken_xml", "too_deep"}),
    "ONIX of many levels": (ONIX % ("<a>" * LEVELS), {"broken_xml", "too_deep"}),
    "XML of one endless element": (OFFERS % ("x" * 50_000_000), {"broken_xml", "line_too_long"}),
    "YAML of many levels": ("- " * LEVELS, {"too_deep"}),
    "YAML of many braces": ('{"books": ' + '{"a":' * LEVELS, {"too_deep"}),
    "YAML of many brackets": ("books: " + "[" * LEVELS, {"too_deep"}),
    "YAML of many aliases": (
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]\n" for n in range(1, 10))
        + "books: *a9\n",
        {"yaml_tricks"},
    ),
    "YAML of one endless text": (
        "books:\n- title: '" + "x\n\n" * 10_000_000,
        {"broken_yaml", "line_too_long"},
    ),
    "YAML that makes objects": (
        "books:\n- title: !!python/object/apply:os.system ['touch FILE.made']\n",
        {"yaml_tricks"},
    ),
    "CSV of one endless line": (b"title,price,stock\n" + b"x" * 50_000_000, {"line_too_long"}),
    "CSV of a million columns": (b"title,price" + b",x" * 1_000_000 + b"\n" + ROWS, {"read"}),
    "CSV of quotes never closed": (b"title,price,stock\n" + b'x","y\n' * 20_000, {"read"}),
    "a bomb of gz": (gzip.compress(bytes(10 << 20)) * 200, {"unpacks_too_far"}),
    "a bomb of gz that begins well": (
        gzip.compress(ROWS) + gzip.compress(b"Emma,1,1\n" * 3_000_000),
        {"unpacks_too_far"},
    ),
    "a bomb of zip": (zipped(("a", bytes(50 << 20))), {"unpacks_too_far"}),
    "a zip that says it is small": (
        lying(zipped(("a", bytes(50 << 20))), 10),
        {"broken_archive", "unpacks_too_far"},
    ),
    "a zip that says it is large": (
        lying(zipped(("a", ROWS)), 0xFFFFFFF0),
        {"broken_archive", "read"},
    ),
    "a zip of one content under many names": (
        overlapping(),
        {"not_one_inside", "broken_archive"},
    ),
    "a zip of many names": (
        zipped(*[(f"{n}.csv", b"") for n in range(30_000)], compression=0),
        {"too_many_inside"},
    ),
    "a zip in a zip in a zip": (
        zipped(("a.zip", zipped(("a.zip", zipped(("a", bytes(1 << 20))))))),
        {"nested_archive"},
    ),
}


@pytest.fixture(scope="module")
def bait() -> Iterator[socket.socket]:
    """A server of the web that nobody should come to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def ended(
    tmp_path_factory: pytest.TempPathFactory, bait: socket.socket
) -> Callable[[str], dict[str, Any]]:
    """How reading one of the attacks has ended. All are read by one process, to be quick."""
    folder = tmp_path_factory.mktemp("attacks")
    secret = folder / "secret"
    secret.write_text(SECRET)
    host, port = bait.getsockname()
    files = {}
    for number, (name, (content, _)) in enumerate(ATTACKS.items()):
        if isinstance(content, str):
            content = content.replace("HOST", f"{host}:{port}").replace("FILE", str(secret))
            content = content.encode()
        files[name] = folder / str(number)
        files[name].write_bytes(content)
    command = [sys.executable, "-m", "tests.bookshop.imports.attacked", *map(str, files.values())]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=100)
    reports = {report["path"]: report for report in map(json.loads, printed.stdout.splitlines())}
    for name, path in files.items():  # what `pytest -s` shows
        print("{seconds:6.2f} s {megabytes:4d} MB  {outcome}: ".format(**reports[str(path)]) + name)
    return lambda name: reports[str(files[name])]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_in_little_memory_and_tells_nothing(ended, name):
    _, endings = ATTACKS[name]

    report = ended(name)

    assert report["outcome"] in endings
    assert report["megabytes"] < MOST_MEGABYTES
    assert SECRET not in report["said"]


def test_nobody_was_lured_to_the_web(ended, bait):
    ended("the web by a DTD")

    with pytest.raises(BlockingIOError):
        bait.accept()


def test_nothing_was_made_or_left_behind(ended):
    folder = Path(ended("billion laughs")["path"]).parent

    names = {path.name for path in folder.iterdir()}

    assert names == {"secret", *map(str, range(len(ATTACKS)))}
