"""Reads each file it is given in a process of its own, and says how that ended and what it took.

A line of JSON for each; `python -m tests.bookshop.imports.attacked FILE ...`
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bookshop.imports import reading
from bookshop.imports.problems import NotACatalogue
from bookshop.imports.validation import Seen, validate


def read_to_the_end(path: Path) -> dict[str, Any]:
    """`said` is everything that anybody would get to see."""
    before, began = _peak(), time.monotonic()
    outcome, said = "read", ""
    try:
        file, seen = reading.read(path), Seen()
        for chunk in file.chunks:
            checked = validate(chunk, seen)
            told = [*file.take_problems(), *checked.problems, *checked.warnings]
            said += f"{checked.accepted.to_dict('records')} {told}"
    except NotACatalogue as refusal:
        outcome, said = refusal.code, refusal.told_in("en")
    return {
        "path": str(path),
        "outcome": outcome,
        "said": said[:100_000],
        "seconds": round(time.monotonic() - began, 2),
        "megabytes": _peak() - before,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(paths: list[str]) -> None:
    for path in paths:
        child = os.fork()  # with pandas loaded, and memory of its own to measure
        if child == 0:
            print(json.dumps(read_to_the_end(Path(path))), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            died = {"outcome": f"died of {status}", "said": "", "seconds": 0, "megabytes": 0}
            print(json.dumps({"path": path, **died}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
