"""Sixteen ways to lay out a cover; each draws on the cloth, with text on quiet ground only."""

from collections.abc import Callable
from math import cos, pi, sin
from xml.sax.saxutils import escape

from webshop.covers.drawing import Book, author_block, number, path, rect, text_block


def frame(book: Book) -> str:
    p = book.palette
    jewel = (
        "M100 207l7 9-7 9-7-9z",
        "M84 216h32M100 206v20",
        "M88 216a6 6 0 0 1 12 0a6 6 0 0 0 12 0",
    )[book.pick(4, 3)]
    return (
        path("M16 12h172v276H16z", stroke=p.tint, width=2.5)
        + path("M22 18h160v264H22z", stroke=p.tint)
        + text_block(book.title, 102, 116, (138, 150), p.ink, anchor="middle", stand="middle")
        + path(jewel, stroke=p.ink, width=1.4)
        + author_block(book, 102, 268, 136, p.ink, anchor="middle", stand="bottom")
    )


def label(book: Book) -> str:
    p = book.palette
    weave = "".join(f"M0 {y}h200" for y in range(5, 300, 7))
    return (
        path(weave, stroke=p.tint, more=' opacity=".45"')
        + rect(30, 44, 144, 128, p.label)
        + path("M35 49h134v118H35z", stroke=p.label_ink, width=0.8)
        + text_block(
            book.title,
            102,
            96,
            (120, 82),
            p.label_ink,
            sizes=(28, 9),
            anchor="middle",
            stand="middle",
        )
        + author_block(book, 102, 160, 120, p.label_ink, anchor="middle", stand="bottom")
    )


def band(book: Book) -> str:
    p = book.palette
    top = 150 + book.pick(5, 30)
    return (
        rect(0, 0, 200, 300 - top, p.label)
        + rect(0, 300 - top + 5, 200, 1.5, p.tint)
        + text_block(
            book.title, 22, 300 - top - 16, (158, 300 - top - 36), p.label_ink, stand="bottom"
        )
        + author_block(book, 22, 300 - top + 22, 158, p.ink)
        + path(f"M22 276h{30 + book.pick(6, 90)}", stroke=p.tint, width=5)
    )


def initial(book: Book) -> str:
    p = book.palette
    letter = next((c for c in book.title if c.isalnum()), "·").upper()
    return (
        f'<text x="104" y="194" font-size="200" text-anchor="middle" fill="{p.tint}" opacity=".55">'
        + f"{escape(letter)}</text>"
        + rect(0, 204, 200, 96, p.label)
        + author_block(book, 22, 20, 160, p.ink)
        + text_block(book.title, 22, 252, (160, 76), p.label_ink, sizes=(28, 10), stand="middle")
    )


def sun(book: Book) -> str:
    p = book.palette
    x, r = 60 + book.pick(5, 84), 34 + book.pick(6, 22)
    left, rise, fall = 226 + book.pick(7, 16), 200 + book.pick(8, 20), 205 + book.pick(9, 20)
    hills = f"M0 {left}C50 {rise} 90 250 130 228S180 {fall} 200 222V300H0z"
    return (
        f'<circle cx="{x}" cy="{206 - book.pick(10, 24)}" r="{r}" fill="{p.tint}"/>'
        + path(hills, fill=p.label)
        + text_block(book.title, 22, 24, (160, 104), p.ink)
        + author_block(book, 22, 282, 160, p.label_ink, stand="bottom")
    )


