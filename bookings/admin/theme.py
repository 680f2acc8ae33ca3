"""The looks of the admin's pages: where their classes come from, and fields of our own forms in the same dress."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.forms.utils import pretty_name
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.text import capfirst
from unfold import widgets

if TYPE_CHECKING:  # the theme says nothing of types; its classes are Django's own, dressed
    from django.contrib.admin import ModelAdmin as DressedModelAdmin
    from django.contrib.admin import StackedInline
    from django.contrib.admin import TabularInline as DressedTabularInline
    from django.contrib.admin.views.main import ChangeList as DressedChangeList
else:
    from unfold.admin import ModelAdmin as DressedModelAdmin
    from unfold.admin import StackedInline
    from unfold.admin import TabularInline as DressedTabularInline
    from unfold.views import ChangeList as DressedChangeList

__all__ = ["Dressed", "ModelAdmin", "StackedInline", "TabularInline", "dress"]

_DRESSES: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxSelectMultiple, []),
    (forms.CheckboxInput, widgets.CHECKBOX_CLASSES),
    (forms.RadioSelect, widgets.RADIO_CLASSES),
    (forms.Select, widgets.SELECT_CLASSES),
    (forms.Textarea, widgets.TEXTAREA_CLASSES),
    (forms.FileInput, widgets.FILE_CLASSES),
    (forms.widgets.Input, widgets.INPUT_CLASSES),
)
"""Which classes the theme gives which kind of field; the first that fits."""


def style_sheet(request: HttpRequest) -> str:
    """Give where the looks stand of what is ours: statuses, tables, the calendar."""
    return static("admin-bookings/desk.css")


def script(request: HttpRequest) -> str:
    """Give where the script stands that names what the theme leaves without a name, for those who hear the page."""
    return static("admin-bookings/reach.js")


class Rows(DressedChangeList):
    """What a list shows."""

    def get_filters(self, request: HttpRequest) -> Any:
        """Read what the address narrows to; a year beyond all years is as wrong as one that is no number."""
        try:
            return super().get_filters(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error


class ModelAdmin(DressedModelAdmin):
    """Pages of a model, in the theme's dress."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Rows]:
        """Give what reads a list's address."""
        return Rows


class TabularInline(DressedTabularInline):
    """Rows of a table whose fields say what they are: a column's head names none of them."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Give the rows' forms, with a name for each field."""
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (_Named, formset), {})


class _Named:
    """Rows of forms whose fields have a name of their own."""

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        """Name the fields of one row."""
        super().add_fields(form, index)  # type: ignore[misc]  # of the formset that this is mixed into
        for name, field in form.fields.items():
            # one with links beside it wraps the real one
            widget: forms.Widget = getattr(field.widget, "widget", None) or field.widget
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", capfirst(str(field.label or pretty_name(name))))


def dress(form: forms.BaseForm) -> None:
    """Give every field of a form the theme's classes, beside those that it has."""
    for field in form.fields.values():
        parts = field.widget.widgets if isinstance(field.widget, forms.MultiWidget) else [field.widget]
        for widget in parts:
            classes = next((names for kind, names in _DRESSES if isinstance(widget, kind)), [])
            own = widget.attrs.get("class", "").split()
            if words := " ".join(dict.fromkeys([*own, *classes])):
                widget.attrs["class"] = words


class Dressed(forms.Form):
    """A form on a page of our own, in the theme's dress."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        dress(self)
