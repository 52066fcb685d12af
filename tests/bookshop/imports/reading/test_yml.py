from base64 import b64encode

import pytest

from bookshop.imports import problems
from bookshop.imports.reading import read

PREAMBLE = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE yml_catalog SYSTEM "shops.dtd">\n'


def catalogue(*offers, categories="", preamble=PREAMBLE):
    return (
        f"{preamble}<yml_catalog><shop>\n<categories>{categories}</categories>\n"
        f"<offers>\n{''.join(offers)}\n</offers></shop></yml_catalog>"
    )


def offer(inside="", attributes='id="1" type="book" available="true"'):
    return f"<offer {attributes}><name>Метель</name><price>100</price>{inside}</offer>\n"


def test_everything_an_offer_says_of_a_book_is_read(upload):
    book = upload(
        catalogue(
            offer(
                "<author>Илья Ильф, Евгений Петров</author><publisher>АСТ</publisher>"
                "<series>Классика</series><year>1931</year><ISBN>979-9-241-58333-5</ISBN>"
                "<language>Русский</language><page_extent>400</page_extent>"
                "<picture>https://a.example/1.jpg</picture><picture>https://a.example/2.jpg</picture>"
                "<description><![CDATA[<p>Роман &amp; <b>смех</b></p>]]></description>"
                "<currencyId>RUR</currencyId><categoryId>2</categoryId><count>7</count>"
                "<oldprice>150</oldprice><binding>твёрдый переплёт</binding>"
                "<volume>3</volume><part>2</part><age unit='year'>12</age>"
                "<table_of_contents>Глава 1\nГлава 2</table_of_contents>"
            ),
            categories='<category id="2">Проза</category>',
        )
    ).book

    assert book == {
        "isbn13": "9799241583335",
        "own_key": None,
        "title": "Метель",
        "authors": "Илья Ильф; Евгений Петров",
        "publisher": "АСТ",
        "year": 1931,
        "language": "ru",
        "price": 10000,
        "stock": 7,
        "category": "Проза",
        "pages": 400,
        "description": "Роман & смех\nГлава 1\nГлава 2",
        "cover_url": "https://a.example/1.jpg",
        "series": "Классика",
        "binding": "твёрдый переплёт",
        "age": "12+",
        "volume": "2/3",
        "sku": "1",
        "line": 6,
        "record": 1,
    }


@pytest.mark.parametrize(
    ("attributes", "count", "copies"),
    [
        ('id="1"', "5", 5),
        ('id="1" available="false"', "5", 0),
        ('id="1" available="true" deleted="true"', "5", 0),
        ('id="1" disabled="true"', "5", 0),
        ('id="1" available="true"', "0", 0),
    ],
)
def test_what_is_not_available_has_no_copies(upload, attributes, count, copies):
    book = upload(catalogue(offer(f"<count>{count}</count>", attributes))).book

    assert book["stock"] == copies


def test_an_offer_may_be_deleted_or_disabled_by_an_element_too(upload):
    gone = (offer(f"<count>5</count><{name}>true</{name}>") for name in ("deleted", "disabled"))

    assert [upload(catalogue(one)).book["stock"] for one in gone] == [0, 0]


def test_copies_may_be_counted_by_outlets(upload):
    outlets = '<outlets><outlet id="1" instock="3"/><outlet id="2" instock="4"/></outlets>'

    assert upload(catalogue(offer(outlets))).book["stock"] == 7


def test_without_counts_there_is_one_copy_of_each_and_one_warning(upload):
    read = upload(catalogue(offer(), offer(attributes='id="2"')))

    assert [book["stock"] for book in read.accepted] == [1, 1]
    assert read.warned == [(6, "stock", "stock_assumed")]


def test_a_seller_may_say_how_many_copies_there_are_of_what_is_not_counted(upload):
    read = upload(catalogue(offer(), offer("<count>2</count>", 'id="2"')), default_stock=9)

    assert [book["stock"] for book in read.accepted] == [9, 2]
    assert read.warnings == []


