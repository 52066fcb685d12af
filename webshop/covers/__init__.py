"""Draw a book's cover as SVG from its title and authors.

The same input always gives the same bytes. No ids, no styles, no links: the drawing stands inline
on a page under a strict CSP. Every line of text carries its textLength, so it stays inside its box
in any font, also before the web font has come.
"""

import hashlib
from functools import lru_cache

from markupsafe import Markup

from webshop.covers.drawing import PALETTES, Book, path, rect
from webshop.covers.layouts import LAYOUTS
from webshop.covers.lettering import clean

WIDTH, HEIGHT = 200, 300
FONT = "Literata,Georgia,'PT Serif','Noto Serif',serif"
LONGEST_TITLE = 160  # characters; the page beside the cover has the whole of it


@lru_cache(4096)
def cover_svg(title: str, authors: tuple[str, ...], key: str) -> Markup:
    """Hidden from readers' software: the title always stands beside it. `key` picks the look."""
    seed = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    palette = PALETTES[seed[0] % len(PALETTES)]
    people = tuple(name for name in (clean(author)[:60] for author in authors) if name)
    book = Book(_short(clean(title)) or "—", people, palette, seed)
    return Markup(  # noqa: S704 - every text in it is escaped where it is drawn
        f'<svg class="cover" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="{FONT}" font-weight="500" aria-hidden="true">'
        + rect(0, 0, WIDTH, HEIGHT, palette.cloth)
        + LAYOUTS[seed[1] % len(LAYOUTS)](book)
        + path("M7.5 0v300", stroke="#000", width=1.5, more=' opacity=".18"')
        + "</svg>"
    )


def _short(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return title[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
