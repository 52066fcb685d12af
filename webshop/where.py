"""Addresses: which ones we may send a visitor to, and our own as the world knows them."""

from urllib.parse import urlsplit

from flask import Flask, request

from webshop import context


def set_up(app: Flask) -> None:
    app.jinja_env.globals.update(
        this_page=this_page, public_url=public_url, dashboard_url=dashboard_url
    )


def own_page(wanted: str | None, default: str = "/") -> str:
    """A page of this shop, or of its dashboard; anything else is not where we send people."""
    if not wanted:
        return default
    if is_local(wanted) or _is_in(wanted, dashboard_url()):
        return wanted
    return default


def is_local(address: str) -> bool:
    """A path on this site. To a browser //host is another site, and so is ///host or /\\host."""
    if any(sign == "\\" or ord(sign) <= 32 for sign in address):
        return False
    return address.startswith("/") and not address.startswith("//")


def this_page() -> str:
    """Where to come back to; an address that was posted to is not a page."""
    if request.method != "GET":
        return "/"
    return request.full_path.removesuffix("?")


def public_url() -> str:
    return context.settings().public_url


def dashboard_url() -> str:
    return context.settings().dashboard_url


def _is_in(address: str, home: str) -> bool:
    if any(sign == "\\" or ord(sign) <= 32 for sign in address):
        return False
    wanted, ours = urlsplit(address), urlsplit(home)
    same_place = (wanted.scheme, wanted.netloc) == (ours.scheme, ours.netloc)
    return same_place and wanted.path.startswith(ours.path)
