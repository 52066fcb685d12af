"""The page of a search: what was understood, what can be chosen, and the ways on."""

import re
import shutil
from dataclasses import replace
from itertools import count
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bookshop.books.models import Book, Offer
from search_index.questions import CONDITIONS
from search_index.whoosh_index import WhooshIndex


@pytest.fixture
def stands(shop):
    """A book with its facts on a seller's shelf; shop.works() lets it be found."""

    def stands(seller: int, key: str, *, copies: int = 3, price: int = 50000, **facts) -> int:
        offer = shop.sells(seller, key, copies=copies, price=price)
        with shop.database.transaction() as session:
            book = session.get_one(Offer, offer).book_id
            session.execute(update(Book).where(Book.id == book).values(**facts))
        return offer

    return stands


@pytest.fixture
def library(shop, stands, emma, boris):
    potter = {"title": "Harry Potter", "authors": "J. K. Rowling", "language": "en"}
    stands(emma, "a", **potter, year=1997, category="Children > Fantasy", price=90000)
    stands(boris, "b", **potter, year=2014, category="Children > Fantasy", price=150000)
    stands(emma, "c", title="Emma", authors="Jane Austen", year=1815, category="Novels > Classics",
           price=25000, copies=0, language="en")  # fmt: skip
    stands(boris, "d", title="Persuasion", authors="Jane Austen", year=1817, category="Novels",
           price=40000, language="en")  # fmt: skip
    stands(boris, "e", title="Идиот", authors="Фёдор Достоевский", category="Проза", price=30000,
           language="ru")  # fmt: skip
    shop.works()


def found(visitor) -> int:
    """As many as the page says."""
    said = re.search(r"(\d+) books?", visitor.reads)
    return int(said[1]) if said else 0


def named(visitor, text: str) -> str:
    """The address of the link with these words."""
    said = {" ".join(link.text_content().split()): link for link in visitor.page.xpath("//main//a")}
    links = [str(link.get("href")) for words, link in said.items() if text in words]
    assert links, f"{text} is not among {list(said)}"
    return links[0]


# What was understood


def test_other_words_are_told_and_the_typed_ones_can_be_had_instead(guest, library):
    guest.opens("/books?q=hary+poter")
    assert "Showing results for “harry potter”." in guest.reads
    assert "Harry Potter" in guest.page.xpath("//h3/a")[0].text_content()

    guest.opens(named(guest, "Search instead for “hary poter”"))

    assert "There are no books for “hary poter”." in guest.reads
    assert "Showing results for" not in guest.reads
    guest.opens(named(guest, "Search for what is like “hary poter”"))
    assert "Showing results for “harry potter”." in guest.reads


def test_words_as_typed_stay_so_while_the_list_is_narrowed(guest, library):
    guest.opens("/books?q=emma&as_typed=1")

    assert found(guest) == 1
    assert named(guest, "until 1899") == "/books?q=emma&max_year=1899&as_typed=1"
    assert guest.page.xpath("//form[@class='facets']//input[@name='as_typed']/@value") == ["1"]


def test_where_no_book_has_all_the_words_the_nearest_are_shown_and_told_so(guest, library):
    guest.opens("/books?q=emma+persuasion")

    assert "No book has all of these words: the nearest are shown." in guest.reads
    assert found(guest) == 2


def test_an_isbn_whose_check_digit_does_not_fit_is_told_so(guest, library):
    guest.opens("/books?q=978-0-7475-3274-4")

    assert "its last character does not fit the others (it would be 3" in guest.reads
    assert found(guest) == 0


def test_a_search_that_was_cut_short_says_so_in_one_line(guest, app, shop, library):
    hurried = WhooshIndex(shop.settings.var / "index", shop.database, clock=count().__next__)
    app.extensions["bookshop"] = replace(app.extensions["bookshop"], index=hurried)

    guest.opens("/books?q=emma")

    assert guest.last.status_code == 200
    assert "was cut short" in guest.reads


