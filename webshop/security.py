"""What every answer says to the browser, and what every form must prove."""

import secrets

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from bookshop.auth.links import LASTS, ORDER_OF_A_GUEST
from bookshop.settings import Settings

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)

SIGN_INS = "20 per minute"
REGISTRATIONS = "10 per minute"
ORDERS = "30 per minute"


def set_up(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="bookshop_page",
        SESSION_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=LASTS[ORDER_OF_A_GUEST],  # it opens a guest's orders
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=over_https(settings),
        WTF_CSRF_TIME_LIMIT=None,  # a page may lie open overnight
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    app.extensions["content_policy"] = POLICY | {
        # Signing in may lead to the dashboard, and browsers follow a form there too.
        "form-action": f"'self' {settings.dashboard_url}"
    }
    app.before_request(_name_the_request)  # first: whoever refuses a request tells its name
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_add_headers)


def over_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def policy(**instead: str) -> str:
    """The content security policy; a page that needs another rule names it: script_src=..."""
    rules = current_app.extensions["content_policy"] | {
        name.replace("_", "-"): rule for name, rule in instead.items()
    }
    return "; ".join(f"{name} {rule}" for name, rule in rules.items())


def _name_the_request() -> None:
    g.request_id = f"req-{secrets.token_hex(4)}"


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Request-ID"] = g.get("request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "private, no-cache")
    return response
