import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookshop.imports import reading
from bookshop.imports.columns import REASON
from bookshop.imports.problems import MissingColumns, NoRecords
from bookshop.translations import say

TABLE = "title,price,stock,description\nEmma,100.50,3,A novel\nМетель,200,0,Повесть о любви\n"


def titles(catalogue):
    return [book["title"] for book in catalogue.accepted]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(upload, delimiter):
    catalogue = upload(TABLE.replace(",", delimiter))

    assert titles(catalogue) == ["Emma", "Метель"]
    assert catalogue.format == "csv"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_lines_end_as_they_will(upload, end):
    catalogue = upload(TABLE.replace("\n", end))

    assert titles(catalogue) == ["Emma", "Метель"]
    assert [book["line"] for book in catalogue.accepted] == [2, 3]


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1251", "windows-1251"),
        ("koi8-r", "koi8-r"),
        ("cp866", "cp866"),
    ],
)
def test_the_letters_are_recognised(upload, codec, told):
    catalogue = upload(TABLE.encode(codec))

    assert titles(catalogue) == ["Emma", "Метель"]
    assert catalogue.encoding == told


def test_a_carriage_return_inside_a_line_is_no_line(upload):
    catalogue = upload("title,price,stock\r\r\nA\rB,1,1\r\r\nC,1,1\r")

    assert titles(catalogue) == ["AB", "C"]


def test_letters_of_western_europe_are_recognised(upload):
    table = "title,price,stock,authors\nLes Misérables,100,1,Hugo\nDie Räuber,100,1,Schiller\n"

    catalogue = upload(table.encode("latin-1"))

    assert titles(catalogue) == ["Les Misérables", "Die Räuber"]
    assert catalogue.encoding == "latin-1"


def test_letters_that_come_late_in_a_long_file_are_recognised(upload):
    plain = "".join(f"Book {n},100,1,x\n" for n in range(5_000))

    header, *_ = TABLE.splitlines(keepends=True)

    catalogue = upload((header + plain + "Война,100,1,И мир\n").encode("cp1251"))

    assert titles(catalogue)[-1] == "Война"


def test_one_broken_letter_spoils_its_record_and_no_other(upload):
    catalogue = upload(TABLE.encode() + "Ёлка".encode() + b"\xff,100,1,x\n")

    assert titles(catalogue) == ["Emma", "Метель"]
    assert catalogue.encoding == "utf-8"
    assert catalogue.refused == [(4, "title", "letters_damaged")]


def test_broken_letters_far_from_the_others_do_not_change_the_encoding(upload):
    plain = "".join(f"Book {n},100,1,{'x' * 1000}\n" for n in range(1_200))

    catalogue = upload(TABLE.encode() + plain.encode() + b"Book\xff,100,1,x\n")

    assert catalogue.encoding == "utf-8"
    assert len(catalogue.accepted) == 1_202
    assert catalogue.refused == [(1204, "title", "letters_damaged")]


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
def test_russian_is_not_taken_for_damaged_utf8(upload, codec):
    table = TABLE + "«ВЁРСТЫ»,1,1,СССР ёж\n" + "Ран и Рябь,1,1,ранрар\n"

    encoded = table.replace("«", "").replace("»", "").encode(codec)

    assert titles(upload(encoded))[1:] == ["Метель", "ВЁРСТЫ", "Ран и Рябь"]


def test_excel_may_name_its_delimiter(upload):
    catalogue = upload("sep=;\r\ntitle;price;stock\r\nA, B; 1,50 ;2\r\n")

    assert catalogue.book["title"] == "A, B"
    assert catalogue.book["line"] == 3


def test_a_quoted_text_may_hold_delimiters_quotes_and_lines(upload):
    catalogue = upload('title,price,stock,description\n"A, ""B""",1,1,"one\n\ntwo"\nC,2,1,\n')

    assert titles(catalogue) == ['A, "B"', "C"]
    assert catalogue.accepted[0]["description"] == "one\n\ntwo"
    assert [book["line"] for book in catalogue.accepted] == [2, 5]


