"""YAML, every value as the text it was written as."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import TextIOWrapper
from itertools import chain
from typing import Any, BinaryIO

import pandas as pd
from yaml import (
    CBaseDumper,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
    emit,
)

from bookshop.imports.columns import FIELDS, field_named, is_reason
from bookshop.imports.problems import WHOLE_ROW, Fault, NoListOfBooks, NoRecords
from bookshop.imports.reading.detect import Source
from bookshop.imports.reading.events import Events, line_of
from bookshop.imports.reading.records import Notes, Record, in_chunks
from bookshop.translations import N_

_NEVER_FOLDED = 1 << 30
_LISTS = ("books", "offers", "items", "книги", "товары")

_NOT_A_RECORD = Fault("not_a_record", N_("Each book is a list of names and values here."))
_TWICE = Fault("given_twice", N_("This value is given twice in one record."))

_field_named = lru_cache(maxsize=1000)(field_named)


def read(source: Source, notes: Notes) -> Iterator[pd.DataFrame]:
    with TextIOWrapper(source.open(), source.encoding.codec, "replace") as stream:
        yield from in_chunks(_Reader(Events(stream), notes).records(), FIELDS)


def write_refused(source: Source, why: Mapping[int, str], heading: str, into: BinaryIO) -> None:
    """The refused records, every value in the form it had, each with the reason below a key."""
    with TextIOWrapper(source.open(), source.encoding.codec, "replace") as stream:
        told = _told(Events(stream), why, heading)
        emit(told, into, CBaseDumper, allow_unicode=True, width=_NEVER_FOLDED)


class _Catalogue:
    """A list of books, or a mapping that has one under a name like `books`."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._found_list = False
        self.currency = ""

    def books(self) -> Iterator[Any]:
        """The event that each begins with; the rest of it is to be read before the next."""
        while not isinstance(event := self._events.next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                yield from self._document(self._events.next())
        if not self._found_list:
            raise NoListOfBooks

    def _document(self, event: Any) -> Iterator[Any]:
        if isinstance(event, SequenceStartEvent):
            yield from self._list()
        elif isinstance(event, MappingStartEvent):
            yield from self._mapping()

    def _mapping(self) -> Iterator[Any]:
        for key in self._events.items():
            self._events.begin_record()
            name = self._events.value(key).strip().lower()
            value = self._events.next()
            if name in _LISTS and isinstance(value, SequenceStartEvent):
                yield from self._list()
            elif field_named(name) == "currency":
                self.currency = self._events.value(value)
            else:
                self._events.value(value)

    def _list(self) -> Iterator[Any]:
        self._found_list = True
        for event in self._events.items():
            self._events.begin_record()
            yield event


class _Reader:
    def __init__(self, events: Events, notes: Notes) -> None:
        self._events = events
        self._notes = notes
        self._catalogue = _Catalogue(events)

    def records(self) -> Iterator[Record | None]:
        number = 0
        for event in self._catalogue.books():
            number += 1
            yield self._record(event, line_of(event), number)
        if number == 0:
            raise NoRecords

    def _record(self, event: Any, line: int, number: int) -> Record | None:
        if not isinstance(event, MappingStartEvent):
            value = self._events.value(event)
            self._notes.refuse(_NOT_A_RECORD, line, number, WHOLE_ROW, value)
            return None
        said, twice = self._said()
        if twice:
            self._notes.refuse(_TWICE, line, number, twice, said[twice])
            return None
        if "stock" not in said:
            said["stock"] = self._notes.stock_unsaid(line)
        said.setdefault("currency", self._catalogue.currency)
        return Record(line, number, tuple([said.get(name, "") for name in FIELDS]))

    def _said(self) -> tuple[dict[str, str], str]:
        """By field, and which of them is given twice."""
        following, value_of = self._events.next, self._events.value
        said: dict[str, str] = {}
        twice = ""
        while type(key := following()) is not MappingEndEvent:
            name = _field_named(value_of(key))
            value = value_of(following())
            if name and name in said:
                twice = name
            elif name:
                said[name] = value
        return said, twice


def _told(events: Events, why: Mapping[int, str], heading: str) -> Iterator[Event]:
    catalogue = _Catalogue(events)
    books = catalogue.books()
    first = next(books)  # what stands before it has been read now
    yield from (StreamStartEvent(encoding="utf-8"), DocumentStartEvent(), _mapping())
    if catalogue.currency:
        yield from (_scalar("currency"), _scalar(catalogue.currency))
    yield from (_scalar("books"), SequenceStartEvent(None, None, True, flow_style=False))
    for number, event in enumerate(chain([first], books), start=1):
        if number in why:
            yield _mapping()
            yield from _kept(events, event)
            yield from (_scalar(heading), _scalar(why[number]), MappingEndEvent())
        else:
            events.value(event)
    yield from (SequenceEndEvent(), MappingEndEvent(), DocumentEndEvent(), StreamEndEvent())


def _kept(events: Events, event: Any) -> Iterator[Event]:
    """The names and values of a record, without the reason of last time."""
    if not isinstance(event, MappingStartEvent):
        yield _scalar("record")
        yield from _copied(events, event)
        return
    for key in events.items():
        if isinstance(key, ScalarEvent) and is_reason(key.value):
            events.value(events.next())
        else:
            yield from _copied(events, key)
            yield from _copied(events, events.next())


def _copied(events: Events, event: Any) -> Iterator[Event]:
    """All of what begins here."""
    yield event
    if isinstance(event, CollectionStartEvent):
        for inside in events.items():
            yield from _copied(events, inside)
        yield MappingEndEvent() if isinstance(event, MappingStartEvent) else SequenceEndEvent()


def _mapping() -> Event:
    return MappingStartEvent(None, None, True, flow_style=False)


def _scalar(text: str) -> Event:
    return ScalarEvent(None, None, (True, True), text)