def test_a_question_longer_than_anybody_types_is_told_that_its_end_was_left_out(guest, library):
    guest.opens(f"/books?q={'emma+' * 200}")
    assert found(guest) == 1
    assert "the last ones were left out" in guest.reads

    guest.opens("/books?q=emma")
    assert "left out" not in guest.reads


def test_a_long_question_does_not_fill_the_page(guest, library):
    for words in ("emma " * 100, "x" * 512):
        guest.opens("/books?" + urlencode({"q": words}))

        [heading] = re.findall(r"<h1>(.*?)</h1>", guest.last.text)
        assert len(heading) <= 80
        assert heading.endswith("...")


def test_without_the_index_customers_get_books_and_operators_are_told(guest, oscar, shop, library):
    oscar.opens("/operator")
    assert "search index is away" not in oscar.reads
    shutil.rmtree(shop.settings.var / "index")

    guest.opens("/books?q=persuasion")
    assert found(guest) == 1
    assert "index" not in guest.reads
    for query in ("category=Novels", "max_year=1900&min_year=1815"):
        guest.opens(f"/books?{query}")
        assert found(guest) == 2, query
    for path in ("/operator", "/operator/searches"):
        oscar.opens(path)
        assert "search index is away" in oscar.reads


# What can be chosen


def test_every_count_beside_a_choice_is_what_the_choice_then_shows(guest, library):
    guest.opens("/books?in_stock=1")
    page = guest.page
    bands = [
        (str(link.get("href")), int(link.xpath("span")[0].text_content()))
        for link in page.xpath("//form[@class='facets']//ul/li/a")
    ]
    choices = [
        (f"/books?{urlencode({radio.get('name'): radio.get('value'), 'in_stock': 1})}",
         int(radio.getparent().xpath("span")[0].text_content()))
        for radio in page.xpath("//form[@class='facets']//input[@type='radio'][@value!='']")
    ]  # fmt: skip

    assert len(bands) >= 5
    assert {name for name in CONDITIONS for link, _ in choices if f"{name}=" in link} >= {
        "category", "language", "seller"
    }  # fmt: skip
    for link, number in bands + choices:
        guest.opens(link)
        assert found(guest) == number, link


def test_a_section_holds_what_is_below_it(guest, library):
    guest.opens("/books")
    assert [radio.get("value") for radio in guest.page.xpath("//input[@name='category']")] == [
        "", "Children", "Children > Fantasy", "Novels", "Novels > Classics", "Проза"
    ]  # fmt: skip

    guest.opens("/books?category=Novels")
    assert found(guest) == 2
    guest.opens("/books?category=Novels+>+Classics")
    assert found(guest) == 1
    guest.opens("/")
    assert "/books?category=Novels" in guest.links
    assert not [link for link in guest.links if "Classics" in link]


def test_each_chosen_condition_is_a_chip_that_takes_it_away(guest, library):
    chosen = {
        "category": "Children", "language": "en", "seller": "emma", "min_price": "500",
        "max_price": "1000", "min_year": "1990", "max_year": "2000", "in_stock": "1",
    }  # fmt: skip
    guest.opens(f"/books?{urlencode({'q': 'potter', **chosen})}")
    assert found(guest) == 1

    chips = guest.page.xpath("//ul[@class='chips']//a/@href")

    assert set(chosen) == set(CONDITIONS)
    assert len(chips) == len(chosen)
    for name, chip in zip(CONDITIONS, chips, strict=True):
        assert f"{name}=" not in chip
        assert all(f"{other}=" in chip for other in CONDITIONS if other != name)


