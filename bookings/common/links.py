"""Addresses that are mailed. The token stands in the fragment, which no server and no scanner is sent."""

from django.conf import settings


def link_to(path: str, *, token: str = "") -> str:
    """Give the address of a page: the front end's where FRONTEND_URL is set, else the built-in one."""
    base = settings.FRONTEND_URL or settings.PUBLIC_URL
    return f"{base}{path}#token={token}" if token else f"{base}{path}"
