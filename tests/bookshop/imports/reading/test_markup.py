import pytest

from bookshop.imports.reading.markup import as_html, as_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("1 < 2 &amp; 3 > 2", "1 < 2 &amp; 3 > 2"),
        ("<p>Мир &amp; <b>вой</b>на</p>\n<p>И мир</p>", "Мир & война\nИ мир"),
        ("one<br>two<br/>\n three<BR />four", "one\ntwo\nthree\nfour"),
        ("<ul>\n <li>one</li>\n <li class='x'>two</li>\n</ul>", "one\ntwo"),
        ("<p>&lt;b&gt;&nbsp;&laquo;x&raquo;</p>", "<b>\N{NO-BREAK SPACE}«x»"),
        ("<blink>x</blink>", "<blink>x</blink>"),
    ],
)
def test_html_is_read_as_the_text_it_shows(html, text):
    assert as_text(html) == text


@pytest.mark.parametrize(
    "text", ["plain", "a\nb", "a\n\n<b>b</b>\n&amp;", "<p>", "1 < 2", "&lt;p>"]
)
def test_a_text_written_as_html_is_read_as_it_was(text):
    assert as_text(as_html(text)) == text