@pytest.mark.parametrize(
    ("inside", "isbn"),
    [
        ("<ISBN>5-17-000000-0, 978-0-306-40615-7, 979-9-241-58333-5</ISBN>", "9780306406157"),
        ("<ISBN>978-0-306-40615-7</ISBN><ISBN>979-9-241-58333-5</ISBN>", "9780306406157"),
        ("<barcode>4600000000000</barcode><barcode>9780306406157</barcode>", "9780306406157"),
        ("<barcode>4600000000000</barcode>", None),
        ("<ISBN> </ISBN><barcode>9780306406157</barcode>", "9780306406157"),
        ("<ISBN/><param name='ISBN'>0306406152</param>", "9780306406157"),
    ],
)
def test_the_first_valid_isbn_is_the_books(upload, inside, isbn):
    assert upload(catalogue(offer(inside))).book["isbn13"] == isbn


def test_a_param_stands_for_an_element_that_is_not_there(upload):
    book = upload(
        catalogue(
            offer(
                "<year>1999</year><param name='Год издания'>2001</param>"
                "<param name='Переплёт'>мягкая обложка</param><param name='Вес'>300</param>"
            )
        )
    ).book

    assert (book["year"], book["binding"]) == (1999, "мягкая обложка")


@pytest.mark.parametrize(
    ("age", "understood"),
    [
        ("<age unit='year'>18</age>", "18+"),
        ("<age>6</age>", "6+"),
        ("<age unit='month'>36</age>", "3+"),
        ("<age>16+</age>", "16+"),
    ],
)
def test_an_age_is_a_number_of_years_and_more(upload, age, understood):
    assert upload(catalogue(offer(age))).book["age"] == understood


@pytest.mark.parametrize(
    ("author", "people"),
    [
        ("<author>Илья Ильф, Евгений Петров</author>", "Илья Ильф; Евгений Петров"),
        ("<author>Толстой, Лев</author>", "Толстой, Лев"),
        ("<author>Ильф</author><author>Петров</author>", "Ильф; Петров"),
        ("<author>Илья Ильф; Евгений Петров, мл. брат</author>",) * 2,
    ],
)
def test_authors_are_told_apart_by_the_form_of_their_names(upload, author, people):
    people = people.replace("<author>", "").replace("</author>", "")

    assert upload(catalogue(offer(author))).book["authors"] == people


def test_prices_in_another_currency_are_refused_one_by_one(upload):
    read = upload(
        catalogue(
            offer("<currencyId>USD</currencyId>"), offer("<currencyId>RUB</currencyId>", 'id="2"')
        )
    )

    assert read.refused == [(6, "currency", "currency_not_ours")]
    assert len(read.accepted) == 1


def test_an_offer_met_twice_is_told_with_the_line_of_the_first(upload):
    read = upload(catalogue(offer("<count>1</count>"), offer("<count>1</count>")))

    assert read.refused == [(7, "sku", "sku_twice")]
    assert read.problems[0].params == {"line": 6, "record": 1}


def test_of_records_on_one_line_the_first_is_told_by_its_number(upload):
    many = [offer("<count>1</count>", f'id="{n}"').replace("\n", "") for n in (1, 2, 3, 2)]

    read = upload(catalogue(*many, preamble="").replace("\n", ""))

    assert read.refused == [(1, "sku", "sku_twice")]
    assert read.problems[0].record == 4
    assert read.problems[0].params == {"line": 1, "record": 2}


@pytest.mark.parametrize("says", ["deleted='true'", "disabled='true'", "available='false'"])
def test_of_an_offer_that_is_gone_and_has_no_title_only_its_id_is_read(tmp_path, says):
    path = tmp_path / "upload"
    path.write_text(catalogue(f"<offer id='A1' {says}><price>7</price><count>9</count></offer>"))

    [chunk] = read(path).chunks

    said = chunk.drop(columns=["line", "record"]).iloc[0]
    assert said[said != ""].to_dict() == {"sku": "A1", "stock": "0"}