def test_blank_lines_are_no_records(upload):
    catalogue = upload("\n\ntitle,price,stock\n\nA,1,1\n,,\n   \nB,2,2\n\n")

    assert [(book["line"], book["record"]) for book in catalogue.accepted] == [(5, 1), (8, 2)]


def test_a_row_too_short_or_too_long_is_a_problem_of_that_row_alone(upload):
    catalogue = upload("title,price,stock\nA,1\nB,2,2\nC, or D,3,3\nE,5,5\n")

    assert titles(catalogue) == ["B", "E"]
    assert catalogue.refused == [(2, "(row)", "row_width"), (4, "(row)", "row_width")]
    assert catalogue.problems[1].params == {"found": 4, "expected": 3}
    assert [book["record"] for book in catalogue.accepted] == [2, 4]


def test_a_shifted_row_is_not_taken_for_whole_because_its_last_cell_is_blank(upload):
    assert upload("title,price,stock,series\nC, or D,3,3,\n").refused == [(2, "(row)", "row_width")]


def test_cells_below_nameless_columns_may_be_missing(upload):
    assert titles(upload("title;price;stock;;\nA;1;1;;\nB;1;1\n")) == ["A", "B"]


@pytest.mark.parametrize(
    "stray", ['"Emma,1,1', 'Emma,1,"1', '"Emma""","1,1'], ids=["first", "last", "twice"]
)
def test_a_quote_that_is_never_closed_costs_one_record(upload, stray):
    good = "".join(f"Book {n},100,1\n" for n in range(10))

    catalogue = upload(f"title,price,stock\n{good}{stray}\n{good.replace('Book', 'Novel')}")

    assert len(catalogue.accepted) == 20
    assert catalogue.refused == [(12, "(row)", "open_quote")]


def test_a_quote_that_is_never_closed_is_given_up_in_a_long_file(upload):
    good = "".join(f"Book {n} {'and so on ' * 40},100,1\n" for n in range(4_000))

    assert len(upload(f'title,price,stock\n"Emma,1,1\n{good}').accepted) == 4_000


def test_a_cell_of_a_megabyte_is_read_and_cut(upload):
    catalogue = upload(f"title,price,stock,description\nA,1,1,{'x' * 1_000_000}\nB,1,1,\n")

    assert titles(catalogue) == ["A", "B"]
    assert catalogue.warned == [(2, "description", "cut")]


def test_a_quoted_cell_of_a_megabyte_with_many_lines_is_read_too(upload):
    catalogue = upload('title,price,stock,description\nA,1,1,"' + "x\n" * 600_000 + '"\nB,1,1,\n')

    assert titles(catalogue) == ["A", "B"]
    assert catalogue.accepted[1]["line"] == 600_003


def test_quotes_behind_backslashes_are_quotes(upload):
    r"""As Book-Crossing writes: "\"Pie-powder\"; being dust"."""
    catalogue = upload(
        'title;"author";price;stock\n'
        r'"He said \"no\"";"Foote";1;1' + "\n"
        r'"\"Pie-powder\"; being dust";"Foote";2;1' + "\n"
        '"Two \\"lines\\"\nof it";"Foote";3;1\n'
        '"Plain";"Foote";4;1\n'
    )

    assert titles(catalogue) == [
        'He said "no"',
        '"Pie-powder"; being dust',
        'Two "lines" of it',
        "Plain",
    ]
    assert [book["line"] for book in catalogue.accepted] == [2, 3, 4, 6]


