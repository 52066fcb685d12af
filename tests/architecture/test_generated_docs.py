"""The pages that repeat the code say what the code says."""

import pytest

from bookshop.settings import Settings, from_environment
from docs import generate

OPERATIONS = generate.FOLDER / "operations.md"


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, *default: object) -> object:
        self.names.add(name)
        return super().get(name, *default)


def test_the_generated_pages_are_up_to_date():
    assert generate.stale(generate.FOLDER) == [], "run `python -m docs.generate`"


def test_a_page_that_differs_from_the_code_is_told(tmp_path, capsys):
    generate.main([], folder=tmp_path)
    (tmp_path / "letters.md").write_text("No letters are written.")

    assert generate.main(["--check"], folder=tmp_path) == 1
    assert "docs/letters.md is not what the code says" in capsys.readouterr().out


def test_the_table_of_settings_names_each_setting_and_no_other(tmp_path):
    environment = Asked(BOOKSHOP_VAR=str(tmp_path))
    from_environment(environment)

    assert set(settings_told()) == environment.names


@pytest.mark.parametrize("name", ["PORT", "BIND", "SEARCH", "COMMISSION_PERCENT", "SAMPLE",
                                  "RESERVATION_MINUTES", "RATE_LIMITS", "ENV"])  # fmt: skip
def test_the_table_of_settings_tells_the_real_default(name, tmp_path):
    bare = {"BOOKSHOP_VAR": str(tmp_path)}
    told = settings_told()[f"BOOKSHOP_{name}"]

    assert read(bare) == read(bare | {f"BOOKSHOP_{name}": told})


def read(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


def settings_told() -> dict[str, str]:
    """Name and default, as the table in docs/operations.md has them."""
    rows = [line.split("|") for line in OPERATIONS.read_text().splitlines()]
    return {
        row[1].strip(" `"): row[2].strip(" `")
        for row in rows
        if len(row) > 3 and row[1].strip().startswith("`BOOKSHOP_")
    }
