"""Addresses in the shop's REST API: the dashboard's sign-in is the shop's, and opens them too."""

from bookshop.settings import Settings


def api(settings: Settings, path: str) -> str:
    return f"{settings.public_url}/api/v1{path}"
