"""What somebody sends who means harm: forms filled in with another practice's rows, and actions on them."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import CharField, DateField, Field, ForeignKey, ManyToManyField, Model, TextField
from django.test import Client, RequestFactory

from bookings.accounts.models import User
from tests.admin.matrix.world import CLUE, World
from tests.admin.pages import fields_of
from tests.admin.side import Side

Form = dict[str, Any]
CALLED: dict[str, str] = {
    "company": "corporateclient",
    "owner": "user",
    "author": "user",
    "follows": "booking",
}
"""Models that fields of our own forms are called after, where their names are not the models'."""
SURE = {"post": "yes", "sure": "yes", "answered": "yes", "_continue": "Save"}
"""What makes forms that ask twice do it at once."""
SAID = "Said by somebody else"


def as_the_admin_would(world: World, path: str) -> Form:
    """The form of a page as the platform's admin could send it, each text changed; enough to do it, were it allowed."""
    answer = world.client("admin").get(path)
    form = fields_of(answer.content.decode()) if answer.status_code == 200 else {}
    for name, value in form.items():
        if isinstance(value, str) and CLUE in value.lower():
            form[name] = SAID
    return {"note": SAID, "reason": SAID, **form, **SURE}


def with_rows_of(side: Side, form: Form, page: Any) -> Iterator[tuple[str, Form]]:
    """A form of one's own with one field after the other naming the practice's rows, and then all of them at once."""
    kinds = {name: kind for name in form if (kind := kind_of(name, page)) is not None and side.pks(kind)}
    swapped = {name: str(side.pks(kind)[0]) for name, kind in kinds.items()}
    for name, value in swapped.items():
        yield name, {**form, **SURE, name: value}
    if len(swapped) > 1:
        yield "all of them", {**form, **SURE, **swapped}


def kind_of(name: str, page: Any) -> type[Model] | None:
    """Give of which model a field names a row, if of any."""
    inline = re.fullmatch(r"(.+)-\d+-(\w+)", name)
    column = inline[2] if inline else name
    model = _inline(inline[1], page) if inline else getattr(page, "model", None)
    if inline and model is not None and column == "id":
        return model
    if model is not None and column in {
        field.name for field in model._meta.get_fields() if isinstance(field, Field)
    }:
        field = model._meta.get_field(column)
        related = field.related_model if isinstance(field, ForeignKey | ManyToManyField) else None
        return related if isinstance(related, type) else None
    called = CALLED.get(column, column.replace("_", "")).rstrip("s")
    return next((each for each in apps.get_models() if each._meta.model_name == called), None)


def _inline(prefix: str, page: Any) -> type[Model] | None:
    for each in getattr(page, "inlines", ()):
        assert issubclass(each, InlineModelAdmin)
        relation = next(field for field in each.model._meta.fields if field.related_model is page.model)
        if relation.remote_field.get_accessor_name(model=each.model) == prefix:
            return each.model
    return None


def actions_of(page: Any, person: User) -> list[str]:
    """The names of a list's actions, as somebody has them who has all."""
    request = RequestFactory().get("/")
    request.user = person
    return [name for name in page.get_actions(request) if name]


def chosen(action: str, side: Side, model: type[Model], *, across: bool) -> Form:
    """A list's form with an action on the practice's rows."""
    rows = [str(pk) for pk in side.pks(model)]
    return {
        "action": action,
        "_selected_action": rows,
        "select_across": str(int(across)),
        "index": "0",
        "reason": SAID,
        **SURE,
    }


def queries(model: type[Model], side: Side) -> Iterator[dict[str, str]]:
    """Ways to narrow, order and search a list that a name, a key or a date of the practice might answer to."""
    yield from ({"q": CLUE}, {"q": f'"{CLUE}"'}, {"o": "1.-2.3"}, {"all": ""}, {"p": "2"}, {"e": "1"})
    yield from ({"_to_field": "id", "_popup": "1"}, {"_to_field": "slug"}, {"_facets": "True"})
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            related = field.related_model
            assert isinstance(related, type)
            for pk in side.pks(related)[:1]:
                yield from (
                    {f"{field.name}__{part}exact": str(pk)} for part in ("", f"{related._meta.pk.name}__")
                )
            for other in related._meta.concrete_fields:
                if isinstance(other, CharField) and not other.choices:
                    yield {f"{field.name}__{other.name}__istartswith": CLUE}
        elif isinstance(field, CharField | TextField):
            yield {f"{field.name}__istartswith": CLUE}
        elif isinstance(field, DateField):
            yield {f"{field.name}__year": "2030"}
    for each in admin.site._registry[model].get_list_filter(RequestFactory().get("/")):
        name = getattr(each, "parameter_name", None)
        if name is not None:
            yield from ({name: word} for word in (CLUE, "yes", "no", "all", "1"))


def named(side: Side) -> Iterator[dict[str, str]]:
    """What the practice's rows are called in the addresses of our own pages."""
    rows = {
        "business": side.place, "consultant": side.host, "resource": side.room, "service": side.service,
        "booking": side.bookings["pending"],
    }  # fmt: skip
    range_of_days = {"start": "2030-01-07", "end": "2030-01-14", "date": "2030-01-08"}
    for name, row in rows.items():
        yield {**range_of_days, name: str(row.pk)}
        yield {**range_of_days, "of": f"{name}-{row.pk}"}
        yield {**range_of_days, "of": f"{name}:{row.pk}"}
    yield {**range_of_days, **{name: str(row.pk) for name, row in rows.items()}}
    yield from ({name: CLUE} for name in ("practice", "place", "q", "s", "term"))


def autocompletes() -> Iterator[dict[str, str]]:
    """Every column of every model that names a row, as the admin's look-up for choices is asked about it."""
    for model in apps.get_models():
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
            if field.is_relation:
                options = model._meta
                yield {
                    "app_label": options.app_label,
                    "model_name": str(options.model_name),
                    "field_name": field.name,
                }


def own_forms(client: Client, paths: list[str]) -> Iterator[tuple[str, Form]]:
    """The forms that somebody sees on pages of their own, with where they are sent."""
    for path in paths:
        answer = client.get(path)
        if answer.status_code == 200 and b"<form" in answer.content:
            yield path, fields_of(answer.content.decode())
