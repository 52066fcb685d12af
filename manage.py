"""The operator's command line. Each command is a few lines over the shop's own services."""

import argparse
import csv
import json
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookshop.database import Database
from bookshop.errors import NotFound, ShopError
from bookshop.exports.formats import FORMATS
from bookshop.imports.columns import FIELDS
from bookshop.money import Money, parse
from bookshop.settings import Settings, from_environment
from bookshop.stock.service import MOST_ON_HAND
from bookshop.translations import LANGUAGES, say

if TYPE_CHECKING:
    from bookshop.audit import Verdict

Command = Callable[[argparse.Namespace, Settings], int]
DONE, REFUSED, WRONG_USAGE, SOME_REFUSED = 0, 1, 2, 3
OF_A_SEARCH = {
    "nearest": "no book has all the words: these are the nearest",
    "degraded": "the index is away: the database answered",
    "cut_short": "it took too long and was cut short",
    "left_out": "so many words: the last of them were left out",
}
SORTS = ("relevance", "newest", "price", "-price", "year", "-year", "title")
SHOWN_AT_MOST = 20  # of what offends against an invariant; --json has all


def main() -> int:
    """0 done, 1 refused or something does not hold, 2 wrong usage, 3 done but for some records.

    To name what is not there, a file or a seller, is wrong usage as well.
    """
    asked = _parser().parse_args(_arguments())
    command: Command = asked.command
    try:
        return command(asked, from_environment())
    except ShopError as error:
        print(error.told_in(_language()), file=sys.stderr)
        return WRONG_USAGE if isinstance(error, NotFound) else REFUSED


