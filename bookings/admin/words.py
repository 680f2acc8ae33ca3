"""Titles of rows in words, on their own pages alone: what the log of the admin keeps names nobody."""

from typing import Any, ClassVar

from django.http import HttpRequest

from bookings.admin.desk import Page


class InWords(Page):
    """A page whose heading says what its row is, as people say it."""

    empty_words: ClassVar[str] = ""
    """What the list says where it has no row at all; the template has a sentence of its own."""

    def in_words(self, obj: Any) -> str:
        """Give the title of a row; the model's own word where a page does not say otherwise."""
        return str(obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Give the row with its title, which the theme's heading shows."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.in_words = self.in_words(row)  # for this page alone
        return row

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any
    ) -> Any:
        """Name the window alike."""
        row = context.get("original")
        if row is not None:
            context["subtitle"] = getattr(row, "in_words", str(row))
        return super().render_change_form(request, context, *given, **more)