def test_other_goods_are_no_books(upload):
    read = upload(catalogue(offer(), offer(attributes='id="2" type="audiobook"')))

    assert read.refused == [(7, "type", "not_a_book")]
    assert len(read.accepted) == 1


def test_a_category_is_named_by_itself_or_by_the_nearest_above_it(upload):
    tree = (
        '<category id="1" parentId="2"/><category id="2" parentId="1"/>'  # in a circle
        '<category id="3" parentId="4"/><category id="4">Поэзия</category>'
        '<category id="5" parent_id="0"/><category id="0"><![CDATA[Книги & всё]]></category>'
        '<category id="6" parentId="404">Сирота</category><category id="4">Вторая</category>'
    )
    wanted = {"1": "", "3": "Поэзия", "5": "Книги & всё", "6": "Сирота", "4": "Поэзия", "9": ""}
    offers = (offer(f"<categoryId>{n}</categoryId>", f'id="{n}"') for n in wanted)

    read = upload(catalogue(*offers, categories=tree))

    assert [book["category"] for book in read.accepted] == list(wanted.values())


@pytest.mark.parametrize(
    "inside", ["<year>1999</year>\n", "\n  <year>1999</year>\n\n", "\n\n<series>a\nb</series>"]
)
def test_lines_are_right_however_far_down(upload, inside):
    """libxml2 has 16 bits for them."""
    read = upload(catalogue("\n" * 70_000, offer(inside), f"<offer id='2'>{inside}</offer>"))

    lines = offer(inside).count("\n")
    assert read.accepted[0]["line"] == 70_006
    assert read.refused[0] == (70_006 + lines, "title", "title_missing")


def test_names_of_signs_that_html_knows_are_understood(upload):
    book = upload(
        catalogue(offer("<publisher>Нева&nbsp;&mdash; &amp;lt;<!-- нет -->АСТ</publisher>"))
    ).book

    assert book["publisher"] == "Нева\N{NO-BREAK SPACE}— &lt;АСТ"


@pytest.mark.parametrize("codec", ["windows-1251", "UTF-16"])
def test_the_xml_says_its_own_encoding(upload, codec):
    text = catalogue(offer(), preamble=f'<?xml version="1.0" encoding="{codec}"?>')

    read = upload(text.encode(codec))

    assert read.book["title"] == "Метель"
    assert read.encoding == codec.lower()


def test_blank_lines_before_the_declaration_do_no_harm(upload):
    assert upload("\ufeff\n \n" + catalogue(offer())).book["line"] == 8


@pytest.mark.parametrize(
    ("declared", "codec", "encoding"),
    [
        ("", "windows-1251", "windows-1251"),
        ("encoding='win-1251'", "windows-1251", "windows-1251"),
        ("encoding='UTF-16'", "utf-8", "utf-8"),
        ("encoding='windows-1251'", "utf-8-sig", "utf-8"),
        ("encoding='utf-8'", "utf-16", "utf-16"),
        ("encoding='koi8-r'", "koi8-r", "koi8-r"),
    ],
)
def test_what_a_file_wrongly_says_of_itself_is_seen_through(upload, declared, codec, encoding):
    preamble = f"<?xml version='1.0' {declared}?>\n"
    text = catalogue(offer("<author>Пушкин</author><series>Повести</series>"), preamble=preamble)

    read = upload(text.encode(codec))

    assert (read.book["title"], read.encoding) == ("Метель", encoding)


