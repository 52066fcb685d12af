import csv
from pathlib import Path

import pytest

from tests.bookshop.imports.imported import imported

SAMPLES = Path(__file__).parents[3] / "data" / "sample_catalogue"


@pytest.mark.parametrize(
    ("name", "format", "records"),
    [
        ("english_books.csv", "csv", 870),
        ("second_hand_semicolon.csv", "csv", 250),
        ("classics.yaml", "yaml", 150),
        ("russian_classics.yml", "yml", 809),
    ],
)
def test_what_the_demo_sells_is_all_accepted(name, format, records):
    catalogue = imported(SAMPLES / name)

    assert (catalogue.format, len(catalogue.accepted)) == (format, records)
    assert catalogue.problems == catalogue.warnings == []


def test_every_mistake_is_found_at_its_line_and_field_and_nothing_else():
    with (SAMPLES / "with_mistakes.expected.csv").open(encoding="utf-8") as file:
        expected = {(int(row["line"]), row["field"]) for row in csv.DictReader(file)}
    catalogue = imported(SAMPLES / "with_mistakes.csv")

    rejected = {(line, field) for line, field, _ in catalogue.refused}
    warned = {(line, field) for line, field, _ in catalogue.warned}

    assert rejected == {one for one in expected if one[1] != "year"}
    assert warned == {one for one in expected if one[1] == "year"}
    assert len(catalogue.accepted) == 41
    assert not {book["line"] for book in catalogue.accepted} & {line for line, _ in rejected}


def test_a_book_of_each_format_is_the_book_that_was_written():
    english = imported(SAMPLES / "english_books.csv").accepted[1]
    second_hand = imported(SAMPLES / "second_hand_semicolon.csv").accepted[0]
    classic = imported(SAMPLES / "classics.yaml").accepted[0]
    russian = imported(SAMPLES / "russian_classics.yml").accepted[0]

    assert (english["title"], english["price"], english["pages"]) == (
        *("Sense and Sensibility", 144290, 409),
    )
    assert (second_hand["title"], second_hand["price"], second_hand["stock"]) == ("Emma", 71050, 0)
    assert (classic["isbn13"], classic["year"], classic["line"]) == ("9799248883742", 1811, 4)
    assert (russian["authors"], russian["category"], russian["sku"]) == (
        *("Александр Пушкин", "Поэзия", "ru0001"),
    )
