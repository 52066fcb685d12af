import pandas as pd
import pytest

from bookshop.imports.columns import FIELDS
from bookshop.imports.validation import ACCEPTED, Seen, validate

EMMA = "9799241583335"
PERSUASION = "9799286624635"


def chunk(*records, first=1):
    filled = [dict.fromkeys(FIELDS, "") | {"price": "100", "stock": "1"} | one for one in records]
    frame = pd.DataFrame(filled, dtype="str")
    numbers = range(first, first + len(records))
    return frame.assign(line=[number + 1 for number in numbers], record=list(numbers))


def check(*records, seen=None, first=1):
    return validate(chunk(*records, first=first), seen or Seen(), this_year=2026)


def refused(checked):
    return [(one.line, one.field, one.code) for one in checked.problems]


def test_what_is_accepted_has_the_columns_and_types_that_were_promised():
    checked = check({"title": "Emma", "isbn13": EMMA, "year": "1815"}, {"title": "Letters"})

    assert checked.accepted.dtypes.astype(str).to_dict() == ACCEPTED
    assert checked.accepted["isbn13"].tolist() == [EMMA, None]
    assert checked.accepted["own_key"].tolist()[0] is None
    assert checked.accepted["year"].tolist() == [1815, pd.NA]


def test_a_rejected_record_does_not_disturb_its_neighbours():
    checked = check({"title": "A"}, {"title": ""}, {"title": " C  c "}, {"title": "D"})

    assert refused(checked) == [(3, "title", "title_missing")]
    assert checked.accepted["title"].tolist() == ["A", "C c", "D"]
    assert checked.accepted["record"].tolist() == [1, 3, 4]


def test_all_that_is_wrong_with_a_record_is_said():
    checked = check({"title": " ", "price": "free", "stock": "-1", "isbn13": "1"})

    assert {field for _, field, _ in refused(checked)} == {"title", "price", "stock", "isbn13"}
    assert checked.accepted.empty


def test_a_problem_speaks_the_language_of_its_reader_and_shows_the_value():
    (problem,) = check({"title": "Emma", "isbn13": "9799241583334"}).problems

    assert problem.as_json("en") == {
        "line": 2,
        "record": 1,
        "field": "isbn13",
        "code": "isbn_checksum",
        "value": "9799241583334",
        "message": "The ISBN is mistyped: its last character does not fit the others "
        "(it would be 5 if they are right).",
    }


def test_a_long_value_is_shortened():
    (problem,) = check({"title": "Emma", "price": "много\x00денег " * 50}).problems

    assert len(problem.value) == 60
    assert problem.value.startswith("много денег")


def test_the_first_of_two_with_one_isbn_stands_however_it_is_written():
    checked = check({"title": "A", "isbn13": EMMA}, {"title": "B", "isbn13": "979-9-241-58333-5"})

    assert checked.accepted["title"].tolist() == ["A"]
    assert refused(checked) == [(3, "isbn13", "isbn_twice")]
    assert checked.problems[0].params == {"line": 2, "record": 1}


def test_a_duplicate_is_found_in_a_later_chunk():
    seen = Seen()
    check({"title": "A", "isbn13": EMMA}, seen=seen)

    later = check({"title": "B", "isbn13": EMMA}, {"title": "C"}, seen=seen, first=2)

    assert refused(later) == [(3, "isbn13", "isbn_twice")]


def test_a_record_that_was_refused_does_not_stand_in_the_way_of_a_good_one():
    checked = check(
        {"title": "A", "isbn13": EMMA, "price": "free"},
        {"title": "B", "isbn13": EMMA, "sku": "1"},
        {"title": "C", "isbn13": EMMA, "sku": "2"},
        {"title": "D", "isbn13": PERSUASION, "sku": "2"},
    )

    assert checked.accepted["title"].tolist() == ["B", "D"]


def test_without_an_isbn_the_sku_is_the_key():
    checked = check({"title": "A", "sku": "x-1"}, {"title": "B", "sku": "x-1"})

    assert checked.accepted["own_key"].tolist() == ["x-1"]
    assert refused(checked) == [(3, "sku", "sku_twice")]


