import pytest

from bookshop.imports import problems

REFERENCE = '<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference">'

IDENTITY = (
    "<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9780306406157</IDValue>"
    "</ProductIdentifier>"
)
TITLE = (
    "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitleText>Метель</TitleText></TitleElement></TitleDetail>"
)
PRICE = "<Price><PriceType>02</PriceType><PriceAmount>100</PriceAmount></Price>"


def message(*products, root=REFERENCE, header=""):
    tag = root[1:].partition(" ")[0]
    return f"{root}\n<Header>{header}</Header>\n" + "\n".join(products) + f"\n</{tag}>\n"


def product(details=TITLE, supply=PRICE, identity=IDENTITY, more="", notification="03"):
    return (
        f"<Product><RecordReference>ru.example.1</RecordReference>"
        f"<NotificationType>{notification}</NotificationType>{identity}"
        f"<DescriptiveDetail>{details}</DescriptiveDetail>{more}"
        f"<ProductSupply><SupplyDetail>{supply}</SupplyDetail></ProductSupply></Product>"
    )


EVERYTHING = """<ONIXMessage release="3.1" xmlns="http://ns.editeur.org/onix/3.1/reference">
<Header><Sender><SenderName>Полынь</SenderName></Sender><SentDateTime>20260101</SentDateTime></Header>
<Product>
 <RecordReference>ru.example.war-and-peace.2</RecordReference>
 <NotificationType>03</NotificationType>
 <ProductIdentifier><ProductIDType>01</ProductIDType><IDValue>WP-2</IDValue></ProductIdentifier>
 <ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9799241583335</IDValue></ProductIdentifier>
 <DescriptiveDetail>
  <ProductComposition>00</ProductComposition>
  <ProductForm>BB</ProductForm>
  <Collection>
   <CollectionType>10</CollectionType>
   <TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>02</TitleElementLevel>
    <TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>Great Novels</TitleWithoutPrefix>
   </TitleElement></TitleDetail>
  </Collection>
  <TitleDetail><TitleType>05</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>
   <TitleText>W&amp;P</TitleText></TitleElement></TitleDetail>
  <TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>
   <PartNumber>Том 2</PartNumber><TitleText>Война и мир</TitleText><Subtitle>Роман</Subtitle>
  </TitleElement></TitleDetail>
  <Contributor><SequenceNumber>2</SequenceNumber><ContributorRole>A01</ContributorRole>
   <NamesBeforeKey>Лев</NamesBeforeKey><KeyNames>Толстой</KeyNames></Contributor>
  <Contributor><SequenceNumber>1</SequenceNumber><ContributorRole>A01</ContributorRole>
   <PersonName>Софья Толстая</PersonName></Contributor>
  <Contributor><SequenceNumber>3</SequenceNumber><ContributorRole>B01</ContributorRole>
   <PersonName>Некий Редактор</PersonName></Contributor>
  <Language><LanguageRole>02</LanguageRole><LanguageCode>fre</LanguageCode></Language>
  <Language><LanguageRole>01</LanguageRole><LanguageCode>rus</LanguageCode></Language>
  <Extent><ExtentType>08</ExtentType><ExtentValue>31</ExtentValue><ExtentUnit>15</ExtentUnit></Extent>
  <Extent><ExtentType>00</ExtentType><ExtentValue>640</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>
  <Subject><SubjectSchemeIdentifier>20</SubjectSchemeIdentifier>
   <SubjectHeadingText>война; мир</SubjectHeadingText></Subject>
  <Subject><SubjectSchemeIdentifier>24</SubjectSchemeIdentifier>
   <SubjectHeadingText>Книги</SubjectHeadingText></Subject>
  <Subject><MainSubject/><SubjectSchemeIdentifier>24</SubjectSchemeIdentifier>
   <SubjectHeadingText>Проза</SubjectHeadingText></Subject>
  <AudienceRange><AudienceRangeQualifier>17</AudienceRangeQualifier>
   <AudienceRangePrecision>03</AudienceRangePrecision><AudienceRangeValue>12</AudienceRangeValue>
   <AudienceRangePrecision>04</AudienceRangePrecision><AudienceRangeValue>99</AudienceRangeValue>
  </AudienceRange>
 </DescriptiveDetail>
 <CollateralDetail>
  <TextContent><TextType>02</TextType><Text>Коротко</Text></TextContent>
  <TextContent><TextType>03</TextType>
   <Text textformat="05"><p>Мир &amp; <em>война</em></p><p>И мир</p></Text></TextContent>
  <SupportingResource><ResourceContentType>01</ResourceContentType><ResourceMode>03</ResourceMode>
   <ResourceVersion><ResourceForm>01</ResourceForm>
    <ResourceLink> https://a.example/1.jpg </ResourceLink></ResourceVersion></SupportingResource>
 </CollateralDetail>
 <PublishingDetail>
  <Imprint><ImprintName>Полынь-детям</ImprintName></Imprint>
  <Publisher><PublishingRole>02</PublishingRole><PublisherName>Соиздатель</PublisherName></Publisher>
  <Publisher><PublishingRole>01</PublishingRole><PublisherName>Полынь</PublisherName></Publisher>
  <PublishingDate><PublishingDateRole>11</PublishingDateRole><Date>18690101</Date></PublishingDate>
  <PublishingDate><PublishingDateRole>01</PublishingDateRole><Date>20240131</Date></PublishingDate>
 </PublishingDetail>
 <ProductSupply><SupplyDetail>
  <ProductAvailability>21</ProductAvailability>
  <Stock><LocationName>Москва</LocationName><OnHand>3</OnHand></Stock>
  <Stock><LocationName>Тверь</LocationName><OnHand>4</OnHand></Stock>
  <Price><PriceType>02</PriceType><PriceAmount>9.99</PriceAmount><CurrencyCode>EUR</CurrencyCode></Price>
  <Price><PriceType>01</PriceType><PriceAmount>900</PriceAmount><CurrencyCode>RUB</CurrencyCode></Price>
  <Price><PriceType>02</PriceType><PriceQualifier>06</PriceQualifier><PriceAmount>500</PriceAmount>
   <CurrencyCode>RUB</CurrencyCode></Price>
  <Price><PriceType>02</PriceType><PriceAmount>990.50</PriceAmount><CurrencyCode>RUB</CurrencyCode></Price>
 </SupplyDetail></ProductSupply>
</Product>
</ONIXMessage>
"""

