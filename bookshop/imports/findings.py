"""What was found in a file, as the seller is told of it: the first of each, and how many."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bookshop.imports.problems import Problem

SHOWN = 1_000  # of problems and of warnings: kept with the import, and shown


@dataclass
class Told:
    """Problems or warnings, in the order in which they were found."""

    first: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, problem: Problem) -> dict[str, Any]:
        kept = as_kept(problem)
        self.counts[problem.code] += 1
        if len(self.first) < SHOWN:
            self.first.append(kept)
        return kept


@dataclass
class Checked:
    """What reading and validating a file found. `refused` is set when it is no catalogue."""

    checked_as: str = ""
    format: str = ""
    encoding: str = ""
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    is_whole: bool = True
    problems: list[dict[str, Any]] = field(default_factory=list)
    problem_counts: dict[str, int] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    warning_counts: dict[str, int] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] | None = None
    refused: dict[str, Any] | None = None


def as_kept(problem: Problem) -> dict[str, Any]:
    """With its text and parameters apart, so that every reader is told in his language."""
    return {
        "line": problem.line,
        "record": problem.record,
        "field": problem.field,
        "code": problem.code,
        "value": problem.value,
        "text": problem.text,
        "params": dict(problem.params),
    }
