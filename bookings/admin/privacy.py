"""What is known of a person, for admins who were asked for it: read, and erased. Texts of consent are published."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from bookings.accounts.models import User
from bookings.admin.desk import viewer_of
from bookings.admin.people import OfDuty
from bookings.admin.signs import sign, when
from bookings.admin.words import InWords
from bookings.businesses import consents
from bookings.businesses.models import ConsentText
from bookings.businesses.policies import Duty
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.privacy.erasure import erase
from bookings.privacy.export import export
from bookings.privacy.person import Person

LONGEST_KEY = 19
"""Digits beyond which a number in an address is the key of nothing."""


class PersonalData:
    """Two actions on accounts, for the platform's admins alone. People without an account have the commands."""

    def has_personal_data_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may: what is known of a person crosses all practices."""
        return viewer_of(request).is_admin

    @admin.action(description="Save what is known of this person", permissions=["personal_data"])
    def export_person(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Give the document of one account as a file, internal notes in parts of their own."""
        user = self._the_one(request, queryset)
        if user is None:
            return None
        document = export(Person.of_account(user), now=clock.now(), internal=True, most=None)
        answer = HttpResponse(
            json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="account-{user.pk}.json"'
        answer["Cache-Control"] = "no-store"
        return answer

    @admin.action(description="Erase this person", permissions=["personal_data"])
    def erase_person(self, request: HttpRequest, queryset: QuerySet[User]) -> TemplateResponse | None:
        """Ask once more, then close the account and forget the person of its proven address."""
        user = self._the_one(request, queryset)
        if user is None:
            return None
        if request.POST.get("sure") != "yes":
            shown = {**admin.site.each_context(request), "account": user, "title": "Erase this person?"}
            shown |= {"opts": User._meta, "checkbox": ACTION_CHECKBOX_NAME}
            return TemplateResponse(request, "admin/bookings/user/erase.html", shown)
        cancel = request.POST.get("cancel_bookings") == "on"
        try:
            done = erase(Person.of_account(user), cancel_bookings=cancel, now=clock.now())
        except DomainError as error:
            self._say(request, error.message, messages.ERROR)
            return None
        self._say(request, f"Erased, with {done.erased_bookings} bookings.", messages.SUCCESS)
        return None

    def _the_one(self, request: HttpRequest, queryset: QuerySet[User]) -> User | None:
        """Give the one account that was chosen; of several at once nobody is sure."""
        rows = list(queryset.filter(deleted_at__isnull=True)[:2])
        if len(rows) == 1:
            return rows[0]
        self._say(request, "Choose one account that is not closed yet.", messages.ERROR)
        return None

    def _say(self, request: HttpRequest, text: str, level: int) -> None:
        messages.add_message(request, level, text)


class ConsentTextForm(forms.ModelForm):
    """What to publish."""

    class Meta:
        model = ConsentText
        fields = ("business", "text")


@admin.register(ConsentText)
class ConsentTextAdmin(InWords, OfDuty):
    """Texts to which clients agree: a new version is published, and an old one stays as it was."""

    change_form_template = "admin/bookings/consenttext/change_form.html"
    empty_words = (
        "Clients agree to the built-in text until a practice publishes one of its own. The text is in force at once, "
        "for drafts from then on; bookings keep the version that was agreed to."
    )

    duty = Duty.PRACTICE
    form = ConsentTextForm
    list_display = ("version", "business", "begins", "in_force", "beginning")
    list_select_related = ("business",)
    search_fields = ("version", "business__name")
    ordering = ("-published_at", "-pk")

    def get_fields(self, request: HttpRequest, obj: ConsentText | None = None) -> tuple[str, ...]:
        """Show its version once it has one."""
        return (
            ("business", "text")
            if obj is None
            else ("business", "version", "in_force", "text", "published_at")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: ConsentText | None = None) -> tuple[str, ...]:
        """Show what follows from the others."""
        return ("in_force",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentText]:
        """Find of each when the next one took its place."""
        later = ConsentText.objects.filter(business=OuterRef("business"), pk__gt=OuterRef("pk")).order_by(
            "pk"
        )
        rows: QuerySet[ConsentText] = super().get_queryset(request)
        return rows.annotate(until=Subquery(later.values("published_at")[:1]))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the text of another version, where its page led here; only one that is this person's to see."""
        given = super().get_changeform_initial_data(request)
        known = str(given.pop("from", ""))
        known = known if known.isdecimal() and len(known) < LONGEST_KEY else ""
        row = self.get_queryset(request).filter(pk=known).first() if known else None
        return {**given, "business": row.business_id, "text": row.text} if row is not None else given

    def in_words(self, obj: ConsentText) -> str:
        """Say whose version it is."""
        return f"Version {obj.version} of {obj.business}"

    @admin.display(description="In force from", ordering="published_at")
    def begins(self, text: ConsentText) -> str:
        """Give when it was published: from then on drafts need it."""
        return when(text.published_at)

    @admin.display(description="Now")
    def in_force(self, text: Any) -> SafeString:
        """Say whether it is the present one, or until when it was."""
        until = getattr(text, "until", None)
        return sign(f"In force until {when(until)}", "quiet") if until else sign("In force", "good")

    @admin.display(description="Text")
    def beginning(self, text: ConsentText) -> str:
        """Give how it begins."""
        return Truncator(text.text).chars(80)

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:
        """Publish through the service."""
        row = consents.publish(
            business_id=obj.business_id, text=obj.text, viewer=viewer_of(request), now=clock.now()
        )
        obj.pk, obj.version = row.pk, row.version