def test_a_backslash_at_the_end_of_a_text_is_a_backslash(upload):
    catalogue = upload('title,sku,price,stock\n"C:\\","x, D:\\",1,1\n"E:\\","y, \\""F",2,1\n')

    assert [(book["title"], book["sku"]) for book in catalogue.accepted] == [
        ("C:\\", "x, D:\\"),
        ("E:\\", 'y, \\"F'),
    ]


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        ("Persuasion,1", "row_width"),
        ('"Persua', "open_quote"),
        ('Persuasion,1,1,"one\ntwo\n', "open_quote"),
    ],
)
def test_a_file_that_breaks_off_refuses_its_last_record_and_says_so(tmp_path, end, fault):
    path = tmp_path / "upload"
    path.write_text(TABLE + end)

    catalogue = reading.read(path)
    (chunk,) = catalogue.chunks

    assert chunk["title"].tolist() == ["Emma", "Метель"]
    assert catalogue.cut_short
    assert [(one.line, one.code) for one in catalogue.take_problems()] == [(4, fault)]
    assert [(one.line, one.code) for one in catalogue.take_warnings()] == [(4, "cut_short")]


@pytest.mark.parametrize("before", ["", "A,1,1\n" * 5, "A,1,1\n" * 5 + "\n", '"A\nB",1,1\n'])
def test_a_file_that_breaks_off_within_a_letter_is_cut_short(tmp_path, before):
    path = tmp_path / "upload"
    path.write_bytes((TABLE + before + "Метель,1,1,Повесть").encode()[:-1])

    catalogue = reading.read(path)

    assert len(list(catalogue.chunks)) == 1
    assert catalogue.cut_short


@pytest.mark.parametrize(
    "whole", [TABLE, TABLE.rstrip(), TABLE + "A,1,1\n", TABLE + '"Persua,1,1,1\nB,1,1,\n']
)
def test_a_file_that_ends_where_a_record_does_is_not_cut_short(tmp_path, whole):
    path = tmp_path / "upload"
    path.write_text(whole)

    catalogue = reading.read(path)

    assert len(list(catalogue.chunks)) == 1
    assert not catalogue.cut_short


def test_refused_records_do_not_wait_for_good_ones(tmp_path):
    path = tmp_path / "upload"
    path.write_text("title,price,stock\n" + "A,1\n" * 12_000 + "B,1,1\n")

    catalogue = reading.read(path)
    taken = [(len(chunk), len(catalogue.take_problems())) for chunk in catalogue.chunks]

    assert taken == [(0, 5_000), (0, 5_000), (1, 2_000)]
    assert catalogue.take_problems() == []


def test_a_chunk_is_no_larger_than_memory_allows(tmp_path):
    path = tmp_path / "upload"
    path.write_text("title,price,stock,description\n" + f"A,1,1,{'x' * 1_000_000}\n" * 40)

    catalogue = reading.read(path)
    chunks, progress = zip(
        *((len(chunk), catalogue.progress()) for chunk in catalogue.chunks), strict=True
    )

    assert chunks == (17, 17, 6)
    assert 0.4 < progress[0] < 0.5 < 0.8 < progress[1] < 0.9
    assert catalogue.progress() == 1


def test_stray_quotes_on_every_line_take_no_more_time_than_the_file_is_long(upload):
    """None of them is ever closed: each would be looked for to the end of the file."""
    catalogue = upload("title,price,stock\n" + 'x","y\n' * 50_000 + "A,1,1\n")

    assert titles(catalogue) == ["A"]
    assert len(catalogue.problems) == 50_000


def test_thousands_of_columns_nobody_knows_are_told_shortly(upload):
    names = ",".join(f"colour {n}" for n in range(5_000))

    catalogue = upload(f"title,price,stock,{names}\nA,1,1{',red' * 5_000}\n")

    (warning,) = catalogue.warnings
    assert catalogue.book["title"] == "A"
    assert len(warning.params["names"]) == 300


def test_columns_nobody_knows_are_named_once_and_not_read(upload):
    catalogue = upload("title,colour,price,stock,weight\nA,red,1,1,2\nB,red,1,1,2\n")

    (warning,) = catalogue.warnings
    assert (warning.line, warning.record, warning.code) == (1, 0, "unknown_columns")
    assert warning.params == {"names": "colour, weight"}


