"""Every page of the admin that one can open, as the admin itself says."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.booking.states import Status

MOVES = ("approve", "reject", "cancel", "reschedule", "reassign", "complete", "no-show")
SHOWN = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.CANCELLED)
"""In which statuses a booking's page is looked at: it differs with what may be done."""
TOLD_ENOUGH = {
    "bookings_booking",
    "bookings_user",
    "bookings_category",
    "bookings_blockedsender",
    "auth_group",
}
"""Whose history and deletion are looked at: these pages are the theme's, and the same for every model."""


def every_page(user: User) -> list[tuple[str, str]]:
    """Give a name and the path of each page that this person can open by following links."""
    client = Client()
    client.force_login(user)
    pages = [("index", reverse("admin:index")), ("password", reverse("admin:password_change"))]
    pages += [("app", reverse("admin:app_list", args=["bookings"]))]
    for model, page in sorted(admin.site._registry.items(), key=lambda each: each[0]._meta.label):
        pages += _usual(model, page, user)
        pages += _own(model, page, client)
    return pages


def _usual(model: type[Model], page: admin.ModelAdmin, user: User) -> Iterator[tuple[str, str]]:
    """Give the pages that Django has of every model."""
    request = RequestFactory().get("/")
    request.user = user
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    yield f"{name} list", reverse(f"admin:{name}_changelist")
    if page.has_add_permission(request):
        yield f"{name} add", reverse(f"admin:{name}_add")
    rows = _rows(model, page.get_queryset(request))
    assert rows, f"The world has no {name}: nobody can look at its page"
    for row in rows:
        which = f" {row.status}" if isinstance(row, Booking) else ""
        yield f"{name} page{which}", reverse(f"admin:{name}_change", args=[row.pk])
    if name not in TOLD_ENOUGH:
        return
    yield f"{name} history", reverse(f"admin:{name}_history", args=[rows[0].pk])
    if page.has_delete_permission(request, rows[0]):
        yield f"{name} delete", reverse(f"admin:{name}_delete", args=[rows[0].pk])


def _rows(model: type[Model], known: Any) -> list[Any]:
    """Give the row to look at: the first, which the demo made; of bookings one in each of some statuses."""
    if model is Booking:
        return [known.filter(status=status).earliest("pk") for status in SHOWN]
    return list(known.order_by("pk")[:1])


def _own(model: type[Model], page: admin.ModelAdmin, client: Client) -> Iterator[tuple[str, str]]:
    """Give the pages that only this model has: what answers a plain request with a page, for one of its rows."""
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
    usual = {f"{prefix}{each}" for each in ("changelist", "add", "history", "delete", "change")}
    for name in {pattern.name for pattern in page.get_urls() if pattern.name} - usual:
        for path in _paths(name, [row.pk for row in _rows(model, model._default_manager)]):
            answer = client.get(path)
            if answer.status_code == 200 and "text/html" in answer.get("Content-Type", ""):
                yield f"{name} {path.rsplit('/', 2)[-2]}", path


def _paths(name: str, keys: list[Any]) -> list[str]:
    """Give the addresses that a name stands for: of no row, of a row, of a move of a row."""
    for choices in ([[]], [[key] for key in keys], [[key, move] for key in keys for move in MOVES]):
        try:
            return [reverse(f"admin:{name}", args=args) for args in choices]
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name} wants something that this walk does not know: teach it")
