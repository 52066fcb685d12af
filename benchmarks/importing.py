"""How fast a catalogue comes into the shop, and how much memory that takes.

Read, validated, compared and applied; what the index does afterwards is apart.

Each file is imported twice by a process of its own: all new, then all unchanged.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import catalogue

BOOKS = int(os.environ.get("BENCH_BOOKS", "100000"))
FORMATS: dict[str, tuple[Callable[[Path, int], None], int]] = {
    "CSV": (catalogue.write_csv, BOOKS),
    "YML": (catalogue.write_yml, BOOKS // 5),
    "YAML": (catalogue.write_yaml, BOOKS // 5),
}


def measure(tell: Callable[[str, str], None], database_url: str = "") -> None:
    """On SQLite, or on the PostgreSQL whose url is given (it is filled with books)."""
    with tempfile.TemporaryDirectory(prefix="bookshop-bench-") as folder:
        for name, (write, count) in FORMATS.items():
            file = Path(folder) / name
            write(file, count)
            for figures in _imported_twice(file, database_url):
                tell(f"{name}, {count:,} books, {figures['what']}", _in_words(figures))


def _imported_twice(file: Path, database_url: str) -> list[dict[str, float | str]]:
    command = [sys.executable, "-m", "benchmarks.importing", str(file), database_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _in_words(figures: dict[str, float | str]) -> str:
    return (
        f"{figures['whole']:,.0f} books/s (checked {figures['check']:,.0f}, "
        f"applied {figures['apply']:,.0f}), {figures['memory']} MB at most"
    )


def import_twice(file: Path, database_url: str) -> None:
    """Prints a line of JSON for each time."""
    import gc
    from resource import RUSAGE_SELF, getrusage

    from bookshop.database import Database
    from bookshop.imports import applying, checking, service
    from bookshop.imports.uploads import keep
    from bookshop.migrations import migrate
    from bookshop.users import service as users
    from bookshop.users.models import Role

    gc.set_threshold(50_000, 20, 20)  # as in the worker
    with tempfile.TemporaryDirectory(prefix="bookshop-bench-") as folder:
        uploads = Path(folder) / "uploads"
        database = Database(database_url or f"sqlite:///{folder}/bookshop.sqlite")
        migrate(database)
        name = f"bench{os.getpid()}"
        with database.transaction() as session:
            new = users.NewUser(name, f"{name}@example.com", role=Role.SELLER, shop_name=name)
            seller_id = users.create(session, new, "-").id
        for what in ("all new", "all unchanged"):
            began = time.perf_counter()
            with file.open("rb") as stream:
                kept = keep(stream, uploads)
            with database.transaction() as session:
                id = service.note(session, seller_id, file.name, kept).id
            found = checking.check(database, uploads, id, _nobody_waits)
            with database.transaction() as session:
                service.checked(session, id, found)
                service.approve(session, id, seller_id)
            checked = time.perf_counter()
            applying.apply(database, uploads, id, _nobody_waits)
            with database.transaction() as session:
                service.applied(session, id)
            ended = time.perf_counter()
            figures = {
                "what": what,
                "whole": found.accepted / (ended - began),
                "check": found.accepted / (checked - began),
                "apply": found.accepted / (ended - checked),
                "memory": getrusage(RUSAGE_SELF).ru_maxrss // 1024,
            }
            print(json.dumps(figures), flush=True)


def _nobody_waits() -> None:
    pass


if __name__ == "__main__":
    import_twice(Path(sys.argv[1]), sys.argv[2])