def test_without_isbn_and_sku_a_book_is_known_by_what_names_it():
    first = {"title": "Чёрный  обелиск", "authors": "Ремарк", "year": "1956"}
    again = first | {"title": "черный обелиск", "price": "300"}
    another = first | {"year": "1960"}

    checked = check(first, again, another)

    assert refused(checked) == [(3, "title", "book_twice")]
    assert checked.accepted["own_key"].nunique() == 2
    assert checked.accepted["own_key"][0] == check(again).accepted["own_key"][0]


def test_warnings_reject_nothing():
    wrong = {"year": "3025", "language": "эльфийский", "pages": "?", "cover_url": "x.jpg"}
    checked = check({"title": "Emma", "category": "x" * 101} | wrong)

    assert checked.problems == []
    assert {one.field for one in checked.warnings} == {*wrong, "category"}
    book = checked.accepted.iloc[0]
    assert (book["language"], book["cover_url"], len(book["category"])) == ("", "", 100)
    assert book[["year", "pages"]].isna().all()


@pytest.mark.parametrize("field", ["title", "sku"])
def test_what_names_a_book_is_refused_rather_than_cut(field):
    assert refused(check({"title": "Emma"} | {field: "x" * 501})) == [(2, field, "too_long")]


def test_signs_that_cannot_be_seen_are_taken_out_and_markup_is_text():
    checked = check(
        {
            "title": "\u202eЁж\x00ик\u200b <b>&amp;</b>\t'; DROP TABLE books",
            "authors": "И\u0306он Тихий\N{NO-BREAK SPACE}",
            "description": " one \x07\r\n\r\n two ",
        }
    )

    book = checked.accepted.iloc[0]
    assert book["title"] == "Ёжик <b>&amp;</b> '; DROP TABLE books"
    assert book["authors"] == "Йон Тихий"
    assert book["description"] == "one\n\ntwo"


def test_damaged_letters_refuse_their_record_and_no_other():
    checked = check({"title": "Caf\N{REPLACEMENT CHARACTER}"}, {"title": "Café"})

    assert refused(checked) == [(2, "title", "letters_damaged")]
    assert checked.accepted["title"].tolist() == ["Café"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("306406152", "9780306406157"),
        ("306406152.0", "9780306406157"),
        ("1234561Х", "9780012345610"),
        ("1000012", "9780001000018"),
    ],
)
def test_an_isbn_that_lost_its_zeros_gets_them_back_and_it_is_told(written, meant):
    checked = check({"title": "Emma", "isbn13": written})

    assert checked.accepted["isbn13"].tolist() == [meant]
    (warning,) = checked.warnings
    assert (warning.code, warning.params) == ("isbn_restored", {"isbn": meant})


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[("306406153", "isbn_lost_zero"), ("1234567", "isbn_lost_zero"), ("123456", "isbn_form")],
        *[("9.78E+12", "isbn_scientific"), ("9,78043902348e+12", "isbn_scientific")],
        *[("9.78031E12", "isbn_scientific"), ("9780306406158", "isbn_checksum")],
        *[("4607000000000", "isbn_prefix"), ("\N{FULLWIDTH DIGIT NINE}780306406157", "isbn_form")],
    ],
)
def test_an_isbn_that_cannot_be_is_refused_by_what_is_wrong_with_it(written, code):
    assert refused(check({"title": "Emma", "isbn13": written})) == [(2, "isbn13", code)]


def test_a_chunk_of_nothing_but_refused_records_is_checked_too():
    checked = validate(chunk({"title": "Emma"})[:0], Seen())

    assert checked.accepted.dtypes.astype(str).to_dict() == ACCEPTED
    assert (len(checked.accepted), checked.problems, checked.warnings) == (0, [], [])


def test_of_several_isbns_in_a_cell_the_first_right_one_is_taken():
    checked = check({"title": "Emma", "isbn13": f"5-17-000000-0, {EMMA}, {PERSUASION}"})

    assert checked.accepted["isbn13"].tolist() == [EMMA]


def test_prices_in_other_money_are_refused():
    checked = check({"title": "A", "currency": "USD"}, {"title": "B", "currency": "RUR"})

    assert refused(checked) == [(2, "currency", "currency_not_ours")]