def test_without_a_column_of_copies_there_is_one_of_each_and_one_warning(upload):
    catalogue = upload("title,price\nA,1\nB,2\n")

    assert [book["stock"] for book in catalogue.accepted] == [1, 1]
    assert catalogue.warned == [(1, "stock", "stock_assumed")]


def test_a_blank_count_of_copies_is_not_guessed(upload):
    assert upload("title,price,stock\nA,1,\n").refused == [(2, "stock", "stock_blank")]


def test_the_selling_price_is_the_price(upload):
    catalogue = upload("Название;Цена;Цена со скидкой;Остаток\nA;500,00;399,90;2\n")

    assert catalogue.book["price"] == 39990


def test_where_there_is_no_discount_the_other_price_is_read(upload):
    catalogue = upload("Название;Цена;Цена со скидкой;Остаток\nA;500,00;;2\n")

    assert (catalogue.book["price"], catalogue.warned) == (50000, [])


@pytest.mark.parametrize(
    ("header", "missing"),
    [("price,stock", "Title"), ("title,stock", "Price"), ("Emma,Austen", "Title, Price")],
)
def test_a_table_without_titles_or_prices_is_refused_by_what_it_lacks(upload, header, missing):
    with pytest.raises(MissingColumns) as refusal:
        upload(f"{header}\nA,1\n")

    assert str(refusal.value.params["missing"]) == missing
    assert refusal.value.params["found"] == header.replace(",", ", ")


@pytest.mark.parametrize("nothing", ["title,price", "title,price\n", "title,price\r\n\r\n,\r\n"])
def test_a_header_alone_is_refused(upload, nothing):
    with pytest.raises(NoRecords):
        upload(nothing)


def refused_of(path, why, **asked):
    into = io.BytesIO()
    reading.write_refused(path, why, say("ru", REASON), into, **asked)
    return into.getvalue()


def test_refused_rows_come_back_as_they_stood_with_the_reason(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes('Цвет;Название;Цена\r\nred;A;1\r\nx;Ёж ""\r\n;B;ноль;9;8\r\n'.encode("cp1251"))

    text = refused_of(path, {2: "мало", 3: 'много; "9"'})

    assert text.decode("utf-8") == (
        "\ufeffЦвет;Название;Цена;Почему не принято\r\n"
        'x;"Ёж """"";;мало\r\n'
        ';B;ноль;"много; ""9""";9;8\r\n'
    )


def test_refused_rows_can_be_mended_and_sent_again_and_refused_again(tmp_path, upload):
    path = tmp_path / "upload"
    path.write_text('title,price,stock\n"A, or B",x,1\n"C,1,1\nD,1,1\n')

    again = refused_of(path, {1: "no price", 2: "open quote"})
    mended = upload(again.replace(b"x,1", b"5,1").replace(b'"C,1,1\r\n"', b"C,1,1"))
    path.write_bytes(again)
    third = refused_of(path, {1: "still none"})

    assert "A, or B" in titles(mended)
    assert mended.warnings == []
    assert third.decode("utf-8-sig").splitlines() == [
        "title,price,stock,Почему не принято",
        '"A, or B",x,1,still none',
    ]


def test_refused_rows_are_those_of_the_mapping_too(tmp_path):
    path = tmp_path / "upload"
    path.write_text("Что,Почём\nA,1\nB,x\n")

    text = refused_of(path, {2: "нет цены"}, mapping={"Что": "title", "Почём": "price"})

    assert text.decode("utf-8-sig").splitlines()[1:] == ["B,x,нет цены"]


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(
    table=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_cell_that_was_written_is_read(tmp_path, table, delimiter, end, codec):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "price", "publisher"), *(("x" + t, p, i) for t, p, i in table)])
    path = tmp_path / "table"
    path.write_bytes(written.getvalue().encode(codec))

    (chunk,) = reading.read(path).chunks

    read = list(chunk[["title", "price", "publisher"]].itertuples(index=False, name=None))
    assert read == [("x" + t, p, i) for t, p, i in table]
