"""What customers type, over the catalogue of the demo, and the book that they mean."""

from collections.abc import Callable

import pytest

from bookshop.books.models import Book
from search_index import Found
from search_index.query import switched_words, typed_words
from search_index.reading import MOST_WORDS
from tests.search_index.catalogue import Catalogue
from tests.search_index.conftest import on_both_samples

pytestmark = on_both_samples

Find = Callable[[str], tuple[list[str], Found]]

PLAIN = [
    ("pride and prejudice", "Pride and Prejudice"),
    ("prejudice pride", "Pride and Prejudice"),
    ("austen emma", "Emma"),
    ("sense sensibility", "Sense and Sensibility"),
    ("great expectations", "Great Expectations"),
    ("orwell 1984", "1984"),
    ("dune by frank herbert", "Dune"),
    ("the hunger games", "The Hunger Games"),
    ("hunger games", "The Hunger Games"),
    ("gulliver travels", "Gulliver's Travels"),
    ("jane eyre bronte", "Jane Eyre"),
    ("c++ stroustrup", "The C++ Programming Language"),
    ("война и мир", "Война и мир"),
    ("преступление и наказание", "Преступление и наказание"),
    ("пушкин онегин", "Евгений Онегин"),
    ("тургенев отцы дети", "Отцы и дети"),
    ("карамазовы братья", "Братья Карамазовы"),
    ("достоевский идиот", "Идиот"),
]
INFLECTED = [
    ("преступления", "Преступление и наказание"),
    ("вишнёвого сада", "Вишнёвый сад"),
    ("капитанскую дочку", "Капитанская дочка"),
    ("мастера и маргариту", "Мастер и Маргарита"),
    ("brothers karamazovs", "The Brothers Karamazov"),
]
LETTERS = [
    ("МЕРТВЫЕ ДУШИ", "Мёртвые души"),
    ("мёртвые души", "Мёртвые души"),
    ("les miserables", "Les Misérables"),
    ("LES MISÉRABLES", "Les Misérables"),
    ("bronte villette", "Villette"),
    ("handmaids tale", "The Handmaid's Tale"),
    ("the handmaid’s tale", "The Handmaid's Tale"),
    ("jk rowling", "Harry Potter and the Philosopher's Stone"),
    ("J. K. Rowling", "Harry Potter and the Philosopher's Stone"),
    ("А.С. Пушкин Полтава", "Полтава"),
]
ISBN = [
    ("9799286624635", "Pride and Prejudice"),
    ("979-9-2866-2463-5", "Pride and Prejudice"),
    ("ISBN 979 9 286 62463 5", "Pride and Prejudice"),
]
CORRECTED = [
    ("djqyf b vbh", "Война и мир", "война и мир"),
    ("ghtcnegktybt", "Преступление и наказание", "преступление"),
    ("зкшву фтв зкуогвшсу", "Pride and Prejudice", "pride and prejudice"),
    ("voyna i mir", "Война и мир", "война и мир"),
    ("prestuplenie i nakazanie", "Преступление и наказание", "преступление и наказание"),
    ("evgeny onegin", "Евгений Онегин", "евгений онегин"),
    ("dostoevskiy idiot", "Идиот", "достоевский идиот"),
    ("гарри поттер", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("роулинг", "Harry Potter and the Philosopher's Stone", "rowling"),
    ("шерлок холмс", "The Adventures of Sherlock Holmes", "sherlock holmes"),
    ("робинзон крузо", "Robinson Crusoe", "robinson crusoe"),
    ("джейн эйр", "Jane Eyre", "jane eyre"),
    ("остин", "Emma", "austen"),
    ("шекспир", "Hamlet", "shakespeare"),
    ("prejudise", "Pride and Prejudice", "prejudice"),
    ("wuthring hights", "Wuthering Heights", "wuthering heights"),
    ("frankenstien", "Frankenstein; or, The Modern Prometheus", "frankenstein"),
    ("hary poter", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("анна каренена", "Анна Каренина", "анна каренина"),
    ("достаевский идиот", "Идиот", "достоевский идиот"),
    ("harrypotter", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("leguin", "The Left Hand of Darkness", "le guin"),
    ("Garri Potter", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("ufhhb gjnnth", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("гарри gjnnth", "Harry Potter and the Philosopher's Stone", "harry potter"),
    ("дон кихот", "El ingenioso hidalgo don Quijote de la Mancha", "don quijote"),
    ("one q eighty four", "1Q84", "1q84"),
    ("9799286624636", "Pride and Prejudice", "9799286624635"),
]


@pytest.mark.parametrize(("words", "meant"), PLAIN + INFLECTED + LETTERS + ISBN)
def test_the_book_that_is_meant_is_on_the_first_page(find: Find, words: str, meant: str) -> None:
    titles, found = find(words)

    assert meant in titles[:5]
    assert not found.did_you_mean
    assert not found.nearest


@pytest.mark.parametrize(("words", "meant", "said"), CORRECTED)
def test_a_mistake_is_put_right_and_the_answer_says_so(
    find: Find, words: str, meant: str, said: str
) -> None:
    titles, found = find(words)

    assert meant in titles
    assert found.did_you_mean == said


def test_a_title_in_full_comes_before_titles_that_contain_it(find: Find) -> None:
    assert find("emma")[0][0] == "Emma"
    assert find("детство")[0][0] == "Детство"


def test_the_end_of_the_last_word_may_be_missing(find: Find) -> None:
    titles, found = find("anna karen")

    assert "Anna Karenina" in titles
    assert not found.did_you_mean


def test_a_word_no_book_has_beside_the_others_is_left_out_and_the_answer_says_so(
    find: Find,
) -> None:
    titles, found = find("гоголь ревизор xyzzy")

    assert titles[0] == "Ревизор"
    assert found.nearest


def test_words_that_never_meet_in_one_book_find_the_nearest(find: Find) -> None:
    titles, found = find("frankenstein ревизор")

    assert "Ревизор" in titles or "Frankenstein; or, The Modern Prometheus" in titles
    assert found.nearest


@pytest.mark.parametrize("words", ["qwrtpsdfg", "qqqqzzz", "zzzz", "hjkl"])
def test_nonsense_finds_nothing(find: Find, words: str) -> None:
    titles, found = find(words)

    assert (titles, found.total) == ([], 0)


def test_nonsense_beside_a_word_is_not_taken_for_another_word(find: Find) -> None:
    titles, found = find("emma qqqqq")

    assert titles[0] == "Emma"
    assert (found.did_you_mean, found.nearest) == (None, True)


@pytest.mark.parametrize(
    "long",
    [
        "emma " + "-".join(["ghtcnegktybt"] * 800),
        "emma " + "ф-" * 5_000,
        "emma " + "persuasion " * 65,
    ],
    ids=["shifted", "letters", "words"],
)
def test_of_more_than_anybody_types_the_beginning_is_understood_and_the_answer_says_so(
    find: Find, sample_index: object, long: str
) -> None:
    _, found = find(long)

    assert found.left_out
    assert len(typed_words(long)) <= MOST_WORDS
    assert all(len(way) <= MOST_WORDS for way in switched_words(long))
    assert not find("emma")[1].left_out


@pytest.mark.parametrize(
    "words",
    ["ёжик", '"', "эх", "дешевые книги", "Властелин колец", "ьфкш штв", "сок и жук"],
)
def test_what_is_not_plausible_is_no_correction(find: Find, words: str) -> None:
    """Neither pieces of another layout, nor words that hardly look or sound like it."""
    assert find(words)[1].did_you_mean is None


@pytest.mark.parametrize("words", ["Толстого", "толстой", "tolstoy", "tolstogo"])
def test_an_author_comes_before_a_title_with_another_word_of_the_same_stem(
    find: Find, sample: Catalogue, words: str
) -> None:
    with sample.database.reading() as session:
        first = [session.get_one(Book, book_id) for book_id in find(words)[1].book_ids]

    assert all("Толстой" in book.authors or "Tolstoy" in book.authors for book in first)
    assert find("толстый")[0][0] == "Толстый и тонкий"


@pytest.mark.parametrize("words", ["Чехова", "Гоголем", "Достоевскому"])
def test_an_author_is_found_in_any_case(find: Find, words: str) -> None:
    assert find(words)[1].total > 10
    assert not find(words)[1].did_you_mean


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("9780747532744", "isbn_checksum"),
        ("978-0-7475-3274-4", "isbn_checksum"),
        ("ISBN 0-306-40615-3", "isbn_checksum"),
        ("978-0-7475-3274", "isbn_form"),
        ("9780747532743", None),
        ("150 000 000", None),
    ],
)
def test_a_number_that_is_nearly_an_isbn_is_told_so_and_not_read_as_words(
    find: Find, words: str, wrong: str | None
) -> None:
    _, found = find(words)

    assert (found.wrong_isbn and found.wrong_isbn.code) == wrong
    assert found.total == 0 or not wrong


def test_an_isbn_that_nobody_sells_finds_nothing_rather_than_another_book(find: Find) -> None:
    assert find("9780306406157")[1].total == 0


def test_a_category_or_a_description_is_found_too(find: Find) -> None:
    assert find("поэзия")[1].total > 50
    assert find("orphaned governess")[0] == ["Jane Eyre"]


def test_the_author_is_found_in_both_alphabets(find: Find) -> None:
    titles, _ = find("tolstoy anna karenina")
    assert "Anna Karenina" in titles

    _, found = find("tolstoy")
    assert found.total > 30
    assert set(found.facets.language) >= {"ru", "en"}


@pytest.mark.parametrize(
    "words",
    [
        "\0", " ", "\n\t", "a" * 10_000, "а б " * 5_000, '"', "'", "(((", "NOT", "AND OR", "title:",
        "*", "?", "a*", "~2", "[a TO z]", "\\", "%", "_", "😀", "😀 emma", "emma\0", "- -", "#",
        "\ud800", "и", "x" * 300, "1" * 500, "ß", "İ", "ﬁ", "𝓔𝓶𝓶𝓪", "مرحبا", "你好", "а́",
        "\u202eemma",
        "<script>", "'; DROP TABLE books; --", "9" * 13, "ISBN", "isbn -", "c++ c# c", "`[];',.",
    ],
)  # fmt: skip
def test_no_string_breaks_a_search(find: Find, sample_index: object, words: str) -> None:
    _, found = find(words)

    assert not found.degraded
    assert found.total >= len(found.book_ids)
    sample_index.suggest(words)  # type: ignore[attr-defined]
