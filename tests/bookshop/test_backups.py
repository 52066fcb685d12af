"""A backup put back elsewhere is the same shop."""

import io
import tarfile

import pytest
from sqlalchemy import text

from bookshop import backups
from bookshop.backups import AnotherDatabase, NotABackup
from bookshop.imports import service as imports
from bookshop.tables import TABLES
from tests.shop import Shop, settings_in

CATALOGUE = "title,price,stock\nEmma,100,3\nPersuasion,200,4\n"


@pytest.fixture
def other(tmp_path):
    """A shop of which nothing shall be left."""
    folder = tmp_path / "other"
    folder.mkdir()
    other = Shop(folder)
    other.has("nobody")
    return other


def kept(database):
    with database.reading() as session:
        return {
            name: sorted(map(str, session.execute(text(f'SELECT * FROM "{name}"'))))
            for name in TABLES
        }


def files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def restored(shop, file):
    """While it is stopped: no connection is open."""
    shop.database.engine.dispose()
    backups.restore(shop.settings, file)
    return shop.database


def test_every_row_and_every_file_is_there_again(shop, ada, emma, other, tmp_path):
    shop.puts_on_sale(emma, CATALOGUE)
    shop.bought(ada, {1: 2})
    (shop.settings.var / "secret_key").write_text("a secret")

    backups.backup(shop.settings, tmp_path / "backup")
    there = restored(other, tmp_path / "backup")

    assert kept(there) == kept(shop.database)
    assert (other.settings.var / "secret_key").read_text() == "a secret"
    assert files(other.settings.uploads) == files(shop.settings.uploads)
    assert CATALOGUE.encode() in files(other.settings.uploads).values()


def test_a_shop_restored_elsewhere_goes_on_where_it_was(shop, ada, emma, other, tmp_path):
    order = shop.bought(ada, {shop.sells(emma, "Sanditon", copies=1): 1})
    waiting = shop.uploads(emma, CATALOGUE)
    shop.works()
    backups.backup(shop.settings, tmp_path / "backup")
    for upload in shop.settings.uploads.iterdir():
        upload.unlink()  # the old place is gone

    restored(other, tmp_path / "backup")
    other.billing.payments = shop.billing.payments
    other.does(imports.approve, waiting, emma)
    other.works()

    assert other.report(waiting)["state"] == "applied"
    assert other.report(waiting)["new"] == 2
    assert other.state(order) == "paid"
    other.index.rebuild()
    assert other.offences() == []


def test_the_shop_may_work_on_meanwhile(shop, ada, emma, tmp_path):
    """What is not committed when it is taken is not in it."""
    with shop.database.transaction() as session:
        session.execute(text("UPDATE users SET first_name = 'half done'"))
        backups.backup(shop.settings, tmp_path / "backup")
        session.rollback()

    assert "half done" not in str(kept(restored(shop, tmp_path / "backup"))["users"])


def test_a_backup_that_fails_leaves_the_one_before(shop, ada, tmp_path, monkeypatch):
    file = tmp_path / "backup"
    backups.backup(shop.settings, file)
    before = file.read_bytes()
    shop.settings.uploads.mkdir()

    def breaks(*_args, **_kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr("tarfile.TarFile.add", breaks)
    with pytest.raises(OSError, match="full"):
        backups.backup(shop.settings, file)

    assert file.read_bytes() == before


@pytest.mark.parametrize("damage", ["missing", "text", "cut short", "another archive", "bits"])
def test_what_is_not_a_backup_changes_nothing(shop, ada, tmp_path, damage):
    file = tmp_path / "backup"
    backups.backup(shop.settings, file)
    whole = file.read_bytes()
    match damage:
        case "missing":
            file.unlink()
        case "text":
            file.write_text("no archive")
        case "cut short":
            file.write_bytes(whole[: len(whole) // 2])
        case "another archive":
            file.write_bytes(an_archive_of(tmp_path / "letter.txt"))
        case "bits":
            file.write_bytes(whole[:500] + bytes(200) + whole[700:])
    before = kept(shop.database)

    with pytest.raises(NotABackup):
        backups.restore(shop.settings, file)

    assert kept(shop.database) == before
    assert not [left for left in shop.settings.var.iterdir() if left.name.startswith("tmp")]


def test_a_backup_of_sqlite_is_not_put_into_postgresql(shop, ada, tmp_path):
    backups.backup(shop.settings, tmp_path / "backup")
    (tmp_path / "other").mkdir()
    other = settings_in(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/shop")

    with pytest.raises(AnotherDatabase):
        backups.restore(other, tmp_path / "backup")


def an_archive_of(file):
    file.write_text("Dear Emma")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(file, "letter.txt")
    return packed.getvalue()
