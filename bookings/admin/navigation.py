"""The admin's menu: what a practice does every day first, what the platform looks after last."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Bookings",
        (("booking", "list_alt"), ("review", "star"), ("claim", "hourglass"), ("bookingevent", "history")),
    ),
    (
        "Time",
        (
            ("schedule", "schedule"),
            ("slot", "grid_view"),
            ("occupation", "block"),
            ("calendarfeed", "rss_feed"),
        ),
    ),
    (
        "Offer",
        (
            ("business", "storefront"),
            ("service", "sell"),
            ("consultant", "badge"),
            ("resource", "meeting_room"),
            ("corporateclient", "domain"),
            ("consenttext", "gavel"),
            ("category", "category"),
        ),
    ),
    (
        "Money",
        (
            ("payment", "payments"),
            ("refund", "undo"),
            ("receipt", "receipt_long"),
            ("difference", "warning"),
            ("providerevent", "move_to_inbox"),
            ("paymentaccount", "account_balance"),
            ("receiptcounter", "pin"),
        ),
    ),
    ("Messages", (("outboxmessage", "outbox"), ("mailrefusal", "unsubscribe"))),
    (
        "Who may",
        (
            ("user", "person"),
            ("auth.group", "group"),
            ("rolerequest", "how_to_reg"),
            ("staffinvitation", "forward_to_inbox"),
            ("registration", "app_registration"),
            ("servicekey", "key"),
            ("refreshtoken", "login"),
            ("blockedsender", "person_off"),
            ("limitrefusal", "speed"),
        ),
    ),
)
"""Heading, and the names of models with the signs beside them; ours without that of the app."""
CALLED = {"schedule": "Availability", "slot": "Slots", "occupation": "Time in use"}
"""What a page is for, where the name of its rows does not say it."""
OTHERS = "Behind it"
"""Over what no group names."""


def _once_a_request(request: HttpRequest, app_label: str | None = None) -> list[Any]:
    """Give what somebody may see of all models; the frame of a page asks for it, and so does the menu within it."""
    if app_label is not None:
        return _app_list(request, app_label)
    known = getattr(request, "_app_list", None)
    if known is None or known[0] != request.user.pk:
        known = (request.user.pk, _app_list(request))
        request._app_list = known  # type: ignore[attr-defined]  # ours, beside what Django keeps there
    return known[1]


_app_list = admin.site.get_app_list
admin.site.get_app_list = _once_a_request  # type: ignore[method-assign]


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Give the menu of this person, in the shape that the theme takes: what they may not see is not in it."""
    shown = {
        model["model"]._meta.label_lower.removeprefix("bookings."): model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
    }
    first = [_item("Home", "home", reverse("admin:index"))]
    if "booking" in shown:
        first.append(_item("Calendar", "calendar_month", reverse("admin:bookings_booking_calendar")))
    menu = [{"title": "Today", "items": first}, *(_group(title, names, shown) for title, names in GROUPS)]
    menu.append(_group(OTHERS, [(name, "settings") for name in sorted(shown)], shown))
    return [group for group in menu if group["items"]]


def _group(title: str, names: Iterable[tuple[str, str]], shown: dict[str, Any]) -> dict[str, Any]:
    """Take the models of a group out of those that are shown."""
    models = [(name, shown.pop(name), icon) for name, icon in names if name in shown]
    return {
        "title": title,
        "separator": True,
        "collapsible": True,
        "items": [
            _item(CALLED.get(name, str(model["name"])), icon, model["admin_url"])
            for name, model, icon in models
        ],
    }


def _item(title: str, icon: str, link: str | None) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": link}
