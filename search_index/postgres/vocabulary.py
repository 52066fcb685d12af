"""The words of the books, read from the tables of the index; the rules are every index's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product

from search_index import surnames
from search_index.generation import Generation
from search_index.language import stem
from search_index.postgres.asking import Asking
from search_index.postgres.writing import quoted, slips
from search_index.query import switched_words, typed_words
from search_index.sounds import in_cyrillic, skeletons
from search_index.spelling import LONGEST, letters_of
from search_index.spelling import slips as slips_between
from search_index.vocabulary import (
    _MOST_ENDINGS,
    _MOST_NAMED,
    _MOST_NEAR,
    _MOST_NEAR_SHORT,
    _SHORT,
    _SHORTEST_MISSPELT,
    _SHORTEST_TWICE_MISSPELT,
    Vocabulary,
)
from search_index.words_meant import LONG_ENOUGH_TO_HEAR, SAME_SOUND

Key = tuple[str, str]  # field and word

_LAST = "\U0010ffff"
_LONGEST_JOINED = 3
_AT_ONCE = 2_000

_COUNTS = """SELECT field, word, books FROM words
    WHERE field = ANY(%(fields)s) AND word = ANY(%(words)s)"""
_BEGINNING = """SELECT word FROM words
    WHERE field = 'spelt' AND word >= %(prefix)s AND word < %(end)s
    ORDER BY books DESC, word LIMIT %(most)s"""
_ALIKE = "SELECT word, sounds FROM words WHERE sounds && %(bones)s"
_NAMED = """SELECT wanted.word, named.word
    FROM unnest(%(words)s::text[], %(quoted)s::text[]) AS wanted (word, quoted)
    JOIN words AS spelt ON spelt.field = 'spelt' AND spelt.word = wanted.word,
    LATERAL (
        SELECT word FROM words WHERE parts @@ wanted.quoted::tsquery LIMIT %(most)s
    ) AS named"""
_A_SLIP_AWAY = "SELECT word, books FROM words WHERE slips && %(slips)s"
# Hardly anybody gets the first letter wrong and another one too.
_TWO_SLIPS_AWAY = """SELECT word, books FROM words
    WHERE field = 'spelt' AND left(word, 1) = left(%(word)s, 1)
    AND length(word) BETWEEN length(%(word)s) - 2 AND length(%(word)s) + 2"""
_WITH_TRIGRAMS = " AND word %% %(word)s"


class TableVocabulary(Vocabulary):
    """For one question. What it will be asked next is guessed, so that it is read at once."""

    def __init__(self, asking: Asking, text: str) -> None:
        super().__init__(Generation(("", 0), []))
        self._asking = asking
        self._counts: dict[Key, int] = {}
        self._typed = typed_words(text)
        self._switched = switched_words(text)
        self._names: dict[str, list[str]] = {}
        self._sounding: dict[str, set[str]] = {}  # like each of these bones
        self._guesses = {"stems": self._guessed_stems(), "spelt": self._guessed_spellings()}
        self._guessed_names = self._guessed_surnames()

    def count(self, word: str) -> int:
        term = stem(word)
        return self._count("words", term, "stems") or self._count("prose", term, "stems")

    def count_spelt(self, word: str) -> int:
        return self._count("spelt", word, "spelt")

    def _guessed_stems(self) -> Iterator[Iterable[str]]:
        yield map(stem, self._typed)
        ways = chain(*self._switched, self._ways_of_unknown())
        yield map(stem, chain(ways, *self._sounding.values()))
        yield map(stem, chain.from_iterable(map(in_cyrillic, self._typed)))
        while True:
            yield map(stem, chain(*self._sounding.values()))

    def _guessed_spellings(self) -> Iterator[Iterable[str]]:
        yield chain.from_iterable(map(_joined, [self._typed, *self._switched]))
        yield _parts(self._ways_of_unknown())

    def _guessed_surnames(self) -> Iterator[Iterable[str]]:
        alike = (self.sounding_like(word, SAME_SOUND) for word in self._heard())
        for all_words in (self._typed, chain.from_iterable(alike), chain(*self._switched)):
            yield chain.from_iterable(map(surnames.may_be, all_words))

    def _ways_of_unknown(self) -> Iterator[str]:
        unknown = [word for word in self._typed if not self.knows(word)]
        return chain(unknown, *map(in_cyrillic, unknown))

    def _heard(self) -> Iterator[str]:
        """What is typed that will be compared by its sound."""
        return (w for w in self._typed if len(w) >= LONG_ENOUGH_TO_HEAR and self.knows(w))

    def _count(self, field: str, word: str, guesses: str) -> int:
        fields = ["words", "prose"] if guesses == "stems" else ["spelt"]
        if (field, word) not in self._counts:
            self._read(fields, chain([word], next(self._guesses[guesses], ())))
        return self._counts[field, word]

    def _read(self, fields: Sequence[str], some: Iterable[str]) -> None:
        new = (word for word in some if (fields[0], word) not in self._counts)
        wanted = list(islice(dict.fromkeys(new), _AT_ONCE))
        self._counts.update(dict.fromkeys(product(fields, wanted), 0))
        for field, word, books in self._asking.rows(_COUNTS, fields=fields, words=wanted):
            self._counts[field, word] = books

    def _beginning(self, prefix: str) -> list[str]:
        asked = {"prefix": prefix, "end": prefix + _LAST, "most": _MOST_ENDINGS}
        return [word for (word,) in self._asking.rows(_BEGINNING, **asked)]

    def _near(self, word: str, edits: int) -> list[str]:
        shortest = _SHORTEST_MISSPELT if edits == 1 else _SHORTEST_TWICE_MISSPELT
        if not shortest <= len(word) <= LONGEST:
            return []
        likely = dict(self._likely(word, edits))
        others = list(likely)
        letters, lengths = letters_of(others)
        [row], [length] = letters_of([word])
        apart = slips_between(row[:length], letters, lengths, edits)
        near = [each for each, far in zip(others, apart, strict=True) if 0 < far <= edits]
        near.sort(key=lambda each: (-likely[each], each))
        return near[: _MOST_NEAR if len(word) > _SHORT else _MOST_NEAR_SHORT]

    def _likely(self, word: str, edits: int) -> Sequence[tuple[str, int]]:
        if edits == 1:
            return self._asking.rows(_A_SLIP_AWAY, slips=list(slips(word)))
        if not self._asking.has_trigrams:
            return self._asking.rows(_TWO_SLIPS_AWAY, word=word)
        return self._asking.rows(_TWO_SLIPS_AWAY + _WITH_TRIGRAMS, word=word)

    def _named(self, some: Iterable[str]) -> Mapping[str, Sequence[str]]:
        if not self._names.keys() >= set(some):
            wanted = list(dict.fromkeys(chain(some, next(self._guessed_names, ()))))
            self._names.update((word, []) for word in wanted)
            asked = {"words": wanted, "quoted": list(map(quoted, wanted)), "most": _MOST_NAMED}
            for word, name in self._asking.rows(_NAMED, **asked):
                self._names[word].append(name)
        return self._names

    def _alike(self, word: str) -> set[str]:
        bones = skeletons(word)
        if not self._sounding.keys() >= bones:
            self._hear(bones.union(*map(skeletons, self._heard())) - self._sounding.keys())
        return set().union(*(self._sounding[each] for each in bones))

    def _hear(self, bones: set[str]) -> None:
        self._sounding.update((each, set()) for each in bones)
        for word, sounds in self._asking.rows(_ALIKE, bones=list(bones)):
            for each in bones.intersection(sounds):
                self._sounding[each].add(word)


def authors_beginning(asking: Asking, typed: Sequence[str], limit: int) -> list[str]:
    """Names with a word that begins like each of these, the most frequent first."""
    if not typed:
        return []
    named = """SELECT word FROM words WHERE parts @@ %(parts)s::tsquery
        ORDER BY books DESC, word LIMIT %(limit)s"""
    parts = " & ".join(f"{quoted(word)}:*" for word in typed)
    return [name for (name,) in asking.rows(named, parts=parts, limit=limit)]


def _joined(typed: Sequence[str]) -> Iterator[str]:
    return (
        "".join(typed[at : at + size])
        for size in range(1, _LONGEST_JOINED + 1)
        for at in range(len(typed) - size + 1)
    )


def _parts(all_words: Iterable[str]) -> Iterator[str]:
    return (
        word[start:end]
        for word in all_words
        for start in range(len(word))
        for end in range(start + 1, len(word) + 1)
    )
