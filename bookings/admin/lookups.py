"""What a list may be narrowed to by its address."""

from django.contrib import admin
from django.http import HttpRequest

from bookings.admin.theme import ModelAdmin


class OfferedLookups(ModelAdmin):
    """Narrows its list by the filters that it offers, and by nothing else.

    Django takes every column of the model: by trying amounts one could learn what the page does not show.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Tell whether an address may narrow the list so; Django judges what lies behind relations."""
        offered = {self.date_hierarchy, *map(_named, self.get_list_filter(request))} - {None}
        known = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return known and super().lookup_allowed(lookup, value, request)


def _named(item: object) -> str:
    """Give what a filter is called in the address."""
    if isinstance(item, type) and issubclass(item, admin.SimpleListFilter):
        return str(item.parameter_name)
    return str(item[0] if isinstance(item, list | tuple) else item)
