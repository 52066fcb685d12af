"""A catalogue before it is applied: how far it is, what it would change, what is wrong with it."""

import csv
import io
from unittest.mock import ANY

import pytest

from bookshop.imports import service as imports
from bookshop.imports.models import Import, ImportState
from seller_dashboard.views.columns import mapping_of
from seller_dashboard.views.faults import as_csv
from seller_dashboard.wording import plain
from seller_dashboard.wording import told as in_words
from tests.seller_dashboard.conftest import links, press, told

CATALOGUE = """isbn,title,authors,price,stock
9780141439518,Pride and Prejudice,Jane Austen,500.00,3
9780141439587,Emma,Jane Austen,450.50,2
9780141439587x,Sanditon,Jane Austen,400,1
,Persuasion,Jane Austen,minus,1
,Lady Susan,Jane Austen,minus,1
"""
UNTOLD = "Werk;Kosten;Farbe\nEmma;500.00;rot\nSanditon;450.50;rot\n"


@pytest.fixture
def looks_at(visits, shop, emma):
    """The page of a catalogue that has been checked."""

    def look(catalogue: str):
        shop.uploads(emma, catalogue)
        shop.works()
        with shop.database.reading() as session:
            id = max(session.scalars(Import.__table__.select().with_only_columns(Import.id)))
        page = visits(emma, "catalogue", **{"import": id})
        assert not page.exception
        return page

    return look


def tables(page) -> list[list[dict[str, str]]]:
    """With plain spaces in amounts."""
    found = [table.value.replace("\N{NO-BREAK SPACE}", " ", regex=True) for table in page.table]
    return [table.to_dict("records") for table in found]


