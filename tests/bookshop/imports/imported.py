"""A file read and checked to its end, as the shop does it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bookshop.imports import reading
from bookshop.imports.problems import Problem
from bookshop.imports.validation import Seen, validate

THIS_YEAR = 2026


@dataclass(frozen=True)
class Imported:
    format: str
    encoding: str
    accepted: list[dict[str, Any]]
    problems: list[Problem]
    warnings: list[Problem]

    @property
    def book(self) -> dict[str, Any]:
        """The only one, when nothing else is wrong or right."""
        assert self.problems == []
        (book,) = self.accepted
        return book

    @property
    def refused(self) -> list[tuple[int, str, str]]:
        return [(one.line, one.field, one.code) for one in self.problems]

    @property
    def warned(self) -> list[tuple[int, str, str]]:
        return [(one.line, one.field, one.code) for one in self.warnings]


def imported(path: Path, **asked: Any) -> Imported:
    file, seen = reading.read(path, **asked), Seen()
    accepted: list[dict[str, Any]] = []
    problems, warnings = [], []
    for chunk in file.chunks:
        checked = validate(chunk, seen, THIS_YEAR)
        accepted += checked.accepted.to_dict("records")
        problems += file.take_problems() + checked.problems
        warnings += file.take_warnings() + checked.warnings
    problems += file.take_problems()
    problems.sort(key=lambda one: one.record)
    warnings = sorted([*warnings, *file.take_warnings()], key=lambda one: one.record)
    return Imported(file.format, file.encoding, accepted, problems, warnings)


class Upload(Protocol):
    def __call__(self, content: str | bytes, **asked: Any) -> Imported: ...
