"""Everything that can be set from outside, read once from the environment."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class BadSetting(SystemExit):
    """Stops the start with one clear line on stderr (and exit code 1)."""


# How far each door's port lies from BOOKSHOP_PORT.
DASHBOARD, BILLING, MAILBOX, SMTP, REDIS = 1, 2, 3, 4, 5
USUAL_PORT = 8000
DEMO_LOCK = "demo.lock"  # a running demo holds it; in it stand its process and its port


@dataclass(frozen=True)
class Settings:
    production: bool
    shop_name: str  # blank: Book Row, in the reader's language
    var: Path
    bind: str
    port: int
    database_url: str
    redis_url: str
    search: str
    billing_url: str
    billing_secret: str
    smtp_url: str
    secret_key: str
    public_url: str
    dashboard_url: str
    commission_percent: Decimal
    reservation_minutes: int
    rate_limits: bool
    sample: bool

    @property
    def mailbox_url(self) -> str:
        return _local(self.port + MAILBOX)

    @property
    def uploads(self) -> Path:
        return self.var / "uploads"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises BadSetting for a value that cannot be used, naming it."""
    url = partial(_url, environ)
    production = _one_of(environ, "BOOKSHOP_ENV", ("development", "production")) == "production"
    var = Path(environ.get("BOOKSHOP_VAR") or "var").absolute()
    look = not production and not environ.get("BOOKSHOP_PORT")
    usual = _port_of_demo(var) if look else USUAL_PORT
    port = _whole(environ, "BOOKSHOP_PORT", usual, 1, 65535 - REDIS)
    redis = f"redis://127.0.0.1:{port + REDIS}/0"
    smtp = f"smtp://127.0.0.1:{port + SMTP}"
    dashboard = _local(port + DASHBOARD)
    database_url = _database_url(environ, var)
    return Settings(
        production=production,
        shop_name=environ.get("BOOKSHOP_SHOP_NAME", "").strip(),
        var=var,
        bind=environ.get("BOOKSHOP_BIND") or "127.0.0.1",
        port=port,
        database_url=database_url,
        redis_url=url("BOOKSHOP_REDIS_URL", redis, "redis", "rediss", "unix"),
        search=_search(environ, database_url),
        billing_url=url("BOOKSHOP_BILLING_URL", _local(port + BILLING), "http", "https"),
        billing_secret=_secret(environ, "BOOKSHOP_BILLING_SECRET", var, production),
        smtp_url=url("BOOKSHOP_SMTP_URL", smtp, "smtp", "smtps"),
        secret_key=_secret(environ, "BOOKSHOP_SECRET_KEY", var, production),
        public_url=url("BOOKSHOP_PUBLIC_URL", _local(port), "http", "https"),
        dashboard_url=url("BOOKSHOP_DASHBOARD_URL", dashboard, "http", "https"),
        commission_percent=_percent(environ, "BOOKSHOP_COMMISSION_PERCENT", "10"),
        reservation_minutes=_whole(environ, "BOOKSHOP_RESERVATION_MINUTES", 30, 1, 24 * 60),
        rate_limits=_one_of(environ, "BOOKSHOP_RATE_LIMITS", ("on", "off")) == "on",
        sample=_one_of(environ, "BOOKSHOP_SAMPLE", ("on", "off")) == "on",
    )


def _port_of_demo(var: Path) -> int:
    """So a command beside a demo finds it. What one that has ended left there counts no more."""
    with contextlib.suppress(OSError, ValueError):
        process, port = (var / DEMO_LOCK).read_text().split()
        os.kill(int(process), 0)  # is it there?
        return int(port)
    return USUAL_PORT


def _local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _one_of(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    value = environ.get(name) or choices[0]
    if value not in choices:
        raise BadSetting(f"{name}={value!r}: use one of {', '.join(choices)}")
    return value


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not (digits and least <= int(text) <= most):
        raise BadSetting(f"{name}={text!r}: use a whole number from {least} to {most}")
    return int(text)


def _percent(environ: Mapping[str, str], name: str, default: str) -> Decimal:
    """With two digits after the point, as an order keeps it."""
    text = environ.get(name) or default
    try:
        percent = Decimal(text)
        usable = 0 <= percent <= 100 and percent == round(percent, 2)
    except InvalidOperation:  # also what NaN says when it is compared
        usable = False
    if not usable:
        raise BadSetting(f"{name}={text!r}: use a number from 0 to 100, like 10 or 12.5")
    return percent


def _url(environ: Mapping[str, str], name: str, default: str, *schemes: str) -> str:
    url = environ.get(name) or default
    try:
        parts = urlsplit(url)
        somewhere = bool(parts.hostname or parts.path) and parts.port != 0
        usable = parts.scheme in schemes and somewhere
    except ValueError:
        usable = False
    if not usable:
        raise BadSetting(f"{name}={url!r}: use an address that begins {'://, '.join(schemes)}://")
    return url.rstrip("/")


def _database_url(environ: Mapping[str, str], var: Path) -> str:
    """Every process opens it by itself, so a database in memory would be many."""
    url = environ.get("BOOKSHOP_DATABASE_URL") or f"sqlite:///{var / 'bookshop.sqlite'}"
    scheme, _, rest = url.partition("://")
    if scheme in ("postgresql", "postgres"):
        scheme = "postgresql+psycopg"
    try:
        database = make_url(f"{scheme}://{rest}").database
    except (ArgumentError, ValueError):
        database = None
    if scheme not in ("sqlite", "postgresql+psycopg") or database in (None, "", ":memory:"):
        raise BadSetting(
            f"BOOKSHOP_DATABASE_URL={url!r}: use sqlite:///FILE or postgresql://HOST/NAME"
        )
    return f"{scheme}://{rest}"


def _search(environ: Mapping[str, str], database_url: str) -> str:
    search = _one_of(environ, "BOOKSHOP_SEARCH", ("whoosh", "postgres"))
    if search == "postgres" and not database_url.startswith("postgresql"):
        raise BadSetting(
            "BOOKSHOP_SEARCH='postgres': it needs BOOKSHOP_DATABASE_URL=postgresql://HOST/NAME"
        )
    return search


def _secret(environ: Mapping[str, str], name: str, var: Path, production: bool) -> str:
    """Outside production a secret is made once and kept beside the data, for all processes."""
    if value := environ.get(name):
        return value
    if production:
        raise BadSetting(f"{name} is not set: production needs a secret of its own")
    file = var / name.removeprefix("BOOKSHOP_").lower()
    try:
        if not file.exists():
            var.mkdir(parents=True, exist_ok=True)
            _write_once(file, secrets.token_urlsafe(32))
        return file.read_text()
    except OSError as error:
        raise BadSetting(f"BOOKSHOP_VAR={str(var)!r}: {error.strerror}") from None


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all; of several processes the first one's text stays."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as new:
        new.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
