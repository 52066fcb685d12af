"""Descriptions that come as HTML, to plain text and back: the shop shows text and nothing else."""

import html
import re

_WHITE = re.compile(r"[ \t\r\n]+")
_BREAK = re.compile(r" ?<br ?/?> ?", re.IGNORECASE)
_BLOCK = re.compile(
    r"(?: ?</?(?:p|ul|ol|li|dl|dt|dd|h[1-6]|div|table|tr|td|blockquote)(?: [^<>]*|/)?> ?)+",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"</?(?:b|i|u|s|a|em|strong|span|small|sub|sup|font|cite)(?: [^<>]*|/)?>", re.IGNORECASE
)


def as_text(text: str) -> str:
    """Only what has a tag of HTML in it is taken for HTML; "1 < 2 &amp; 3" is as it stands."""
    if "<" not in text:
        return text
    bare = _WHITE.sub(" ", text)
    bare, breaks = _BREAK.subn("\n", bare)
    bare, blocks = _BLOCK.subn("\n", bare)
    bare, inline = _INLINE.subn("", bare)
    return html.unescape(bare).strip(" \n") if breaks + blocks + inline else text


def as_html(text: str) -> str:
    """What as_text will read as this very text, whatever looks like a tag in it."""
    if as_text(text) == text:
        return text
    return f"<p>{html.escape(text, quote=False).replace(chr(10), '<br>')}</p>"
