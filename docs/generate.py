"""The pages that repeat tables of the code: `python -m docs.generate` writes them anew.

`python -m docs.generate --check` only says which ones are no longer what the code says.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path

from bookshop.messages import Message
from bookshop.notifications.letters import LETTERS
from bookshop.orders.states import LIVES, STAY, WAIT, Instead, Life
from worker.handlers import Errand
from worker.subscriptions import SUBSCRIPTIONS, Handler, name_of, queue_of

FOLDER = Path(__file__).parent
IN_WORDS = {STAY: "stays as it is: known already", WAIT: "waits: brought again later"}


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """0 done, or nothing to do; 1 when --check finds a page that is out of date."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is stale")
    asked = parser.parse_args(arguments)
    outdated = stale(folder)
    if asked.check:
        for name in outdated:
            print(f"docs/{name} is not what the code says: python -m docs.generate")
        return 1 if outdated else 0
    for name in outdated:
        (folder / name).write_text(PAGES[name]())
        print(f"docs/{name}")
    return 0


def stale(folder: Path) -> list[str]:
    """The pages in the folder that are missing or differ from what the code says."""
    return [name for name, page in PAGES.items() if _written(folder / name) != page()]


def order_states() -> str:
    parts = [
        _head("The life of an order and of a parcel", "bookshop/orders/states.py"),
        "Every other pair of state and message is impossible and raises `ImpossibleMove`.",
    ]
    for name, life in LIVES.items():
        parts += [f"## {name}", _diagram(life), _moves(life)]
    return _page(parts)


def messages() -> str:
    rows = [
        [f"`{kind.__name__}`", _carries(kind), _about(kind), _heard_by(heard)]
        for kind, heard in SUBSCRIPTIONS.items()
    ]
    return _page(
        [
            _head("Who hears what", "bookshop/messages.py and worker/subscriptions.py"),
            "A *rule* runs in the transaction that marks its delivery done. An *errand* asks the "
            "outside first and then records the answer in one.",
            _table(["message", "carries", "about", "heard by"], rows),
        ]
    )


def letters() -> str:
    rows = [
        [f"`{news.__name__}`", f"`{kind.name}`", kind.to, kind.subject, kind.when]
        for news, kinds in LETTERS.items()
        for kind in kinds
    ]
    return _page(
        [
            _head("The letters", "bookshop/notifications/letters.py"),
            "One row for each message, recipient and kind is written, however often the message "
            "comes. *user* is whoever registered.",
            _table(["when this happens", "letter", "goes to", "subject", "on condition"], rows),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "order-states.md": order_states,
    "messages.md": messages,
    "letters.md": letters,
}


def _written(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _head(title: str, source: str) -> str:
    return f"# {title}\n\n<!-- Written by `python -m docs.generate` from {source}. -->"


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _diagram(life: Life) -> str:
    first = next(iter(life))[0]
    arrows = [
        f"    {state.value} --> {after.value}: {news.__name__}"
        for (state, news), after in life.items()
        if not isinstance(after, Instead)
    ]
    return "\n".join(
        ["```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}", *arrows, "```"]
    )


def _moves(life: Life) -> str:
    rows = [
        [state.value, f"`{news.__name__}`", _becomes(after)]
        for (state, news), after in life.items()
    ]
    return _table(["when it is", "and this happens", "it becomes"], rows)


def _becomes(after: object) -> str:
    return IN_WORDS[after] if isinstance(after, Instead) else f"**{after}**"


def _carries(kind: type[Message]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(kind))


def _about(kind: type[Message]) -> str:
    """Its own words; a dataclass without any is given its signature by Python."""
    words = kind.__doc__ or ""
    return "" if words.startswith(f"{kind.__name__}(") else " ".join(cleandoc(words).split())


def _heard_by(heard: Sequence[Handler]) -> str:
    return ", ".join(map(_handler, heard)) or "nobody: it is written down for the record"


def _handler(handler: Handler) -> str:
    kind = "errand" if isinstance(handler, Errand) else "rule"
    return f"`{name_of(handler)}` ({kind}, queue *{queue_of(handler)}*)"


if __name__ == "__main__":
    sys.exit(main())
