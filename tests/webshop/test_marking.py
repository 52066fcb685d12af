"""The words that were looked for, marked in titles and names."""

import pytest

from webshop.marking import marking


def marked(looked_for: str, *texts: str) -> list[str]:
    mark = marking(looked_for, texts)
    return [str(mark(text)) for text in texts]


@pytest.mark.parametrize(
    ("looked_for", "text", "as_shown"),
    [
        ("мастера и маргариту", "Мастер и Маргарита",
         "<mark>Мастер</mark> и <mark>Маргарита</mark>"),
        ("елка", "Ёлка", "<mark>Ёлка</mark>"),
        ("garcia marquez", "Gabriel García Márquez",
         "Gabriel <mark>García</mark> <mark>Márquez</mark>"),
        ("12 стульев", "Двенадцать стульев", "<mark>Двенадцать</mark> <mark>стульев</mark>"),
        ("handmaids tale", "The Handmaid’s Tale",
         "The <mark>Handmaid’s</mark> <mark>Tale</mark>"),
        ("the who", "The Who", "The <mark>Who</mark>"),
        ("to be or", "To Be or Not", "To <mark>Be</mark> or Not"),
        ("of on", "Of on", "<mark>Of</mark> <mark>on</mark>"),
        ("c++", "C++ in Depth", "<mark>C++</mark> in Depth"),
        ("emma", "Persuasion", "Persuasion"),
        ("9780141439587", "Emma", "Emma"),
        ("", "Emma", "Emma"),
        ("\0 😀", "Emma", "Emma"),
    ],
)  # fmt: skip
def test_a_word_is_marked_in_every_form_that_finds_it(looked_for, text, as_shown):
    assert marked(looked_for, text) == [as_shown]


def test_a_last_word_that_no_text_has_was_the_beginning_of_one():
    assert marked("harry pot", "Harry Potter") == ["<mark>Harry</mark> <mark>Potter</mark>"]
    assert marked("art", "Art", "Arthur") == ["<mark>Art</mark>", "Arthur"]
    assert marked("pr", "Pride") == ["Pride"]


def test_what_a_seller_wrote_stays_text():
    assert marked("script", "<script>alert(1)</script> & co") == [
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; co"
    ]
    assert marked("zzz", "<b>") == ["&lt;b&gt;"]
