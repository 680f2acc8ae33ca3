"""Every address of the admin: its patterns by name, and what may stand in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver

from bookings.accounts.models import User
from bookings.admin.bookings.amounts import DEEDS
from bookings.admin.moves import WAYS
from tests.admin.side import Side

ROOT = "/admin/"
OTHERS = {
    "index",
    "login",
    "logout",
    "jsi18n",
    "password_change",
    "password_change_done",
    "search",
    "autocomplete",
}
"""Addresses of the site that name no row."""


@dataclass(frozen=True)
class Address:
    """One pattern: its name (its route, where it has none), and the model of whose pages it is one."""

    name: str
    route: str
    model: type[Model] | None
    names: tuple[str, ...]
    """What stands in it that varies."""
    pattern: URLPattern

    @property
    def page(self) -> str:
        """Which of its model's pages it is."""
        if self.model is None:
            return self.name
        options = self.model._meta
        return self.name.removeprefix(f"{options.app_label}_{options.model_name}_")

    def paths(self, side: Side, most: int = 1000) -> list[str]:
        """Its paths for the rows of a practice; those of fewer rows, where most says so, spread over all."""
        given = [_values(self, name, side) for name in self.names]
        found = [ROOT + _filled(self, dict(zip(self.names, each, strict=True))) for each in product(*given)]
        step = max(1, len(found) // most)
        return found[::step][:most]


def addresses() -> dict[str, Address]:
    """Every address of the admin, by its name."""
    found: dict[str, Address] = {}
    for route, pattern in _walk(admin.site.get_urls(), ""):
        name = pattern.name or route
        assert name not in found, f"two addresses are called {name}"
        names = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
        found[name] = Address(name, route, _model_of(route, name), names, pattern)
    return found


def _walk(patterns: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each


def _model_of(route: str, name: str) -> type[Model] | None:
    for model in admin.site._registry:
        options = model._meta
        if route.startswith(f"{options.app_label}/{options.model_name}/"):
            return model
    return None


def _values(address: Address, name: str, side: Side) -> list[str]:
    """What may stand for one part of an address."""
    if name in {"object_id", "pk", "id"} and address.model is not None:
        return [str(key) for key in side.pks(address.model)]
    known = {
        "act": list(getattr(admin.site._registry.get(address.model), "onward", ())) if address.model else [],
        "move": [move.value.lower() for move in WAYS],
        "slug": list(DEEDS),
        "app_label": sorted({model._meta.app_label for model in admin.site._registry}),
        "url": ["nowhere/", "bookings/nothing/1/"],
        "content_type_id": [str(ContentType.objects.get_for_model(User).pk)],
        "object_id": [str(side.people["owner"].pk)],
    }
    assert name in known, f"what stands for {name} in {address.route}?"
    return known[name]


def _filled(address: Address, values: dict[str, str]) -> str:
    route = address.route
    if route.startswith("^") or "(?P<" in route:
        return values["url"] if "url" in values else f"{values['app_label']}/"
    for name, value in values.items():
        kind = next(part for part in route.split("<") if part.partition(">")[0].rpartition(":")[2] == name)
        route = route.replace(f"<{kind.partition('>')[0]}>", quote(value), 1)
    return route
