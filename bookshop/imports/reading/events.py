"""YAML as a stream of libyaml's events, with what a catalogue has no need of refused."""

from collections.abc import Callable, Iterator
from typing import Any, TextIO

from yaml import (
    AliasEvent,
    CBaseLoader,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    YAMLError,
)

from bookshop.imports.problems import BrokenYaml, LineTooLong, TooDeep, YamlTricks

_DEEPEST = 16
_LONGEST_RECORD = 4 << 20  # letters
_NOTHING = ("", "~", "null", "Null", "NULL")


class Events:
    """One by one; whoever is given the start of a collection reads it to its end."""

    def __init__(self, stream: TextIO) -> None:
        self._text = _Bounded(stream)
        self._depth = 0
        self.line = 1  # of the last that was no plain value
        self.next: Callable[[], Any] = self._looked_at().__next__

    def _looked_at(self) -> Iterator[Event]:
        following = CBaseLoader(self._text).get_event
        while True:
            try:
                event: Any = following()
            except YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                raise self._refusal(mark.line + 1 if mark else self.line) from error
            if type(event) is not ScalarEvent:  # nearly all are
                self._look_at(event)
            elif event.anchor or event.tag:
                raise YamlTricks(line=line_of(event))
            yield event

    def value(self, event: Any) -> str:
        """A text as written; a list as its texts; anything else is not a value of a book."""
        if type(event) is ScalarEvent:
            text: str = event.value
            return "" if text in _NOTHING and not event.style else text
        if isinstance(event, SequenceStartEvent):
            return "; ".join(filter(None, map(self.value, self.items())))
        if isinstance(event, MappingStartEvent):
            for key in self.items():
                self.value(key)
        return ""

    def items(self) -> Iterator[Any]:
        """What begins inside the collection just begun, up to its end."""
        while not isinstance(event := self.next(), CollectionEndEvent):
            yield event

    def begin_record(self) -> None:
        self._text.allow_more()

    def _look_at(self, event: Event) -> None:
        self.line = line_of(event)
        if isinstance(event, CollectionStartEvent):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise TooDeep(line=self.line)
        elif isinstance(event, CollectionEndEvent):
            self._depth -= 1
        if isinstance(event, AliasEvent) or _is_marked(event):
            raise YamlTricks(line=self.line)
        if self._text.gave_up:
            raise self._refusal(self.line)

    def _refusal(self, line: int) -> BrokenYaml | LineTooLong:
        return LineTooLong(line=line) if self._text.gave_up else BrokenYaml(line=line)


class _Bounded:
    """A file that ends early when one record in it has no end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._left = _LONGEST_RECORD

    @property
    def gave_up(self) -> bool:
        return self._left < 0

    def read(self, size: int = -1, /) -> str:
        text = "" if self.gave_up else self._stream.read(size)
        self._left -= len(text)
        return text

    def allow_more(self) -> None:
        self._left = _LONGEST_RECORD


def line_of(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _is_marked(event: Event) -> bool:
    return isinstance(event, NodeEvent) and bool(event.anchor or getattr(event, "tag", None))