SHORT = """<?xml version="1.0"?>
<ONIXmessage release="3.0"><header><m186>RUB</m186></header>
<product><a001>ru.example.2</a001><a002>03</a002>
 <productidentifier><b221>03</b221><b244>9780306406157</b244></productidentifier>
 <descriptivedetail><x314>00</x314><b012>BC</b012>
  <collection><x329>10</x329><collectionsequence><x479>02</x479><x481>7</x481></collectionsequence>
   <titledetail><b202>01</b202><titleelement><x409>02</x409><b203>Серия</b203>
   </titleelement></titledetail>
  </collection>
  <titledetail><b202>01</b202><titleelement><x409>01</x409><b030>The</b030><b031>Storm</b031>
   </titleelement></titledetail>
  <contributor><b034>1</b034><b035>B01</b035><b047>Редакция</b047></contributor>
  <language><b253>01</b253><b252>eng</b252></language>
  <extent><b218>07</b218><b219>120</b219><b220>03</b220></extent>
  <audiencerange><b074>18</b074><b075>01</b075><b076>6</b076></audiencerange>
 </descriptivedetail>
 <collateraldetail><textcontent><x426>03</x426>
  <d104 textformat="02">&lt;p&gt;Буря&lt;br/&gt;мглою&lt;/p&gt;</d104>
 </textcontent></collateraldetail>
 <publishingdetail><imprint><b079>Нева</b079></imprint>
  <publishingdate><x448>01</x448><j260>05</j260><b306>1999</b306></publishingdate></publishingdetail>
 <productsupply><supplydetail><j396>20</j396><price><x462>04</x462><j151>10</j151></price>
 </supplydetail></productsupply>
</product></ONIXmessage>
"""


def test_everything_a_product_says_of_a_book_is_read(upload):
    read = upload(EVERYTHING)

    assert read.format == "onix"
    assert read.book == {
        "isbn13": "9799241583335",
        "own_key": None,
        "title": "Война и мир: Роман",
        "authors": "Софья Толстая; Лев Толстой",
        "publisher": "Полынь",
        "year": 2024,
        "language": "ru",
        "price": 99050,
        "stock": 7,
        "category": "Проза",
        "pages": 640,
        "description": "Мир & война\nИ мир",
        "cover_url": "https://a.example/1.jpg",
        "series": "The Great Novels",
        "binding": "Hardback",
        "age": "12+",
        "volume": "Том 2",
        "sku": "WP-2",
        "line": 3,
        "record": 1,
    }


def test_short_names_without_a_namespace_say_the_same(upload):
    read = upload(SHORT)

    (book,) = read.accepted
    said = {name: book[name] for name in book if book[name] not in ("", None)}
    assert said == {
        "isbn13": "9780306406157",
        "title": "The Storm",
        "authors": "Редакция",
        "publisher": "Нева",
        "year": 1999,
        "language": "en",
        "price": 1000,
        "stock": 1,
        "pages": 120,
        "description": "Буря\nмглою",
        "series": "Серия",
        "binding": "Paperback",
        "age": "6+",
        "volume": "7",
        "sku": "ru.example.2",
        "line": 3,
        "record": 1,
    }
    assert read.warned == [(3, "stock", "stock_assumed")]


def test_a_prefix_for_the_namespace_changes_nothing(upload):
    text = message(product()).replace("<", "<o:").replace("<o:/", "</o:")

    assert upload(text.replace("xmlns=", "xmlns:o=")).book["title"] == "Метель"