def test_a_condition_that_leaves_nothing_is_still_shown_as_chosen(guest, library):
    guest.opens("/books?q=emma&language=ru")

    assert guest.page.xpath("//input[@name='language'][@checked]/@value") == ["ru"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("min_price", "-5"), ("max_price", "abc"), ("min_year", "MCM"), ("max_year", "20000")],
)
def test_a_bound_that_is_none_is_left_out_and_told_at_its_field(guest, library, field, typed):
    guest.opens(f"/books?q=austen&{field}={typed}")

    assert found(guest) == 2
    control = guest.page.get_element_by_id(field)
    assert (control.value, control.get("aria-invalid")) == (typed, "true")
    said = guest.page.get_element_by_id(control.get("aria-describedby")).text_content()
    assert f"“{typed}” is not a" in said
    assert "was left out" in said
    assert not [link for link in guest.links if typed in link and "/language/" not in link]


def test_bounds_the_wrong_way_round_are_exchanged_and_told(guest, library):
    guest.opens("/books?max_price=300&min_price=1%C2%A0000,50&min_year=2000&max_year=1800")

    assert [guest.page.get_element_by_id(name).value for name in ("min_price", "max_price")] == [
        "300",
        "1 000,50",
    ]
    assert [guest.page.get_element_by_id(name).value for name in ("min_year", "max_year")] == [
        "1800",
        "2000",
    ]
    assert found(guest) == 2
    for name in ("min_price", "min_year"):
        assert "exchanged" in guest.page.get_element_by_id(f"{name}-error").text_content()


def test_what_a_form_leaves_empty_does_not_stay_in_the_address(guest, library):
    guest.opens("/books?q=austen&category=&min_price=+&max_price=&in_stock=1&sort=&page=1")

    assert found(guest) == 1
    assert guest.last.request.full_path == "/books?q=austen&in_stock=1&page=1"


# The ways on


def test_with_nothing_found_each_condition_can_be_taken_away_and_says_what_comes(guest, library):
    guest.opens("/books?q=austen&min_price=1000&in_stock=1")
    assert "No book for “austen” under these conditions." in guest.reads
    assert "Check the letters" not in guest.reads
    ways = [
        (str(link.get("href")), int(re.findall(r"\d+", link.xpath("span")[0].text_content())[0]))
        for link in guest.page.xpath("//div[@id='results']//ul[@class='bands']//a")
    ]

    assert [number for _, number in ways] == [1, 2]
    for link, number in ways:
        guest.opens(link)
        assert found(guest) == number


def test_the_ways_on_from_many_conditions_take_no_search_for_each(guest, app, shop, library):
    class Counted(WhooshIndex):
        asked = 0

        def find(self, question):
            self.asked += 1
            return super().find(question)

    index = Counted(shop.settings.var / "index", shop.database)
    app.extensions["bookshop"] = replace(app.extensions["bookshop"], index=index)

    guest.opens("/books?q=austen&min_price=1000&in_stock=1&language=en&max_year=1900")

    assert len(guest.page.xpath("//div[@id='results']//ul[@class='bands']//a")) > 1
    assert index.asked == 2  # one of them for the sections


@pytest.mark.parametrize(
    "query", ["q=qqqqqqqqqq", "q=%F0%9F%98%80", "category=none", "max_price=0"]
)
def test_no_page_is_without_a_way_on(guest, library, query):
    guest.opens(f"/books?{query}")

    assert "There are no books" in guest.reads
    for way in ("/books?category=Novels", "/books?sort=newest"):
        assert way in guest.links
    assert guest.page.xpath("//section[@aria-labelledby='newest']//h3")


def test_a_language_without_books_is_told_by_its_name(guest, library):
    guest.opens("/books?q=emma&language=de")

    assert "German 0" in guest.reads


def test_a_page_behind_the_last_one_is_the_last_one(guest, library):
    guest.opens("/books?q=austen&page=7")

    assert found(guest) == 2
    assert guest.last.request.query_string == b"q=austen"
    assert "There is no page 7: this is the last one." in guest.reads


NAMES = ["q", *CONDITIONS, "as_typed", "sort", "view", "page"]
ODD = ["1", "-1", "0", "9" * 30, "1e9", "NaN", "²", "٣", "price", "-year", "en", "emma", "500.00",
       "9" * 9, "0" * 5000, "\0", "\ud800", "%", "' OR 1=1 --", "<b>"]  # fmt: skip
