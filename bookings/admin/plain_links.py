"""Addresses in columns are links where they lead into the web, and text elsewhere.

The theme makes a link of whatever a column for addresses holds, `javascript:` too; Django's own pages look first.
"""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import URLValidator
from django.db.models import URLField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from unfold import forms

if TYPE_CHECKING:  # the theme says nothing of types; its class is Django's own, dressed
    from django.contrib.admin.helpers import AdminReadonlyField
else:
    from unfold.fields import UnfoldAdminReadonlyField as AdminReadonlyField

_of_the_web = URLValidator(schemes=["http", "https"])


class ReadonlyField(AdminReadonlyField):
    """A column that is shown and not changed."""

    def _get_contents(self) -> SafeString:
        """Show an address that is none of the web's as the text that it is."""
        text = self._address()
        if text and not is_of_the_web(text):
            return conditional_escape(text)
        shown: SafeString = super()._get_contents()  # type: ignore[misc]  # of the theme's class
        return shown

    def _address(self) -> str:
        """Give what a column for addresses holds; nothing for any other."""
        row: Any = self.form.instance
        try:
            column = row._meta.get_field(self.field["field"])
        except FieldDoesNotExist:
            return ""
        return str(getattr(row, column.name) or "") if isinstance(column, URLField) else ""


def is_of_the_web(text: str) -> bool:
    """Tell whether a text is an address that a browser opens as a page."""
    try:
        _of_the_web(text)
    except ValidationError:
        return False
    return True


forms.UnfoldAdminReadonlyField = ReadonlyField