def test_words_to_search_for_are_no_category(upload):
    subject = (
        "<Subject><SubjectSchemeIdentifier>%s</SubjectSchemeIdentifier>"
        "<SubjectHeadingText>%s</SubjectHeadingText></Subject>"
    )
    subjects = subject % ("20", "буря; мгла") + subject % ("24", "Поэзия") + subject % ("24", "Б")

    assert upload(message(product(TITLE + subjects))).book["category"] == "Поэзия"


def test_the_title_of_a_volume_may_be_that_of_the_whole(upload):
    title = (
        "<TitleDetail><TitleType>01</TitleType>"
        "<TitleElement><TitleElementLevel>01</TitleElementLevel><PartNumber>3</PartNumber></TitleElement>"
        "<TitleElement><TitleElementLevel>02</TitleElementLevel><TitleText>Сага</TitleText></TitleElement>"
        "</TitleDetail>"
    )

    book = upload(message(product(title))).book

    assert (book["title"], book["volume"], book["series"]) == ("Сага", "3", "")


@pytest.mark.parametrize(
    ("availability", "on_hand", "copies"),
    [
        *[("20", "5", 5), ("21", "", 1), ("22", "5", 5), ("23", "5", 5), ("", "5", 5)],
        *[("10", "5", 0), ("31", "5", 0), ("40", "5", 0), ("51", "", 0), ("99", "5", 0)],
    ],
)
def test_what_is_not_to_be_had_has_no_copies(upload, availability, on_hand, copies):
    supply = f"<ProductAvailability>{availability}</ProductAvailability>" * bool(availability)
    stock = f"<Stock><OnHand>{on_hand}</OnHand></Stock>" * bool(on_hand)

    assert upload(message(product(supply=supply + stock + PRICE))).book["stock"] == copies


def test_a_deleted_product_has_no_copies(upload):
    deleted = product(supply="<Stock><OnHand>5</OnHand></Stock>" + PRICE, notification="05")

    assert upload(message(deleted)).book["stock"] == 0


def test_a_count_that_is_no_number_is_told(upload):
    stock = "<Stock><OnHand>5</OnHand></Stock><Stock><OnHand>-2</OnHand></Stock>"

    read = upload(message(product(supply=stock + PRICE)))

    assert [code for _, _, code in read.refused] == ["stock_negative"]


def test_a_price_for_the_trade_is_not_what_a_customer_pays(upload):
    net = PRICE.replace("02", "05")

    assert upload(message(product(supply=net))).refused == [(3, "price", "price_blank")]


def test_the_currency_may_be_said_once_for_all(upload):
    header = "<DefaultCurrencyCode>USD</DefaultCurrencyCode>"

    read = upload(message(product(), header=header))

    assert read.refused == [(3, "currency", "currency_not_ours")]


def test_without_an_isbn_a_book_goes_by_the_record_reference(upload):
    book = upload(message(product(identity=""))).book

    assert (book["isbn13"], book["own_key"], book["sku"]) == (None, *["ru.example.1"] * 2)


@pytest.mark.parametrize("form", ["AC", "EA", "DG", "VI", "ZE"])
def test_other_goods_are_no_books(upload, form):
    audio = product(f"<ProductForm>{form}</ProductForm>{TITLE}")

    read = upload(message(product(), audio))

    assert read.refused == [(4, "type", "not_a_book")]
    assert len(read.accepted) == 1


def test_onix_2_is_refused_by_name(upload):
    with pytest.raises(problems.Onix21):
        upload("<ONIXMessage><Product/></ONIXMessage>")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (message(product())[:-40], problems.BrokenXml),
        (message(), problems.NoRecords),
        ('<!DOCTYPE ONIXMessage [<!ENTITY a "b">]>' + message(), problems.DeclaresEntities),
        (message(product(), "<Product>" + "<Subject/>" * 400_000), problems.LineTooLong),
    ],
)
def test_what_is_no_whole_message_is_refused(upload, text, refusal):
    with pytest.raises(refusal):
        upload(text)


@pytest.mark.parametrize("text", [EVERYTHING, SHORT], ids=["reference", "short"])
def test_refused_products_come_back_with_the_reason_and_are_read_when_mended(upload, refused, text):
    spoilt = text.replace("9799241583335", "123").replace("9780306406157", "123")

    back = refused(spoilt.encode(), {1: "ISBN: 123 -- not <right> --"}, "Why not accepted")

    assert "<!-- Why not accepted: #1. ISBN: 123 — not <right> — -->" in back
    again = refused(back.encode(), {1: "the same"}, "Why not accepted")
    assert again.count("Why not accepted") == 1
    mended = upload(again.replace(">123<", ">9780306406157<")).book
    whole = upload(text).book
    assert mended | {"isbn13": whole["isbn13"], "line": whole["line"]} == whole


def test_only_refused_products_come_back(refused):
    other = product().replace("Метель", "Выстрел")

    back = refused(message(product(), other).encode(), {2: "so"}, "Why")

    assert "Выстрел" in back
    assert "Метель" not in back