@pytest.mark.parametrize("preamble", [PREAMBLE, PREAMBLE.replace("UTF-8", "windows-1251")])
@pytest.mark.parametrize("before", [0, 30, 65_000, 65_536, 140_000])
def test_a_byte_that_is_no_letter_spoils_one_record_only(upload, preamble, before):
    """0x98 is the one that windows-1251 has no letter for."""
    codec = "cp1251" if "1251" in preamble else "utf-8"
    text = catalogue(
        "\n" * before, *(offer(attributes=f'id="{n}"') for n in "123"), preamble=preamble
    )
    content = text.encode(codec)
    second = content.index(b'id="2"')
    place = content.index("т".encode(codec), second)

    read = upload(content[:place] + b"\x98" + content[place + 1 :])

    assert [book["sku"] for book in read.accepted] == ["1", "3"]
    assert read.refused == [(7 + before, "title", "letters_damaged")]


@pytest.mark.parametrize("control", ["\0", "\x01", "\x1f", "\ufffe", "&#0;", "&#x1F;", "&#0031;"])
@pytest.mark.parametrize("before", [0, *range(65_250, 65_262)])
def test_control_characters_go_as_they_do_from_a_table(upload, control, before):
    fill = f"<!--{'x' * before}-->" if before else ""  # so that it stands across two blocks
    read = upload(catalogue(fill, offer().replace("Метель", f"Мет{control}ель")))

    assert [book["title"] for book in read.accepted] == ["Метель"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        *[(f"&#{x};", "") for x in ("xFFFE", "xffff", "65534", "0065535", "55357", "xDE00")],
        ("&#55357;&#56832;", "😀"),
        ("&#xD83D;&#xde00;&#x000D83D;&#0056832;", "😀😀"),
        ("&#55357;&#55357;&#56832;&#56832;", "😀"),
        ("&#55295;&#57344;&#x1F600;", "\ud7ff\ue000😀"),
    ],
)
@pytest.mark.parametrize("before", [0, *range(65_226, 65_262, 3)])
def test_halves_of_a_letter_are_joined_and_what_is_none_goes(upload, written, read_as, before):
    fill = f"<!--{'x' * before}-->" if before else ""  # so that it stands across two blocks
    read = upload(catalogue(fill, offer().replace("Метель", f"Мет{written}ель")))

    assert [book["title"] for book in read.accepted] == [f"Мет{read_as}ель"]


def test_the_characters_between_words_are_no_control(upload):
    book = upload(catalogue(offer().replace("Метель", "a&#9;b&#10;c&#xD;d&#32;&#127;&#150;e"))).book

    assert book["title"] == "a b c d e"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE yml_catalog [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE yml_catalog [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>',
        '<!DOCTYPE yml_catalog SYSTEM "shops.dtd" [<!ATTLIST offer id CDATA "1">]>',
        '<!--c--><!DOCTYPE yml_catalog [<!ENTITY % p SYSTEM "http://localhost/">%p;]>',
    ],
)
def test_a_file_that_declares_things_of_its_own_is_refused(upload, doctype):
    with pytest.raises(problems.DeclaresEntities):
        upload(catalogue(offer("<series>&x;</series>"), preamble=doctype))


@pytest.mark.parametrize("name", ["UTF-7", "unicode_escape", "idna", "zlib", "undefined", "?"])
def test_what_would_hide_from_a_first_look_is_not_read_by_a_second_either(upload, name):
    """In UTF-7 a comment may end, and declarations begin, where other readers see one comment."""
    hidden = "--><!DOCTYPE yml_catalog [<!ENTITY a 'boom'>]><!--".encode("utf-16-be")
    comment = b"<!-- +%s- -->" % b64encode(hidden).rstrip(b"=")
    offers = b"<yml_catalog><offer id='1'><name>A</name><price>1</price></offer></yml_catalog>"

    read = upload(f"<?xml version='1.0' encoding='{name}'?>".encode() + comment + offers)

    assert (read.encoding, read.book["title"]) == ("utf-8", "A")


def test_what_hides_from_a_first_look_is_refused_by_the_parser(upload):
    """Who does not know of quotes sees the DOCTYPE end and the root begin inside them."""
    hidden = """<!DOCTYPE yml_catalog SYSTEM "a><yml_catalog a='" [<!ENTITY x "boom">]>"""

    with pytest.raises(problems.DeclaresEntities):
        upload(catalogue(offer("<series>&x;</series>"), preamble=hidden))


