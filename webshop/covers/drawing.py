"""The colours of a cover, and the strokes and blocks of text it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from webshop.covers.lettering import SOFT, fit, width_of


@dataclass(frozen=True)
class Palette:
    cloth: str  # the ground
    ink: str  # text on it, at least 4.5:1
    tint: str  # quiet drawing, never under text of the same tone
    label: str  # a second ground
    label_ink: str  # text on that


PALETTES = (
    Palette("#1f4a3d", "#f3ecd9", "#4f8069", "#efe6cf", "#1f3a31"),  # bottle green
    Palette("#6b2230", "#f7e9d8", "#a45a5f", "#f3e3cc", "#571a26"),  # oxblood
    Palette("#22375c", "#f1ead8", "#5f7ca8", "#ece4d0", "#1d2f50"),  # ink blue
    Palette("#d9a441", "#2c2312", "#b47f22", "#f8eed2", "#3a2d12"),  # ochre
    Palette("#e9e0cb", "#2f2a22", "#c3ac84", "#8a3b2a", "#fbf1e0"),  # cream and brick
    Palette("#3d4650", "#f2eee4", "#76838f", "#e4ded0", "#2b3239"),  # slate
    Palette("#a9492f", "#fff6e9", "#d07f5c", "#f6e7d3", "#7a2f1b"),  # clay
    Palette("#2d6a74", "#f4f0e2", "#68a0a6", "#eee8d6", "#1d4a52"),  # teal
    Palette("#4d2f52", "#f5eadf", "#86628a", "#efe2d6", "#41274a"),  # plum
    Palette("#6a6c35", "#fbf6e2", "#979a5a", "#f1ebcf", "#42441c"),  # olive
    Palette("#cfdcd8", "#1f302f", "#93b0a9", "#24504b", "#f0f5ef"),  # mist
    Palette("#efc9bd", "#43201f", "#d79a88", "#7c2f33", "#fdeee6"),  # rose
    Palette("#26231f", "#efe6d2", "#6d6353", "#d8b45c", "#2a2110"),  # black and brass
    Palette("#f4efe2", "#22314a", "#b9c3cd", "#22406b", "#f6f1e4"),  # paper and blue
)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def path(d: str, *, fill: str = "none", stroke: str = "", width: float = 1, more: str = "") -> str:
    line = f' stroke="{stroke}" stroke-width="{number(width)}"' if stroke else ""
    return f'<path d="{d}" fill="{fill}"{line}{more}/>'


def rect(x: float, y: float, w: float, h: float, fill: str, more: str = "") -> str:
    place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
    return f'<rect {place} fill="{fill}"{more}/>'


@dataclass(frozen=True)
class Book:
    title: str
    authors: tuple[str, ...]
    palette: Palette
    seed: bytes

    def pick(self, at: int, below: int) -> int:
        return self.seed[at % len(self.seed)] % below


def text_block(
    text: str,
    x: float,
    y: float,
    box: tuple[float, float],
    fill: str,
    *,
    sizes: tuple[int, int] = (34, 10),
    anchor: str = "start",
    stand: str = "top",
    leading: float = 1.14,
) -> str:
    """Text in a box whose top (or middle, or bottom: stand) is y and whose anchor is at x."""
    size, lines = fit(text, box, sizes, leading)
    lines = [line.removesuffix(SOFT) for line in lines]
    step = size * leading
    tall = step * (len(lines) - 1) + size * 0.72
    first = {
        "top": y + size * 0.74,
        "middle": y - tall / 2 + size * 0.72,
        "bottom": y - tall + size * 0.72,
    }[stand]
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(first + i * step)}" '
        f'textLength="{number(width_of(line) * size)}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text font-size="{size}" fill="{fill}"{where}>{spans}</text>'


def names(authors: Sequence[str]) -> str:
    """At most two names; more are an ellipsis."""
    return ", ".join(authors[:2]) + (" …" if len(authors) > 2 else "")


def author_block(
    book: Book,
    x: float,
    y: float,
    width: float,
    fill: str,
    *,
    anchor: str = "start",
    stand: str = "top",
) -> str:
    if not book.authors:
        return ""
    return text_block(
        names(book.authors),
        x,
        y,
        (width, 32),
        fill,
        sizes=(14, 9),
        anchor=anchor,
        stand=stand,
        leading=1.25,
    )