def waves(book: Book) -> str:
    p = book.palette
    step, high = (20, 25, 40)[book.pick(5, 3)], 5 + book.pick(6, 6)
    rows = "".join(
        f"M-10 {y}" + f"q{step / 2:g} {-high} {step} 0t{step} 0" + f"t{step} 0" * (210 // step)
        for y in range(176, 296, 11)
    )
    return (
        path(rows, stroke=p.tint, width=2)
        + text_block(book.title, 22, 24, (160, 98), p.ink)
        + author_block(book, 22, 158, 160, p.ink, stand="bottom")
    )


def stripes(book: Book) -> str:
    p = book.palette
    gap = 5 + book.pick(5, 5)
    lines = "".join(f"M{x} 0v300" for x in range(16, 62, gap))
    return (
        path(lines, stroke=p.tint, width=2)
        + text_block(book.title, 76, 28, (110, 160), p.ink, sizes=(30, 9))
        + path("M76 222h24", stroke=p.ink, width=1.5)
        + author_block(book, 76, 276, 110, p.ink, stand="bottom")
    )


def rings(book: Book) -> str:
    p = book.palette
    x = (0, 200)[book.pick(5, 2)]
    arcs = "".join(f'<circle cx="{x}" cy="300" r="{r}"/>' for r in range(28, 150, 15))
    return (
        f'<g fill="none" stroke="{p.tint}" stroke-width="{3 + book.pick(6, 4)}">{arcs}</g>'
        + text_block(book.title, 22, 24, (160, 90), p.ink)
        + author_block(book, 22, 146, 160, p.ink, stand="bottom")
    )


def plain(book: Book) -> str:
    p = book.palette
    return (
        text_block(book.title, 22, 26, (160, 196), p.ink, sizes=(42, 10), leading=1.06)
        + path("M22 244h160", stroke=p.tint, width=1.5)
        + author_block(book, 22, 256, 160, p.ink)
    )


def tiles(book: Book) -> str:
    p = book.palette
    d = ""
    for i in range(15):
        x, y, turn = i % 5 * 40, i // 5 * 40, book.pick(5 + i, 4)
        corner = (
            "M{x} {y}h40a40 40 0 0 1-40 40z", "M{r} {y}v40a40 40 0 0 1-40-40z",
            "M{r} {b}h-40a40 40 0 0 1 40-40z", "M{x} {b}v-40a40 40 0 0 1 40 40z",
        )[turn]  # fmt: skip
        d += corner.format(x=x, y=y, r=x + 40, b=y + 40)
    return (
        path(d, fill=p.tint)
        + rect(0, 120, 200, 3, p.label)
        + text_block(book.title, 22, 142, (160, 100), p.ink, sizes=(30, 10))
        + author_block(book, 22, 282, 160, p.ink, stand="bottom")
    )


def arch(book: Book) -> str:
    p = book.palette
    return (
        path("M28 272V112a74 74 0 0 1 148 0V272z", fill=p.label)
        + path("M20 280V112a82 82 0 0 1 164 0V280z", stroke=p.tint, width=1.5)
        + text_block(
            book.title,
            102,
            152,
            (116, 120),
            p.label_ink,
            sizes=(28, 9),
            anchor="middle",
            stand="middle",
        )
        + author_block(book, 102, 258, 122, p.label_ink, anchor="middle", stand="bottom")
    )


def dots(book: Book) -> str:
    p = book.palette
    chosen = book.pick(5, 54)
    places = [(28 + i % 9 * 18, 176 + i // 9 * 20) for i in range(54)]
    d = "".join(f"M{x} {y}h0" for i, (x, y) in enumerate(places) if i != chosen)
    x, y = places[chosen]
    return (
        path(d, stroke=p.tint, width=5, more=' stroke-linecap="round"')
        + f'<circle cx="{x}" cy="{y}" r="7" fill="{p.ink}"/>'
        + text_block(book.title, 22, 24, (160, 92), p.ink)
        + author_block(book, 22, 154, 160, p.ink, stand="bottom")
    )


def shelf(book: Book) -> str:
    p = book.palette
    x, spines = 22.0, ""
    for i in range(14):
        wide, tall = 8 + book.pick(5 + i, 9), 44 + book.pick(11 + i, 42)
        if x + wide > 182:
            break
        spines += f"M{number(x)} 272v-{tall}h{wide}v{tall}z"
        x += wide + 2
    return (
        path(spines, fill=p.tint)
        + path("M14 273h176", stroke=p.ink, width=2)
        + text_block(book.title, 22, 24, (160, 104), p.ink)
        + author_block(book, 22, 170, 160, p.ink, stand="bottom")
    )


def leaf(book: Book) -> str:
    p = book.palette
    lean = (-1, 1)[book.pick(5, 2)]
    leaves = ""
    for i in range(6):
        y, long = 278 - i * 19, 30 - i * 3
        for side in (-1, 1):
            reach, rise, back = side * long, -long * 0.9, -side * long * 0.4
            leaves += (
                f"M102 {y}c{side * 6} {-long * 0.7:g} {reach * 0.6:g} {-long} {reach} {rise:g}"
            )
            leaves += f"c0 {long * 0.5:g} {back:g} {long} {-reach} {-rise:g}"
    return (
        path(leaves, fill=p.tint)
        + path(f"M102 292C102 250 102 200 {102 + lean * 6} 154", stroke=p.tint, width=2)
        + text_block(book.title, 102, 24, (156, 82), p.ink, sizes=(30, 10), anchor="middle")
        + author_block(book, 102, 138, 156, p.ink, anchor="middle", stand="bottom")
    )


def slant(book: Book) -> str:
    p = book.palette
    left, right = (206, 150) if book.pick(5, 2) else (150, 206)
    return (
        path(f"M0 {left}L200 {right}V300H0z", fill=p.label)
        + path(f"M0 {left - 7}L200 {right - 7}", stroke=p.tint, width=1.5)
        + text_block(book.title, 22, 24, (160, 108), p.ink)
        + author_block(book, 22, 280, 160, p.label_ink, stand="bottom")
    )


def rays(book: Book) -> str:
    p = book.palette

    def at(radius: float, turn: float) -> str:
        return f"{number(102 + radius * cos(turn))} {number(286 + radius * sin(turn))}"

    count = 18 + book.pick(5, 12)
    d = "".join(
        f"M{at(30, pi + pi * i / count)}L{at(104, pi + pi * i / count)}" for i in range(count + 1)
    )
    return (
        path(d, stroke=p.tint, width=2.5)
        + text_block(book.title, 102, 24, (156, 96), p.ink, anchor="middle")
        + author_block(book, 102, 162, 156, p.ink, anchor="middle", stand="bottom")
    )


LAYOUTS: tuple[Callable[[Book], str], ...] = (
    frame, label, band, initial, sun, waves, stripes, rings,
    plain, tiles, arch, dots, shelf, leaf, slant, rays,
)  # fmt: skip
