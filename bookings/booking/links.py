"""Addresses that are mailed. The token stands in the fragment, which no server and no scanner is sent."""

from django.conf import settings

VERIFY = "/bookings/verify"
PAY = "/bookings/pay"
CANCEL = "/bookings/cancel"
ACCESS = "/bookings/open"
STATUS = "/bookings/status"


def page(path: str, *, token: str = "") -> str:
    """Give the address of a page: the front end's where FRONTEND_URL is set, else the built-in one."""
    base = settings.FRONTEND_URL or settings.PUBLIC_URL
    return f"{base}{path}#token={token}" if token else f"{base}{path}"
