"""One catalogue in a gz or zip, unpacked beside it; how far, is bounded while it unpacks."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_SET, FileIO
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

from bookshop.imports.problems import (
    Archive,
    BrokenArchive,
    NotOneInside,
    PackedWithPassword,
    Spreadsheet,
    TooManyInside,
    UnpacksTooFar,
    WordDocument,
)

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_LARGEST = 4 << 30
_ALWAYS_ALLOWED = 16 << 20
_RATIO = 100  # ten is much for a catalogue
_BLOCK = 1 << 18
_MOST_AT_ONCE = 1 << 20  # a zip's table of contents is read whole: some ten thousand names

_ENCRYPTED = 0x41  # bits of a member's flags
_UNDERSTOOD = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, struct.error, EOFError),
    *(ValueError, NotImplementedError),  # so zipfile says of numbers that cannot be
)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The catalogue itself: `path` as it is, or what it holds, which is there within the block."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head.startswith((GZIP, *ZIP)):
        yield path
        return
    inside = path.with_name(f"{path.name}.{uuid4().hex}.unpacked")
    try:
        _unpack(path, inside)
        yield inside
    finally:
        inside.unlink(missing_ok=True)


def _unpack(path: Path, inside: Path) -> None:
    size = 0
    with _Sparing(path) as archive, inside.open("xb") as into:
        for block in _blocks(archive):
            size += len(block)
            if size > min(_LARGEST, max(_ALWAYS_ALLOWED, _RATIO * archive.taken)):
                raise UnpacksTooFar
            into.write(block)


class _Sparing(FileIO):
    """Counts what is taken from it, and gives no more at once than an honest archive needs."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > _MOST_AT_ONCE:
            raise TooManyInside
        block = super().read(size) or b""
        self.taken += len(block)
        return block

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        if offset < 0 and whence == SEEK_SET:
            raise zipfile.BadZipFile  # its table of contents points there
        return super().seek(offset, whence)


def _blocks(archive: _Sparing) -> Iterator[bytes]:
    try:
        with _member(archive) as member:
            archive.taken = 0  # but for what it took to find the member
            while block := member.read(_BLOCK):
                yield block
    except _BROKEN as error:
        raise BrokenArchive from error


def _member(archive: _Sparing) -> gzip.GzipFile | IO[bytes]:
    head = archive.read(len(GZIP))
    archive.seek(0)
    if head == GZIP:
        return gzip.GzipFile(fileobj=archive)
    contents = zipfile.ZipFile(archive)
    only = _only_file(contents.infolist())
    if only.flag_bits & _ENCRYPTED:
        raise PackedWithPassword
    if only.compress_type not in _UNDERSTOOD:
        raise Archive
    return contents.open(only)


def _only_file(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Folders and what systems leave for themselves are passed over."""
    _refuse_office({member.filename for member in members})
    files = [member for member in members if not _is_passed_over(member.filename)]
    if len(files) != 1:
        shown = ", ".join(member.filename for member in files)
        raise NotOneInside(found=len(files), names=shown[:200])
    return files[0]


def _refuse_office(names: set[str]) -> None:
    """What office programs save is a zip as well."""
    if "word/document.xml" in names:
        raise WordDocument
    if "[Content_Types].xml" in names or any(name.startswith("xl/") for name in names):
        raise Spreadsheet


def _is_passed_over(name: str) -> bool:
    path = PurePosixPath(name)
    return name.endswith("/") or path.name.startswith(".") or path.parts[:1] == ("__MACOSX",)