def test_a_first_look_is_in_the_encoding_that_is_read_in(upload):
    """What is a comment to the end in one is over in the middle of a letter of another."""
    kanji = b"\x1b$B0-->\x1b(B"  # no letters, and the comment goes on
    hidden = (
        b"<!--" + kanji + b"<yml_catalog a='--><!DOCTYPE y [<!ENTITY a SYSTEM \"x\">]><!--'>-->"
    )

    with pytest.raises(problems.DeclaresEntities):
        upload(
            b"<?xml version='1.0' encoding='iso-2022-jp'?>" + hidden + catalogue(offer()).encode()
        )


@pytest.mark.parametrize("inside", ["<junk/>" * 1_000_000, "<series>" + "x" * 4_000_000])
def test_an_offer_without_an_end_is_no_record(upload, inside):
    with pytest.raises((problems.LineTooLong, problems.BrokenXml)):
        upload(catalogue(offer(), f"<offer id='2'>{inside}"))


@pytest.mark.parametrize("inside", ["<product/>", "<x>\n</x>text", "<promo><product/></promo>"])
def test_of_what_is_not_read_there_may_be_any_number(upload, inside):
    """Promotions name their books after the offers."""
    promos = f"<promos><promo>{inside * (4_000_000 // len(inside))}</promo></promos>"
    first, second = (offer("<count>1</count>", f'id="{n}"') for n in "12")

    read = upload(catalogue(first, "</offers>", promos, "<offers>", second))

    assert [book["sku"] for book in read.accepted] == ["1", "2"]


def test_refused_offers_come_back_with_the_reason_and_are_read_when_mended(upload, refused):
    text = catalogue(
        offer("<categoryId>2</categoryId><series>А&nbsp;Б</series>"),
        offer(
            "<categoryId>2</categoryId><year>1999</year>"
            "<param name='Почему не принято'>старое</param>",
            'id="2"',
        ).replace("100", "много"),
        offer(attributes='id="3" type="audiobook"'),
        categories='<category id="2">Проза &amp; стихи</category>',
        preamble=PREAMBLE.replace("UTF-8", "windows-1251"),
    ).encode("windows-1251")

    back = refused(text, {2: 'Цена <b>"не"</b> число', 3: "Не книга"}, "Почему не принято")

    assert back.count("<offer ") == 2
    assert "старое" not in back
    assert "&lt;b&gt;" in back
    assert [text in back for text in ("#2. Цена", "#3. Не книга")] == [True, True]
    mended = upload(back.replace("много", "200"))
    assert [(b["price"], b["year"], b["category"]) for b in mended.accepted] == [
        (20000, 1999, "Проза & стихи")
    ]
    assert [code for _, _, code in mended.refused] == ["not_a_book"]


@pytest.mark.parametrize(
    "broken",
    [
        catalogue(offer())[:-60],
        catalogue(offer("<year>1999</yaer>")),
        catalogue(offer("<a>" * 1_000 + "</a>" * 1_000)),
        catalogue("\n\n\n<offer\x01 id='1'><name>A</name></offer>"),
    ],
    ids=["cut off", "mistyped", "too deep", "control character in a name"],
)
def test_broken_xml_is_refused_with_its_line(upload, broken):
    with pytest.raises(problems.BrokenXml) as refusal:
        upload(broken)

    assert refusal.value.params["line"] >= 5


def test_a_catalogue_that_breaks_after_many_offers_is_refused_too(upload):
    many = "".join(offer(attributes=f'id="{n}"') for n in range(6_000))

    with pytest.raises(problems.BrokenXml):
        upload(catalogue(many)[:-40])


def test_a_catalogue_without_offers_is_refused(upload):
    with pytest.raises(problems.NoRecords):
        upload(catalogue())