def counts(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_the_preview_counts_and_names_what_is_refused(looks_at):
    page = looks_at(CATALOGUE)

    assert counts(page) == {
        "New books": "2",
        "Will change": "0",
        "Unchanged": "0",
        "Refused": "3",
        "Not in the file": "0",
    }
    new, by_code, lines = tables(page)
    assert [row["Title"] for row in new] == [
        "Pride and Prejudice · Jane Austen",
        "Emma · Jane Austen",
    ]
    assert [row["How many"] for row in by_code] == ["2", "1"]
    assert by_code[0]["What is wrong"].startswith("The price is not a number")
    assert [row["Line"] for row in lines] == ["4", "5", "6"]
    assert lines[1]["In the file"] == "Price\\: minus"


def test_what_differs_among_the_records_of_a_kind_is_not_told_of_them_all(looks_at):
    twice = "title,sku,price\nEmma,a,1\nSanditon,b,2\n,c,3\nEmma,a,1\nSanditon,b,2\n"

    by_code = tables(looks_at(twice))[1]

    assert [row["What is wrong"] for row in by_code] == [
        plain("Your code is on line … already, in record …: that one stands."),
        plain("The title is missing."),
    ]


def test_the_refused_records_are_had_from_the_shop(looks_at):
    assert links(looks_at(CATALOGUE))["Download the refused records"].endswith(
        "/api/v1/seller/imports/1/refused"
    )


def test_prices_and_copies_are_shown_before_and_after(looks_at, shop, emma):
    shop.puts_on_sale(emma, "title,price,stock\nEmma,100,3\nSanditon,50,1\nPersuasion,70,2\n")

    page = looks_at("title,price,stock\nEmma,120.50,3\nSanditon,50,4\n")

    changed, missing = tables(page)
    assert [tuple(row.values()) for row in changed] == [
        ("Emma", "100\\.00 ₽ → 120\\.50 ₽", "3"),
        ("Sanditon", "50\\.00 ₽", "1 → 4"),
    ]
    assert [(row["Title"], row["Copies"]) for row in missing] == [("Persuasion", 2)]
    assert not page.checkbox[0].disabled


def test_what_else_changes_is_said_where_there_is_something(looks_at, shop, emma):
    header = "title,price,stock,pages,sku\n"
    shop.puts_on_sale(emma, f"{header}Emma,100,3,,a\nSanditon,50,1,,b\n")
    shop.puts_on_sale(emma, f"{header}Emma,100,3,,a\n", withdraw_missing=True)

    page = looks_at(f"{header}Emma,100,3,474,a\nSanditon,50,1,,b\n")

    assert [row["Also"] for row in tables(page)[0]] == ["what is told of the book", "on sale again"]


def test_what_may_be_a_mistake_stands_above_the_button(looks_at, shop, emma):
    rows = "".join(f"Book {n},100,1\n" for n in range(30))
    shop.puts_on_sale(emma, f"title,price,stock\n{rows}")

    page = looks_at("title,price,stock\nBook 0,10000,1\n")

    cautions = [one.value for one in page.warning]
    assert cautions == [
        ANY,
        "1 price changes more than tenfold: look among the warnings whether it is right.",
    ]
    assert cautions[0].startswith("Of your 30 offers on sale 29 are not in this file")


def test_a_question_about_withdrawing_is_gone_when_it_is_answered(looks_at, shop, emma):
    rows = "".join(f"Book {n},100,1\n" for n in range(30))
    shop.puts_on_sale(emma, f"title,price,stock\n{rows}")
    page = looks_at("title,price,stock\nBook 0,110,1\n")

    press(page, "Apply")
    shop.works()
    page.run()

    assert shop.does(imports.get, 2, emma).state is ImportState.APPLIED
    assert told(page) == []
    assert shop.report(2)["warnings"] == []


def test_warnings_of_the_file_of_records_and_of_ends_each_have_their_heading(looks_at, shop, emma):
    shop.puts_on_sale(emma, "title,price\nEmma,10.00\n")

    page = looks_at(
        "<yml_catalog><shop><offers>"
        '<offer id="1"><name>Sanditon</name><price>5</price><year>soon</year></offer>'
        '<offer id="gone" deleted="true"/>'
        "</offers></shop></yml_catalog>"
    )

    headings = [one.value for one in page.subheader]
    assert headings == [
        "About the file as a whole",
        "1 record takes nothing off sale",
        "1 warning",
    ]
    [of_file] = [one.value for one in page.markdown if one.value.startswith("- ")]
    assert of_file.startswith("- The file does not say how many copies")
    _, _, needless, warnings = tables(page)
    assert [row["In the file"] for row in needless] == ["Your code\\: gone"]
    assert [row["In the file"] for row in warnings] == ["Year\\: soon"]


def test_prices_in_messages_stand_as_in_the_table_beside_them(looks_at, shop, emma):
    shop.puts_on_sale(emma, "title,price,stock\nEmma,10.00,1\n")

    page = looks_at("title,price,stock\nEmma,1010.00,1\n")

    [warning] = tables(page)[-1]
    assert warning["What is wrong"].startswith(
        "The price was 10\\.00 ₽ and becomes 1,010\\.00 ₽\\: is"
    )


def test_counts_in_messages_are_grouped_and_lines_are_not():
    text = "Of your %(on_sale)d offers on sale %(missing)d are not in this file."
    place = "The same ISBN is on line %(line)d, in record %(record)d: that one stands."

    assert in_words(text, {"on_sale": 10736, "missing": 10000}, "en") == (
        "Of your 10,736 offers on sale 10,000 are not in this file."
    )
    assert "on line 10736, in record 10735" in in_words(
        place, {"line": 10736, "record": 10735}, "en"
    )


def test_a_file_that_changes_nothing_is_said_to_and_need_not_be_applied(looks_at, shop, emma):
    shop.puts_on_sale(emma, CATALOGUE)

    page = looks_at(CATALOGUE)

    said = "What was accepted is in the shop already as this file has it."
    assert said in told(page)
    assert [one.proto.type for one in page.button if one.label == "Apply"] == ["secondary"]
    assert not any("it is not on sale yet" in one.value for one in page.markdown)
    page = looks_at(CATALOGUE.replace("450.50", "451"))
    assert said not in told(page)
    assert [one.proto.type for one in page.button if one.label == "Apply"] == ["primary"]


def test_when_it_is_undone_it_is_told_what_it_had_done_and_what_stays(looks_at, shop, emma):
    header = "title,price,stock\n"
    shop.puts_on_sale(emma, f"{header}Emma,100,3\nSanditon,50,1\n")
    page = looks_at(f"{header}Emma,110,3\nSanditon,60,1\nPersuasion,70,1\n")
    press(page, "Apply")
    shop.works()
    page.run()
    assert (counts(page)["New books"], counts(page)["Changed"]) == ("1", "2")
    shop.puts_on_sale(emma, f"{header}Sanditon,65,1\n")

    press(page, "Undo")
    shop.works()
    page.run()

    said = [one.value for one in page.markdown]
    assert (
        "This upload had brought: 1 new, 2 changed. It is put back, but for what changed since."
        in said
    )
    assert counts(page) == {}
    assert "other facts of books stay as the file told them" in page.caption[0].value
    assert [one.value for one in page.warning] == [
        "1 offers were changed by a later import and stay as they are\\."
    ]
    assert not page.subheader


def test_what_was_accepted_is_to_be_applied_before_the_rest_is_mended(looks_at, shop):
    first = "Before that, apply what was accepted: it is not on sale yet."
    page = looks_at(CATALOGUE)
    assert any(one.value.endswith(first) for one in page.markdown)

    press(page, "Apply")
    shop.works()
    page.run()

    [said] = [one.value for one in page.markdown if "refused records" in one.value]
    assert said.endswith("upload that file. What was accepted stays as it is.")


def test_a_file_that_is_broken_off_withdraws_nothing(looks_at, shop, emma):
    shop.puts_on_sale(emma, "title,price,stock\nEmma,100,3\nSanditon,50,1\n")

    page = looks_at('title,price,stock\nEmma,110,3\n"Sandi')

    assert page.checkbox[0].disabled
    assert "The file ends in the middle of a record" in page.warning[0].value
    press(page, "Apply")
    shop.works()
    assert shop.report(2)["withdrawn"] == 0


def test_how_far_the_check_has_come_is_shown_and_it_can_be_cancelled(visits, shop, emma):
    id = shop.uploads(emma, CATALOGUE)
    with shop.database.transaction() as session:
        checking = session.get_one(Import, id)
        checking.state, checking.progress, checking.rows = ImportState.CHECKING, 420, 15000

    page = visits(emma, "catalogue", **{"import": id})

    [bar] = page.get("progress")
    assert bar.proto.value == 42
    assert bar.proto.text.endswith("You may leave this page. 15,000 records so far.")
    press(page, "Cancel the upload")
    assert shop.does(imports.get, id, emma).state is ImportState.CANCELLED


def test_columns_that_cannot_be_told_are_asked_for_and_remembered(looks_at, shop, emma):
    page = looks_at(UNTOLD)

    assert not page.error
    assert ":orange-badge[Which column is which?]" in [one.value for one in page.markdown]
    assert any("no name that we know for: Title, Price." in one.value for one in page.markdown)
    assert [one.label for one in page.selectbox] == ["Werk", "Kosten", "Farbe"]
    values = [one.value for one in page.caption]
    assert (
        values.index("Emma · Sanditon") < values.index("500\\.00 · 450\\.50") < values.index("rot")
    )
    title, price, colour = page.selectbox
    assert (title.value, price.value, colour.value) == ("", "price", "")  # two columns of words
    title.set_value("title")
    page.number_input[0].set_value(7)
    press(page, "Read the file so")
    shop.works()
    page.run()

    assert counts(page)["New books"] == "2"
    assert [row["Copies"] for row in tables(page)[0]] == [7, 7]
    assert counts(looks_at(UNTOLD.replace("Emma", "Persuasion")))["New books"] == "2"


def test_two_columns_for_one_field_are_told_beside_the_form(looks_at):
    page = looks_at(UNTOLD)
    for box in page.selectbox[:2]:
        box.set_value("title")

    press(page, "Read the file so")

    assert "“Werk” and “Kosten” are both read as “Title”" in page.error[0].value
    assert page.selectbox[0].value == "title"


def test_that_nothing_is_to_be_read_is_told_beside_the_form(looks_at, shop, emma):
    page = looks_at(UNTOLD)
    for box in page.selectbox:
        box.set_value("")

    press(page, "Read the file so")

    assert page.error[0].value.endswith("Missing: Title, Price.")
    assert shop.does(imports.get, 1, emma).state is ImportState.REFUSED


def test_a_column_that_was_not_read_is_not_guessed_once_the_others_were(looks_at):
    page = looks_at("title,price,Lager\nEmma,100,3\nSanditon,120,4\n")

    assert [box.value for box in page.selectbox] == ["title", "price", ""]


def test_a_column_that_was_told_wrongly_is_corrected_from_the_preview(looks_at, shop):
    page = looks_at("title,price,old price,stock\nEmma,100,120,1\n")

    told_price, old_price = page.selectbox[1:3]
    assert (told_price.value, old_price.value) == ("price", "")
    told_price.set_value("")
    old_price.set_value("price")
    press(page, "Read the file so")
    shop.works()
    page.run()

    assert tables(page)[0][0]["Price"] == 12000


def test_columns_that_are_not_shown_are_read_as_they_were_told():
    columns = {"header": ["a", "b", "c"], "read_as": {"a": "title", "c": "price"}}

    assert mapping_of(columns, {"a": "", "b": "title"}) == {"a": "", "b": "title", "c": "price"}


def test_a_catalogue_of_thousands_of_columns_is_not_asked_for_each(looks_at):
    page = looks_at(",".join(f"c{n}" for n in range(3000)) + "\n" + ",".join(["1"] * 3000) + "\n")

    assert len(page.selectbox) == 60
    assert "The first 60 columns are shown." in [one.value for one in page.caption]


def test_the_file_of_warnings_holds_all_and_computes_nothing():
    fault = {"line": 7, "record": 6, "field": "stock", "value": "=1+1", "message": "Not a price."}

    rows = list(csv.reader(io.StringIO(as_csv([fault] * 300, "en").decode("utf-8-sig"))))

    assert rows[0] == ["Line", "Record", "Field", "Value", "What is wrong"]
    assert rows[1] == ["7", "6", "Number of copies", "'=1+1", "Not a price."]
    assert len(rows) == 301


def test_while_it_is_applied_the_books_are_counted(visits, shop, emma):
    id = shop.uploads(emma, CATALOGUE)
    with shop.database.transaction() as session:
        applying = session.get_one(Import, id)
        applying.state, applying.progress = ImportState.APPLYING, 500
        applying.rows = applying.accepted = 4000
        applying.applied_records = 2000

    page = visits(emma, "catalogue", **{"import": id})

    [bar] = page.get("progress")
    assert (bar.proto.value, bar.proto.text) == (
        50,
        "The books are going on sale: 2,000 of 4,000 records.",
    )
    assert told(page) == []
    assert counts(page) == {}
    assert page.caption[0].value.startswith("You may leave this page. It cannot be cancelled now")
    assert page.button == []
