"""`manage.py import` in a process of its own: what it prints, and how it exits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bookshop.imports import by_hand

ROOT = Path(__file__).parents[3]
CATALOGUE = "title,price,stock\nEmma,100,3\n,5,1\nPersuasion,200,4\n"
CONTRACT = {
    *("format", "encoding", "rows", "accepted", "rejected", "new", "changed", "unchanged"),
    *("withdrawn", "problems", "warnings", "refused"),
}


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "my books.csv"
    file.write_text(CATALOGUE)
    return file


def manage(shop, *command):
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "BOOKSHOP_VAR": str(shop.settings.var), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def by_the_shop(shop, file, **asked):
    usual = {"dry_run": False, "withdraw_missing": False, "language": "en"}
    return by_hand.run(shop.settings, shop.database, file, "emma", **usual | asked)


def test_a_dry_run_prints_one_json_object_and_leaves_the_shop_as_it_was(shop, emma, file):
    done = manage(shop, "import", file, "--seller", "emma", "--dry-run", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert set(told) >= CONTRACT
    assert (told["format"], told["refused"]) == ("csv", None)
    assert (told["rows"], told["accepted"], told["rejected"], told["new"]) == (3, 2, 1, 2)
    [problem] = told["problems"]
    assert set(problem) == {"line", "record", "field", "code", "value", "message"}
    assert (problem["line"], problem["record"], problem["field"]) == (3, 2, "title")
    shop.works()
    assert dict(shop.index.contents()) == {}


def test_a_file_that_is_no_catalogue_exits_with_1_and_says_why(shop, emma, file):
    file.write_bytes(b"%PDF-1.7")

    done = manage(shop, "import", file, "--seller", "emma", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["refused"]["code"] == "pdf"


def test_a_wrong_option_exits_with_2(shop, file):
    assert manage(shop, "import", file).returncode == 2


@pytest.mark.parametrize(("login", "name"), [("eve", "my books.csv"), ("emma", "no such file")])
def test_an_unknown_seller_or_file_is_one_line(shop, emma, file, login, name):
    done = manage(shop, "import", file.with_name(name), "--seller", login)

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_applied_it_is_on_sale_and_a_second_time_unchanged(shop, emma, file):
    first, again = by_the_shop(shop, file), by_the_shop(shop, file)

    assert (first["state"], first["new"]) == ("applied", 2)
    assert (again["new"], again["unchanged"]) == (0, 2)
    shop.works()
    assert len(dict(shop.index.contents())) == 2
    assert shop.offences() == []


def test_a_dry_run_tells_what_would_be_withdrawn(shop, emma, file):
    by_the_shop(shop, file)
    file.write_text("title,price,stock\nEmma,100,3\n")

    told = by_the_shop(shop, file, dry_run=True, withdraw_missing=True)

    assert (told["withdrawn"], told["state"]) == (1, "cancelled")
    assert by_the_shop(shop, file, withdraw_missing=True)["withdrawn"] == 1
