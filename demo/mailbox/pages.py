"""The mailbox's pages: the list, newest first, and one letter."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from bookshop.translations import SHOP_ZONE, say
from demo.mailbox.letters import Letters, came_at
from demo.mailbox.reading import Heading, Letter, heading, read

TEMPLATES = Path(__file__).parent / "templates"
ON_A_PAGE = 100
VIEWS = ("html", "text", "source")
LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)

OURS = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
# A letter may look as it likes. It runs nothing, fetches nothing, and its links open a new tab.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
THEIRS = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox {SANDBOX}"


@dataclass(frozen=True)
class Request:
    path: str
    args: dict[str, str]
    language: str


@dataclass(frozen=True)
class Answer:
    body: str
    kind: str = "text/html"
    policy: str = f"{OURS}; frame-ancestors 'none'"
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True)
class Row:
    name: str
    came: datetime | None
    heading: Heading


class Pages:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
        self._templates.globals["zone"] = SHOP_ZONE

    def answer(self, request: Request) -> Answer:
        match request.path.strip("/").split("/"):
            case [""]:
                return self._list(request)
            case ["health"]:
                return Answer("ok\n", kind="text/plain")
            case ["mailbox.css"]:
                return Answer((TEMPLATES / "mailbox.css").read_text(), kind="text/css")
            case ["letters", name] if letter := self._letters.named(name):
                return self._letter(request, letter)
            case ["letters", name, "html"] if letter := self._letters.named(name):
                return _as_written(read(letter.read_bytes()))
        return self._page(request, "missing.html", status=HTTPStatus.NOT_FOUND)

    def _list(self, request: Request) -> Answer:
        to = request.args.get("to", "").strip()
        found = [letter for letter in self._letters.newest_first() if _is_to(letter, to)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = _page_number(request.args.get("page", ""), pages)
        return self._page(
            request,
            "list.html",
            rows=[_row(letter) for letter in found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]],
            to=to,
            newer=_address(to, page - 1) if page > 1 else None,
            older=_address(to, page + 1) if page < pages else None,
        )

    def _letter(self, request: Request, file: Path) -> Answer:
        letter = read(file.read_bytes())
        there = [view for view in VIEWS if getattr(letter, view) is not None]
        asked = request.args.get("view")
        return self._page(
            request,
            "letter.html",
            row=_row(file),
            letter=letter,
            views=there,
            view=asked if asked in there else there[0],
            sandbox=SANDBOX,
            with_links=with_links,
        )

    def _page(
        self, request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **more: object
    ) -> Answer:
        words = partial(say, request.language)
        page = self._templates.get_template(template)
        return Answer(page.render(_=words, language=request.language, **more), status=status)


def with_links(text: str) -> Markup:
    """The text as it is, its addresses to be pressed."""
    shown, end = Markup(), 0
    for link in LINK.finditer(text):
        shown += escape(text[end : link.start()])
        shown += Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(link[0])
        end = link.end()
    return shown + escape(text[end:])


def _as_written(letter: Letter) -> Answer:
    """The letter's own HTML: it goes into a frame that is a sandbox, and nowhere else."""
    html = letter.html or ""
    doctype = DOCTYPE.match(html)
    at = doctype.end() if doctype else 0
    body = f'{html[:at]}<base target="_blank">{html[at:]}'
    return Answer(body, policy=f"{THEIRS}; frame-ancestors 'self'")


@lru_cache(maxsize=20_000)
def _row(letter: Path) -> Row:
    """A letter never changes once it is there."""
    return Row(letter.name, came_at(letter), heading(letter.read_bytes()))


def _is_to(letter: Path, address: str) -> bool:
    return not address or address.lower() in _row(letter).heading.addresses


def _page_number(written: str, last: int) -> int:
    return min(max(int(written), 1), last) if written.isascii() and written.isdigit() else 1


def _address(to: str, page: int) -> str:
    return "/?" + urlencode({"to": to, "page": page} if to else {"page": page})
