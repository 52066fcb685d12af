"""What was typed, had the keyboard been in its other layout: "djqyf b vbh" is "война и мир".

It is believed of whole words or not at all: of «ёжик» the other layout makes two letters and signs.
"""

import re

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_OTHER_SIGNS, _THEIR_KEYS = '~{}:"<>/?', "ёхъжэбю.,"
_IN_CYRILLIC = str.maketrans(_LATIN_KEYS + _OTHER_SIGNS, _CYRILLIC_KEYS + _THEIR_KEYS)
_IN_LATIN = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)
# Such signs stand beside letters where the keyboard has letters of the other alphabet: "[kt,".
_LETTERS_TOO = re.compile(r"[a-z][/\[\]{}<>;]|[\[\];'`,./<>{}:\"~][a-z]")
# Letters that are signs in Latin may be initials' stops, apostrophes, or stand behind the word.
_LETTER = "[^ёхъжбюэ]"
_WHOLE_IN_LATIN = re.compile(rf"{_LETTER}+|(?:{_LETTER}ю)+|э?{_LETTER}{{2,}}(?:э?{_LETTER})+[эюб]?")
_TWO_LETTERS = re.compile("[а-яё].*[а-яё]", re.DOTALL)


def switched(text: str) -> list[str]:
    """Each way that it can be read; `text` is in lower case."""
    ways = []
    if _TWO_LETTERS.search(in_cyrillic := text.translate(_IN_CYRILLIC)):
        ways.append(in_cyrillic)
    if all(map(_WHOLE_IN_LATIN.fullmatch, text.split())):
        ways.append(text.translate(_IN_LATIN))
    return [way for way in ways if way != text]


def has_signs_among_letters(text: str) -> bool:
    return bool(_LETTERS_TOO.search(text))
