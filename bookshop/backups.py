"""The whole shop in one file, and back: the database, the uploaded files, the secrets.

Whoosh's index is not in it: it is rebuilt from the database. A PostgreSQL database is dumped and
restored by its own tools, which must be on PATH.
"""

import contextlib
import gzip
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from bookshop.errors import Conflict, Invalid
from bookshop.settings import Settings
from bookshop.translations import N_

_SQLITE, _POSTGRES = "bookshop.sqlite", "bookshop.pgdump"
_KEPT_BESIDE = ("uploads", "secret_key", "billing_secret")


class NotABackup(Invalid):
    text = N_("%(file)s is not a backup of this shop.")


class AnotherDatabase(Conflict):
    text = N_("The backup holds %(held)s; BOOKSHOP_DATABASE_URL names another kind of database.")


def backup(settings: Settings, file: Path) -> None:
    """The shop may go on working meanwhile. The file is there only when whole."""
    part = file.with_name(f".{file.name}.part")
    with tempfile.TemporaryDirectory() as folder:
        dump = _dump(settings.database_url, Path(folder))
        with (
            _for_us_alone(part) as ours,
            tarfile.open(fileobj=ours, mode="w:gz") as archive,
        ):
            archive.add(dump, dump.name)
            for name in _KEPT_BESIDE:
                if (settings.var / name).exists():
                    archive.add(settings.var / name, name)
    part.rename(file)


def restore(settings: Settings, file: Path) -> None:
    """In the place of what is there; the shop must be stopped. Raises Invalid or Conflict."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.var) as folder:
        try:
            _unpack(file, folder)
        except (OSError, EOFError, tarfile.TarError, zlib.error):
            raise NotABackup(file=file) from None
        unpacked = Path(folder)
        _load(settings.database_url, unpacked, file)
        for name in _KEPT_BESIDE:
            _replace(settings.var / name, unpacked / name)


def _for_us_alone(path: Path) -> IO[bytes]:
    """The secrets and everybody's addresses are in it."""
    path.unlink(missing_ok=True)
    return open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _dump(url: str, folder: Path) -> Path:
    if url.startswith("sqlite"):
        copy = folder / _SQLITE
        with (
            contextlib.closing(sqlite3.connect(_path(url))) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        return copy
    dump = folder / _POSTGRES
    subprocess.run(["pg_dump", "-Fc", "-f", str(dump), _for_tools(url)], check=True)
    return dump


def _unpack(file: Path, folder: str) -> None:
    with gzip.open(file) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            archive.extractall(folder, filter="data")
        while stream.read(1 << 20):
            """To the very end, where the checksum of all of it stands."""


def _load(url: str, unpacked: Path, file: Path) -> None:
    held = next((unpacked / n for n in (_SQLITE, _POSTGRES) if (unpacked / n).exists()), None)
    if held is None:
        raise NotABackup(file=file)
    if (held.name == _SQLITE) != url.startswith("sqlite"):
        raise AnotherDatabase(held=held.name)
    if held.name == _SQLITE:
        for leftover in ("-wal", "-shm"):
            Path(_path(url) + leftover).unlink(missing_ok=True)
        _replace(Path(_path(url)), held)
    else:
        command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "-d", _for_tools(url)]
        subprocess.run([*command, str(held)], check=True)


def _replace(old: Path, new: Path) -> None:
    if not new.exists():
        return
    if old.is_dir():
        shutil.rmtree(old)
    shutil.move(new, old)


def _path(url: str) -> str:
    return make_url(url).database or ""


def _for_tools(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
