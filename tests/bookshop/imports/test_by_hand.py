"""`manage.py import` and `export` in processes of their own: what they print, how they exit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bookshop.imports import by_hand
from bookshop.imports.telling import in_words

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
    usual = {"dry_run": False, "language": "en"}
    return by_hand.run(shop.settings, shop.database, file, "emma", **usual | asked)


def test_a_dry_run_prints_one_json_object_and_leaves_the_shop_as_it_was(shop, emma, file):
    done = manage(shop, "import", file, "--seller", "emma", "--dry-run", "--json")

    assert (done.returncode, done.stderr) == (3, "")
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


def test_that_all_was_accepted_is_told_by_the_exit_code(shop, emma, file):
    some_refused = manage(shop, "import", file, "--seller", "emma")
    file.write_text("title,price,stock\nEmma,100,3\n")
    all_accepted = manage(shop, "import", file, "--seller", "emma")

    assert (some_refused.returncode, all_accepted.returncode) == (3, 0)
    assert "3 if some records were refused" in " ".join(manage(shop, "import", "-h").stdout.split())


def test_a_wrong_option_exits_with_2(shop, file):
    assert manage(shop, "import", file).returncode == 2


@pytest.mark.parametrize(("login", "name"), [("eve", "my books.csv"), ("emma", "no such file")])
def test_an_unknown_seller_or_file_is_one_line(shop, emma, file, login, name):
    done = manage(shop, "import", file.with_name(name), "--seller", login)

    assert (done.returncode, done.stdout) == (2, "")
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


def test_the_report_is_told_in_words(shop, emma, file):
    done = manage(shop, "import", file, "--seller", "emma", "--dry-run")

    assert done.stdout.splitlines() == [
        "Nothing was changed; this is what would be done.",
        "my books.csv (csv, utf-8): 3 records",
        "new: 2, changed: 0, unchanged: 0, refused: 1, taken off sale: 0",
        "1 problem:",
        "  line 3, Title: The title is missing.",
    ]


def test_of_a_file_in_one_line_records_are_told_by_their_numbers(shop, emma, tmp_path):
    one = "<offer id='{0}'><name>{1}</name><price>1</price><count>1</count></offer>"
    offers = one.format(1, "Emma") + one.format(2, "")
    file = tmp_path / "books.xml"
    file.write_text(f"<yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>")

    report = by_the_shop(shop, file)

    assert list(in_words(report, "en"))[-1] == "  record 2, Title: The title is missing."


def test_of_many_problems_the_first_are_listed_and_the_rest_counted(shop, emma, file):
    file.write_text("title,price,stock\n" + ",5,1\n" * 150)

    lines = list(in_words(by_the_shop(shop, file), "en"))

    assert "150 problems:" in lines
    assert lines[-1] == "  … and 50 more."
    assert len(lines) == 3 + 1 + 100 + 1


def test_columns_and_copies_are_named_on_the_command_line(shop, emma, file):
    file.write_text('Werk,"Kosten, EUR"\nEmma,100\n')
    columns = 'Werk=title,"Kosten, EUR=price"'
    named = ("--columns", columns, "--default-stock", 7)

    done = manage(shop, "import", file, "--seller", "emma", "--json", *named)

    told = json.loads(done.stdout)
    assert (told["state"], told["new"], told["warnings"]) == ("applied", 1, [])
    assert shop.copies(1) == (7, 0)


@pytest.mark.parametrize(
    ("columns", "status"), [("Preis=price", 1), ("title=colour", 1), ("title", 2)]
)
def test_a_column_that_there_is_not_is_told(shop, emma, file, columns, status):
    done = manage(shop, "import", file, "--seller", "emma", "--columns", columns)

    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_broken_off_is_applied_and_withdraws_nothing(shop, emma, file):
    by_the_shop(shop, file)
    file.write_text('title,price,stock\nEmma,120,3\n"Pers')

    told = by_the_shop(shop, file, withdraw_missing=True)

    assert (told["changed"], told["withdrawn"], told["is_whole"]) == (1, 0, False)


@pytest.mark.parametrize("format", ["csv", "yml", "onix"])
def test_what_is_exported_and_imported_again_changes_nothing(shop, emma, file, format, tmp_path):
    by_the_shop(shop, file)
    taken = tmp_path / "taken along"

    done = manage(shop, "export", "--seller", "emma", "--format", format, taken)

    assert (done.returncode, done.stderr) == (0, "")
    assert by_the_shop(shop, taken, dry_run=True)["unchanged"] == 2


def test_an_export_for_an_unknown_seller_is_one_line_and_no_file(shop, tmp_path):
    done = manage(shop, "export", "--seller", "eve", tmp_path / "x.csv")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert not (tmp_path / "x.csv").exists()
