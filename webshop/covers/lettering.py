"""Set text into a box: how wide it runs in Literata 500, where it breaks, how large it can be."""

import re
import unicodedata
from collections.abc import Sequence

# Advance widths of Literata 500, in hundredths of an em.
_WIDTHS = {
    0: "\u00ad", 20: " \u00a0", 25: "'", 33: "!,;j’()-.:[]il", 40: "\"1fIt|{}*/\\", 46: "s_",
    51: "`rz»гз–257c«сэ“”",
    55: "39?eеё468Jaаь", 58: "$+<=>^gxy~бвух",
    61: "0SovГЗдкотFPbdkqРя", 65: "ELpuЕлрчЁZЬъ",
    69: "#BhnБВУЭийнпCСц", 73: "RXYХЯAATVАДКТ", 77: "DGKOQЛОмЧЪ", 81: "U&", 85: "HNИЙНПФфы%Ц",
    89: "@wжю…",
    98: "mшщ", 101: "MМЫ—", 105: "ЖW", 113: "ЮШЩ", 126: "№",
}  # fmt: skip
_WIDTH_OF = {char: width / 100 for width, chars in _WIDTHS.items() for char in chars}


def width_of(text: str) -> float:
    """The width of text in ems, as Literata 500 sets it."""
    return sum(
        _WIDTH_OF[c]
        if c in _WIDTH_OF
        else (1.0 if unicodedata.east_asian_width(c) in "WF" else 0.68)
        for c in text
    )


def clean(text: str) -> str:
    """One line of printable text; XML's forbidden characters go."""
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in str(text))
    return re.sub(r" +", " ", unicodedata.normalize("NFC", kept)).strip()


SOFT = "\u00ad"  # ends a piece that joins the next one without a space


def words_of(text: str) -> list[str]:
    """A short word (в, и, of, a) is held to the next; long ones are cut after hyphens."""
    words: list[str] = []
    for word in text.split(" "):
        if words and re.search(r"(^|\u00a0)\w{1,2}$", words[-1]):
            words[-1] += "\u00a0" + word
        else:
            words.append(word)
    return [
        piece
        for word in words
        for piece in (word.replace("-", f"-{SOFT} ") if len(word) > 10 else word).split(" ")
    ]


def joined(line: str, word: str) -> str:
    return line[:-1] + word if line.endswith(SOFT) else f"{line} {word}"


def wrap(words: Sequence[str], room: float) -> list[str] | None:
    """Greedy lines no wider than room ems, or None where one word is wider."""
    lines: list[str] = []
    for word in words:
        if width_of(word) > room:
            return None
        if lines and width_of(joined(lines[-1], word)) <= room:
            lines[-1] = joined(lines[-1], word)
        else:
            lines.append(word)
    return lines


def balanced(words: Sequence[str], room: float) -> list[str] | None:
    """The same number of lines, as even as they can be."""
    best = wrap(words, room)
    narrower = room
    while best and len(best) > 1 and narrower > room / 2:
        narrower *= 0.96
        tried = wrap(words, narrower)
        if tried is None or len(tried) > len(best):
            break
        best = tried
    return best


def fit(
    text: str, box: tuple[float, float], sizes: tuple[int, int], leading: float
) -> tuple[int, list[str]]:
    """The largest size at which text stands inside box, and its lines; cut with … if none."""
    width, height = box
    largest, smallest = sizes
    words = words_of(text)
    for size in range(largest, smallest - 1, -1):
        lines = balanced(words, width / size)
        if lines and len(lines) * size * leading <= height:
            return size, lines
    room = width / smallest
    pieces: list[str] = []  # the last resort: break long words, cut long text
    for word in text.split(" "):
        while width_of(word) > room:
            cut = next(i for i in range(len(word), 0, -1) if width_of(word[:i]) + 0.33 <= room)
            pieces.append(word[:cut] + "-")
            word = word[cut:]
        pieces.append(word)
    lines = wrap(pieces, room) or [""]
    most = max(1, int(height / (smallest * leading)))
    if len(lines) > most:
        last = lines[most - 1]
        while last and width_of(last + "…") > room:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip(" ,;:-") + "…"]
    return smallest, lines
