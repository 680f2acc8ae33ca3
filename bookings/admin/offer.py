"""What the pages of services, consultants and resources share: saved by the services, each practice its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import ForeignKey, ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings.accounts.viewer import Viewer
from bookings.admin.desk import Page, viewer_of
from bookings.admin.theme import ModelAdmin
from bookings.businesses import policies
from bookings.businesses.changes import note_change
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError
from bookings.common.zones import validate_zone


def places(viewer: Viewer) -> QuerySet[Business]:
    """Give the practices whose offer somebody may change."""
    if viewer.is_admin:
        return Business.objects.all()
    return Business.objects.filter(
        pk__in=[pk for pk in viewer.business_ids if policies.may(viewer, Duty.OFFER, pk)]
    )


@contextmanager
def blamed(form: forms.BaseForm, called: Mapping[str, str]) -> Iterator[None]:
    """Put what a rule refuses beside its column, or above the form. called: the columns' names in the service."""
    try:
        yield
    except DomainError as error:
        columns = {name: column for column, name in called.items()}
        found = columns.get((error.field or [""])[0])
        form.add_error(found if found in form.fields else None, error.message)


def check_services(form: forms.ModelForm, business: Business | None) -> None:
    """Refuse services of another practice among those that were chosen."""
    offered = form.cleaned_data.get("services")
    if business and offered is not None and offered.exclude(business=business).exists():
        form.add_error("services", "A service of another practice is among these.")


def zone_field(whose: str) -> forms.CharField:
    """Ask for the zone of a calendar."""
    return forms.CharField(
        max_length=64,
        required=False,
        validators=[validate_zone],
        widget=UnfoldAdminTextInputWidget,
        help_text=f"The zone of {whose} calendar, such as Europe/Warsaw; empty: the practice's.",
    )


class SaysRefusals(Page):
    """Pages that answer in words where a service refuses what was right when the form was judged."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in words where the service refuses what was right when the form was judged."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            return _refused(self, request, error)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in words where the service refuses."""
        try:
            return super().delete_view(request, *args, **kwargs)
        except DomainError as error:
            return _refused(self, request, error)


class OfOffer(SaysRefusals):
    """Pages of what a practice offers, for those whose duty it is among those with Django's permission."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Show the rows of the practices that this person works for."""
        rows, viewer = super().get_queryset(request), viewer_of(request)
        return rows if viewer.is_admin else rows.filter(business__in=viewer.business_ids)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those change a row whose duty it is."""
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the same people delete it."""
        return super().has_delete_permission(request, obj) and _may_change(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep a row with its practice."""
        return ("business",) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer this person's own practices."""
        if db_field.name == "business":
            kwargs["queryset"] = places(viewer_of(request)).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the services of this person's own practices."""
        rows = Service.objects.filter(business__in=places(viewer_of(request)))
        kwargs["queryset"] = rows.select_related("business").order_by("business__name", "name")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row, which changes what its practice offers."""
        note_change(obj.business_id)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several rows, which changes what their practices offer."""
        with transaction.atomic():
            for business_id in sorted(set(queryset.values_list("business_id", flat=True))):
                note_change(business_id)
            super().delete_queryset(request, queryset)


def _may_change(request: HttpRequest, row: Any) -> bool:
    return row is None or policies.may(viewer_of(request), Duty.OFFER, row.business_id)


def _refused(page: ModelAdmin, request: HttpRequest, error: DomainError) -> HttpResponseBase:
    page.message_user(request, error.message, messages.ERROR)
    return HttpResponseRedirect(request.path)
