"""Companies for whose people staff book: found, entered and changed by everybody who works for the practice."""

import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from bookings.accounts.viewer import Viewer
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.lookups import OfferedLookups
from bookings.admin.offer import SaysRefusals, blamed
from bookings.businesses import corporate, policies
from bookings.businesses.models import Business, CorporateClient
from bookings.businesses.policies import Duty
from bookings.common import clock


class CorporateClientForm(forms.ModelForm):
    """What is asked of a corporate client, held to the rules of the service."""

    class Meta:
        model = CorporateClient
        fields = ("business", *corporate.COLUMNS)
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of the service."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            with blamed(self, corporate.COLUMNS):
                corporate.apply(copy.copy(self.instance), self.changes())
        return answers

    def changes(self) -> dict[str, Any]:
        """Give the answers as the service takes them."""
        answers = self.cleaned_data
        return {column: answers[column] for column in corporate.COLUMNS if column in answers}


@admin.register(CorporateClient)
class CorporateClientAdmin(SaysRefusals, OfferedLookups):
    """Corporate clients of the practices where this person works. They are kept for what was booked, never deleted."""

    form = CorporateClientForm
    list_display = ("company", "contact_name", "email", "tax_number", "business", "is_active")
    list_filter = ("is_active", ("business", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("business",)
    search_fields = ("company", "contact_name", "email", "tax_number")
    ordering = ("company", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CorporateClient]:
        """Show those of this person's practices."""
        return super().get_queryset(request).filter(pk__in=corporate.visible_to(viewer_of(request)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: CorporateClient | None = None) -> bool:
        """Let staff in; which rows there are for them is the queryset's to say."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let whoever works somewhere add one there."""
        return self.has_view_permission(request) and _places(viewer_of(request)).exists()

    def has_change_permission(self, request: HttpRequest, obj: CorporateClient | None = None) -> bool:
        """Let whoever sees a row change it."""
        viewer = viewer_of(request)
        return self.has_view_permission(request) and (
            obj is None or policies.may(viewer, Duty.COMPANIES, obj.business_id)
        )

    def has_delete_permission(self, request: HttpRequest, obj: CorporateClient | None = None) -> bool:
        """Nobody deletes one: it is taken out of use."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: CorporateClient | None = None
    ) -> tuple[str, ...]:
        """Keep a row with its practice."""
        return ("business",) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer this person's own practices."""
        if db_field.name == "business":
            kwargs["queryset"] = _places(viewer_of(request)).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: CorporateClient, form: Any, change: bool) -> None:
        """Save through the service."""
        obj.pk = corporate.save_corporate_client(
            viewer=viewer_of(request),
            changes=form.changes(),
            client_id=obj.pk if change else None,
            business_id=obj.business_id,
            now=clock.now(),
        ).pk


def _places(viewer: Viewer) -> QuerySet[Business]:
    """Give the practices whose corporate clients somebody sees to."""
    if viewer.is_admin:
        return Business.objects.all()
    return Business.objects.filter(
        pk__in=[pk for pk in viewer.business_ids if policies.may(viewer, Duty.COMPANIES, pk)]
    )