WORD = st.text(max_size=30) | st.sampled_from(ODD)


def test_an_address_answers_whatever_all_its_conditions_say(guest, library):
    for word in ODD:
        conditions = urlencode(dict.fromkeys(NAMES, word), errors="surrogatepass")
        assert guest.opens(f"/books?{conditions}").status_code == 200, word


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    query=st.lists(
        st.tuples(st.sampled_from(NAMES) | WORD, WORD),
        max_size=8,
    )
)
def test_every_address_of_a_list_answers(guest, library, query):
    for path in ("/books", "/books/suggest"):
        address = f"{path}?{urlencode(query, errors='surrogatepass')}"
        assert guest.opens(address).status_code == 200, address


# The books


def test_editions_of_one_work_stand_together_under_the_best_of_them(guest, library):
    guest.opens("/books?q=harry+potter")

    assert found(guest) == 2
    assert len(guest.page.xpath("//ul[@class='grid']/li")) == 1
    (others,) = guest.page.xpath("//details[@class='editions']")
    assert "1 more edition" in others.text_content()
    assert "2014" in others.text_content() or "1997" in others.text_content()
    guest.opens(str(others.xpath(".//a/@href")[0]))
    assert "Harry Potter" in guest.reads
    guest.opens("/books?q=harry+potter&sort=price")
    assert len(guest.page.xpath("//ul[@class='grid']/li")) == 2


def test_volumes_and_other_authors_are_no_editions(guest, shop, stands, emma):
    for key, facts in {
        "a": {"authors": "Leo Tolstoy", "volume": "1"},
        "b": {"authors": "Leo Tolstoy", "volume": "2"},
        "c": {"authors": "Somebody Else"},
        "d": {"authors": ""},
        "e": {"authors": ""},
    }.items():
        stands(emma, key, title="War and Peace", **facts)
    shop.works()

    guest.opens("/books?q=war+and+peace")

    assert len(guest.page.xpath("//ul[@class='grid']/li")) == 5


def test_the_words_that_were_looked_for_are_marked(guest, library):
    guest.opens("/books?q=idiot")

    assert guest.page.xpath("//h3//mark/text()") == ["Идиот"]


# While one types


def test_books_come_with_cover_and_price_and_authors_with_their_books(guest, library):
    told = guest.opens("/books/suggest?q=jane+au").json
    author, *books = told["suggestions"]

    assert told["said"] == f"{len(told['suggestions'])} suggestions"
    assert author == {"text": "Jane Austen", "href": "/books?q=Jane+Austen"}
    persuasion = next(book for book in books if book["text"] == "Persuasion")
    assert (persuasion["by"], persuasion["price"]) == ("Jane Austen", "400.00\xa0₽")
    assert persuasion["cover"].startswith("<svg")
    assert guest.opens(persuasion["href"]).status_code == 200
    emma = next(book for book in books if book["text"] == "Emma")
    assert emma["price"] == "Out of stock"


def test_the_first_letter_suggests_nothing(guest, library):
    for typed in ("", "e", "+", "%00"):
        assert guest.opens(f"/books/suggest?q={typed}").json["suggestions"] == [], typed


def test_a_search_and_its_suggestions_cost_as_many_queries_for_few_books_as_for_many(
    guest, shop, emma, boris, library, queries
):
    for number in range(30):
        for seller in (emma, boris):
            shop.sells(seller, f"Potter and the stone {number}", copies=2)
    shop.works()

    for path, most in (
        ("/books?q=potter", 2),
        ("/books?q=hary+poter", 2),
        ("/books?q=potter&category=Children&in_stock=1&sort=price", 2),
        ("/books?q=potter&language=ru&in_stock=1", 3),  # nothing found: the ways on
        ("/books/suggest?q=pot", 1),
    ):
        guest.opens(path)
        with queries() as asked:
            guest.opens(path)
        assert len(asked) <= most, (path, asked)