def migrate(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop import migrations

    settings.var.mkdir(parents=True, exist_ok=True)
    migrations.migrate(Database(settings.database_url))
    return DONE


def demo(asked: argparse.Namespace, settings: Settings) -> int:
    from demo import run

    return run.run(settings)


def worker(asked: argparse.Namespace, settings: Settings) -> int:
    from worker import queues

    queues.work(settings, asked.names)
    return DONE


def relay(asked: argparse.Namespace, settings: Settings) -> int:
    from worker import relay

    relay.run(settings)
    return DONE


def reindex(asked: argparse.Namespace, settings: Settings) -> int:
    from search_index import open_index

    index = open_index(settings, Database(settings.database_url))
    index.rebuild()
    print(f"{len(index.contents())} books in the index")
    return DONE


def audit(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.audit import audit
    from worker.tools import tools

    own = tools(settings)
    with own.database.snapshot() as session:
        verdicts = audit(session, own.outside.billing, own.outside.index)
    holds = all(verdict.holds for verdict in verdicts)
    told = {
        "holds": holds,
        "invariants": [
            {
                "number": v.number,
                "name": v.name,
                "holds": v.holds,
                "asked": v.asked,
                "offenders": v.offenders,
            }
            for v in verdicts
        ],
    }
    _say(asked, told, [_verdict(v) for v in verdicts])
    return DONE if holds else REFUSED


def backup(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop import backups

    backups.backup(settings, asked.file)
    print(f"{asked.file}: {asked.file.stat().st_size} bytes")
    return DONE


def restore(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop import backups

    backups.restore(settings, asked.file)
    print("Restored. Run `manage.py reindex`, then start the shop.")
    return DONE


def add_user(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.auth import service as auth
    from bookshop.users.models import Role
    from bookshop.users.service import NewUser

    new = NewUser(asked.login, asked.email, role=Role(asked.role), shop_name=asked.shop or "")
    with Database(settings.database_url).transaction() as session:
        user = auth.register(session, new, asked.password)
    print(f"{user.role} {user.login}, id {user.id}")
    return DONE


def import_catalogue(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.imports import by_hand, telling

    report = by_hand.run(
        settings,
        Database(settings.database_url),
        asked.file,
        asked.seller,
        dry_run=asked.dry_run,
        language=_language(),
        withdraw_missing=asked.withdraw_missing,
        default_stock=asked.default_stock,
        mapping=asked.columns,
    )
    _say(asked, report, list(telling.in_words(report, _language())))
    if report["refused"]:
        return REFUSED
    return SOME_REFUSED if report["rejected"] else DONE


def export_offers(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.exports import service as exports
    from bookshop.imports import by_hand

    database = Database(settings.database_url)
    seller_id = by_hand.seller_called(database, asked.seller)
    with database.reading() as session, asked.file.open("wb") as file:
        file.writelines(exports.export(session, seller_id, asked.format))
    print(f"{asked.file}: {asked.file.stat().st_size} bytes")
    return DONE


def search(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.imports import by_hand
    from search_index import Question, Sort, open_index
    from search_index.answer import as_json

    database = Database(settings.database_url)
    if asked.seller is not None:
        by_hand.seller_called(database, asked.seller)
    asked.sort = Sort(asked.sort)
    question = Question(**{each.name: getattr(asked, each.name) for each in fields(Question)})
    found = open_index(settings, database).find(question)
    with database.reading() as session:
        told = as_json(session, found, question)
    lines = [f"{told['total']} found in {told['took_ms']} ms"]
    if told["did_you_mean"]:
        lines.append(f"for “{told['did_you_mean']}”; --as-typed looks for “{asked.words}” itself")
    lines += [said for name, said in OF_A_SEARCH.items() if told[name]]
    if found.wrong_isbn:
        lines.append(say("en", found.wrong_isbn.text, **found.wrong_isbn.params))
    lines += [f"without --{name.replace('_', '-')}: {n}" for name, n in found.without.items()]
    if not told["total"]:
        lines.append("nothing was found: check the letters, or try fewer words")
    lines += [f"{b['title']} – {'; '.join(b['authors'])}  {b['price']}" for b in told["results"]]
    _say(asked, told, lines)
    return DONE


def order(asked: argparse.Namespace, settings: Settings) -> int:
    from bookshop.notifications import chronicle

    with Database(settings.database_url).reading() as session:
        told = chronicle.of_order(session, asked.id)
    _say(asked, told, chronicle.in_short(told))
    return DONE


def _arguments() -> list[str]:
    """ "--sort -price" belongs together: argparse would take -price for an option."""
    given = sys.argv[1:]
    if "--sort" in given[:-1]:
        at = given.index("--sort")
        given[at : at + 2] = [f"--sort={given[at + 1]}"]
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, about: str, on: Any = None) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = (on or commands).add_parser(name, help=about)
        added.set_defaults(command=command)
        return added

    add("migrate", migrate, "bring the database to the newest form")
    add("demo", demo, "start the whole shop with sample books")
    add("worker", worker, "work on the queues named, or on all").add_argument("names", nargs="*")
    add("relay", relay, "carry messages to the queues")
    add("reindex", reindex, "build the search index anew, beside the old one")
    _with_json(add("audit", audit, "check what must always hold"))
    for name, command, about in (
        ("backup", backup, "write the whole shop into a file"),
        ("restore", restore, "put a backup in the place of what is there"),
    ):
        add(name, command, about).add_argument("file", type=Path)

    user = commands.add_parser("user", help="people").add_subparsers(required=True, metavar="DO")
    new = add("add", add_user, "a new user", on=user)
    for option in ("--login", "--password", "--email"):
        new.add_argument(option, required=True)
    new.add_argument("--role", required=True, choices=["customer", "seller", "operator"])
    new.add_argument("--shop", help="the shop's name; sellers need one")

    catalogue = add("import", import_catalogue, "a seller's catalogue")
    catalogue.epilog = (
        f"Exits with {DONE} if all records were accepted, {REFUSED} if the file as a whole was "
        f"refused and nothing changed, {WRONG_USAGE} if the command is wrong or names a file or "
        f"seller that is not there, {SOME_REFUSED} if some records were refused: the others are "
        "on sale (with --dry-run: would be)."
    )
    catalogue.add_argument("file", type=Path)
    catalogue.add_argument("--seller", required=True, help="his login")
    catalogue.add_argument("--dry-run", action="store_true", help="say what it would do")
    catalogue.add_argument(
        "--withdraw-missing",
        action="store_true",
        help="take off sale what the file, a whole catalogue, does not name",
    )
    catalogue.add_argument(
        "--default-stock",
        type=_number(0, MOST_ON_HAND),
        metavar="N",
        help="copies of each book where the file does not say",
    )
    catalogue.add_argument(
        "--columns",
        type=_columns,
        metavar="HEADER=FIELD,...",
        help=f"which column is which ({', '.join(FIELDS)}; nothing: not read)",
    )
    _with_json(catalogue)

    offers = add("export", export_offers, "a seller's offers on sale, as a catalogue")
    offers.add_argument("--seller", required=True, help="his login")
    offers.add_argument("--format", choices=FORMATS, default="csv")
    offers.add_argument("file", type=Path)

    query = add("search", search, "find books")
    query.add_argument("words", metavar="QUERY")
    query.add_argument("--limit", dest="per_page", type=_number(1, 100), default=20)
    query.add_argument("--category")
    query.add_argument("--language", help="ISO 639-1")
    query.add_argument("--seller", help="his login")
    for end in ("--min-price", "--max-price"):
        query.add_argument(end, type=_price, metavar="PRICE", help="in roubles: 1234.50")
    for end in ("--min-year", "--max-year"):
        query.add_argument(end, type=_number(0, 9999), metavar="YEAR")
    query.add_argument("--in-stock", action="store_true")
    query.add_argument("--as-typed", action="store_true", help="correct nothing")
    query.add_argument("--sort", default="relevance", choices=SORTS)
    query.add_argument("--page", type=_number(1, 100_000), default=1)
    _with_json(query)

    story = add("order", order, "how an order is; --json tells its whole story")
    story.add_argument("id", type=_number(1, 2**31 - 1))
    _with_json(story)
    return parser


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return number


def _price(text: str) -> Money:
    try:
        return parse(text)
    except ShopError as error:
        raise argparse.ArgumentTypeError(error.told_in("en")) from None


def _columns(text: str) -> dict[str, str]:
    """A header with a comma in it stands in quotes, as in CSV."""
    pairs = [pair.rpartition("=") for pair in next(csv.reader([text]))]
    if not all(equals for _, equals, _ in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not like HEADER=FIELD,HEADER=FIELD")
    return {header: field for header, _, field in pairs}


def _say(asked: argparse.Namespace, told: dict[str, Any], lines: list[str]) -> None:
    print(json.dumps(told, ensure_ascii=False) if asked.json else "\n".join(lines))


def _verdict(verdict: "Verdict") -> str:
    does_not = "DOES NOT HOLD" if verdict.asked else "COULD NOT BE ASKED"
    sign = "holds" if verdict.holds else does_not
    offenders = verdict.offenders[:SHOWN_AT_MOST]
    if more := len(verdict.offenders) - len(offenders):
        offenders.append(f"… and {more} more: --json tells all")
    return "\n  ".join([f"{verdict.number}. {verdict.name}: {sign}", *offenders])


def _language() -> str:
    import locale

    spoken = (locale.getlocale()[0] or "")[:2]
    return spoken if spoken in LANGUAGES else "en"


if __name__ == "__main__":
    sys.exit(main())
