"""YAML as a stream of events: every value as it was written, and none of YAML's tricks."""

from collections.abc import Iterator

import pandas as pd
from yaml import (
    AliasEvent,
    CBaseLoader,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
    parse,
)

from bookshop.imports.columns import FIELDS, field_named
from bookshop.imports.problems import (
    WHOLE_ROW,
    BrokenYaml,
    Fault,
    NoListOfBooks,
    NoRecords,
    TooDeep,
    YamlTricks,
)
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.records import STOCK_ASSUMED, Notes, Record, in_chunks
from bookshop.translations import N_

_LISTS = ("books", "offers", "items", "книги", "товары")
_DEEPEST = 16
_NOTHING = ("", "~", "null", "Null", "NULL")

_NOT_A_RECORD = Fault("not_a_record", N_("Each book is a list of names and values here."))
_TWICE = Fault("given_twice", N_("This value is given twice in one record."))


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    with source.path.open(encoding=source.encoding.codec, errors="replace") as stream:
        yield from in_chunks(
            _Catalogue(_Events(parse(stream, Loader=CBaseLoader)), notes).records(), FIELDS
        )


class _Events:
    """libyaml's events, with what a catalogue has no need of refused."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._depth = 0
        self.line = 1

    def next(self) -> Event:
        try:
            event = next(self._events)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise BrokenYaml(line=mark.line + 1 if mark else self.line) from error
        self.line = event.start_mark.line + 1 if event.start_mark else self.line
        self._refuse_tricks(event)
        self._depth += isinstance(event, CollectionStartEvent)
        self._depth -= isinstance(event, SequenceEndEvent | MappingEndEvent)
        if self._depth > _DEEPEST:
            raise TooDeep(line=self.line)
        return event

    def value(self, event: Event) -> str:
        """A text as written; a list as its texts; anything else is not a value of a book."""
        if isinstance(event, ScalarEvent):
            return "" if not event.style and event.value in _NOTHING else event.value
        if isinstance(event, SequenceStartEvent):
            return "; ".join(filter(None, map(self.value, self.items())))
        if isinstance(event, MappingStartEvent):
            for key in self.items():
                self.value(key)
        return ""

    def items(self) -> Iterator[Event]:
        """What begins inside the collection just begun, up to its end."""
        while not isinstance(event := self.next(), SequenceEndEvent | MappingEndEvent):
            yield event

    def _refuse_tricks(self, event: Event) -> None:
        if isinstance(event, AliasEvent) or (
            isinstance(event, NodeEvent) and (event.anchor or getattr(event, "tag", None))
        ):
            raise YamlTricks(line=self.line)


class _Catalogue:
    """A list of records, or a mapping that has one under `books`."""

    def __init__(self, events: _Events, notes: Notes) -> None:
        self._events = events
        self._notes = notes
        self._currency = ""
        self._number = 0
        self._stock_assumed_at: int | None = None
        self._found_list = False

    def records(self) -> Iterator[Record]:
        while not isinstance(event := self._events.next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                yield from self._document(self._events.next())
        if not self._found_list:
            raise NoListOfBooks
        if self._number == 0:
            raise NoRecords
        if self._stock_assumed_at:
            self._notes.warn_once(STOCK_ASSUMED, self._stock_assumed_at, "stock")

    def _document(self, event: Event) -> Iterator[Record]:
        if isinstance(event, SequenceStartEvent):
            yield from self._list()
        elif isinstance(event, MappingStartEvent):
            yield from self._mapping()

    def _mapping(self) -> Iterator[Record]:
        for key in self._events.items():
            name = self._events.value(key).strip().lower()
            value = self._events.next()
            if name in _LISTS and isinstance(value, SequenceStartEvent):
                yield from self._list()
            elif field_named(name) == "currency":
                self._currency = self._events.value(value)
            else:
                self._events.value(value)

    def _list(self) -> Iterator[Record]:
        self._found_list = True
        for event in self._events.items():
            self._number += 1
            line = self._events.line
            if isinstance(event, MappingStartEvent):
                yield from self._record(line)
            else:
                value = self._events.value(event)
                self._notes.refuse(_NOT_A_RECORD, line, self._number, WHOLE_ROW, value)

    def _record(self, line: int) -> Iterator[Record]:
        said: dict[str, str] = {}
        twice = ""
        for key in self._events.items():
            name = field_named(self._events.value(key))
            value = self._events.value(self._events.next())
            if name and name in said:
                twice = name
            elif name:
                said[name] = value
        if twice:
            self._notes.refuse(_TWICE, line, self._number, twice, said[twice])
        else:
            yield Record(line, self._number, self._cells(said, line))

    def _cells(self, said: dict[str, str], line: int) -> tuple[str, ...]:
        if "stock" not in said:
            self._stock_assumed_at = self._stock_assumed_at or line
        known = {"stock": "1", "currency": self._currency} | said
        return tuple(known.get(name, "") for name in FIELDS)
