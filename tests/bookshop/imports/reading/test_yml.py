import pytest

from bookshop.imports import problems

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
        "description": "Роман &amp; смех",
        "cover_url": "https://a.example/1.jpg",
        "series": "Классика",
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
        ('id="1" available="true"', "0", 0),
    ],
)
def test_what_is_not_available_has_no_copies(upload, attributes, count, copies):
    book = upload(catalogue(offer(f"<count>{count}</count>", attributes))).book

    assert book["stock"] == copies


def test_without_counts_there_is_one_copy_of_each_and_one_warning(upload):
    read = upload(catalogue(offer(), offer(attributes='id="2"')))

    assert [book["stock"] for book in read.accepted] == [1, 1]
    assert read.warned == [(6, "stock", "stock_assumed")]


def test_an_offer_met_twice_is_told_with_the_line_of_the_first(upload):
    read = upload(catalogue(offer("<count>1</count>"), offer("<count>1</count>")))

    assert read.refused == [(7, "sku", "sku_twice")]
    assert read.problems[0].params == {"line": 6}


def test_other_goods_are_no_books(upload):
    read = upload(catalogue(offer(), offer(attributes='id="2" type="audiobook"')))

    assert read.refused == [(7, "type", "not_a_book")]
    assert len(read.accepted) == 1


def test_categories_may_run_in_a_circle(upload):
    circle = '<category id="1" parentId="2"/><category id="2" parentId="1"/>'
    nameless = '<category id="3" parentId="4"/><category id="4">Поэзия</category>'
    offers = (
        offer(f"<categoryId>{n}</categoryId>", attributes=f'id="{n}"') for n in ("1", "3", "9")
    )

    read = upload(catalogue(*offers, categories=circle + nameless))

    assert [book["category"] for book in read.accepted] == ["", "Поэзия", ""]


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


@pytest.mark.parametrize(
    "broken",
    [
        catalogue(offer())[:-60],
        catalogue(offer("<year>1999</yaer>")),
        catalogue(offer("<a>" * 1_000 + "</a>" * 1_000)),
        catalogue("<offer id='1'><name>\x01</name></offer>"),
    ],
    ids=["cut off", "mistyped", "too deep", "control character"],
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
