"""Who was invited to work for a practice, and from whom it takes no bookings: kept through the services."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.offer import blamed
from bookings.admin.signs import sign, when
from bookings.admin.theme import ModelAdmin
from bookings.businesses import blocking, invitations, policies
from bookings.businesses.models import BlockedSender, Business, StaffInvitation, StaffMember
from bookings.businesses.policies import Duty
from bookings.common import clock
from bookings.common.errors import DomainError


def _places(request: HttpRequest, duty: Duty) -> QuerySet[Business]:
    """Give the practices in which somebody has a duty."""
    viewer = viewer_of(request)
    if viewer.is_admin:
        return Business.objects.all()
    return Business.objects.filter(
        pk__in=[pk for pk in viewer.business_ids if policies.may(viewer, duty, pk)]
    )


class OfDuty(ModelAdmin):
    """Rows of practices, for those whose duty they are there, without Django's own permissions."""

    duty: Duty

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Show the rows of those practices."""
        return super().get_queryset(request).filter(business__in=_places(request, self.duty))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those in who have the duty anywhere; which rows are theirs is the queryset's to say."""
        viewer = viewer_of(request)
        somewhere = viewer.is_admin or any(policies.may_as(role, self.duty) for role in viewer.roles.values())
        return may_enter(request) and somewhere

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to the same people."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let the same people add rows; the service judges once more."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a row is added and taken away."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, unless a page says otherwise."""
        return False

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the practices in which this person has the duty."""
        if db_field.name == "business":
            kwargs["queryset"] = _places(request, self.duty).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in words where the service refuses."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def each(self, request: HttpRequest, rows: Iterable[Any], act: Any, done: str) -> None:
        """Do the same to many rows, and say of how many it was refused, and why."""
        made, refused = 0, ""
        for row in rows:
            try:
                act(row)
                made += 1
            except DomainError as error:
                refused = error.message
        if made:
            self.message_user(request, f"{made} {done}.")
        if refused:
            self.message_user(request, refused, messages.ERROR)


class InvitationForm(forms.ModelForm):
    """Whom to invite."""

    class Meta:
        model = StaffInvitation
        fields = ("business", "email", "role")

    def validate_constraints(self) -> None:
        """Let an address be invited again: the service sends the open invitation anew."""


def how_it_went(invitation: StaffInvitation) -> SafeString:
    """Say what became of an invitation."""
    if invitation.accepted_at is not None:
        return sign(f"Accepted {when(invitation.accepted_at)}", "good")
    if invitation.withdrawn_at is not None:
        return sign(f"Withdrawn {when(invitation.withdrawn_at)}", "quiet")
    over = invitation.expires_at <= clock.now()
    return (
        sign(f"Ran out {when(invitation.expires_at)}", "bad") if over else sign("Waits for an answer", "wait")
    )


@admin.register(StaffInvitation)
class StaffInvitationAdmin(OfDuty):
    """Invitations: sent, sent again and withdrawn here; accepted by whoever reads the mail."""

    duty = Duty.STAFF
    form = InvitationForm
    empty_words = "Who is asked by mail to work for a practice stands here, with what became of it."
    list_display = ("email", "business", "role", "asked", "stands")
    list_filter = (
        "role",
        ("accepted_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("business",)
    search_fields = ("email", "business__name")
    ordering = ("-created_at", "-pk")
    actions = ("send_again", "withdraw")

    @admin.display(description="Invited", ordering="created_at")
    def asked(self, invitation: StaffInvitation) -> str:
        """Give when the mail was asked for last."""
        return when(invitation.created_at)

    @admin.display(description="Now", ordering="expires_at")
    def stands(self, invitation: StaffInvitation) -> SafeString:
        """Say what became of it."""
        return how_it_went(invitation)

    def save_model(self, request: HttpRequest, obj: StaffInvitation, form: Any, change: bool) -> None:
        """Invite through the service."""
        obj.pk = self._invite(request, obj).pk

    @admin.action(description="Send again", permissions=["add"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[StaffInvitation]) -> None:
        """Mail new links for the chosen invitations that nobody answered."""
        waiting = queryset.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
        self.each(request, waiting, lambda row: self._invite(request, row), "sent again")

    @admin.action(description="Withdraw", permissions=["add"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[StaffInvitation]) -> None:
        """Take the chosen invitations back."""
        viewer, now = viewer_of(request), clock.now()
        self.each(
            request,
            queryset.filter(accepted_at__isnull=True, withdrawn_at__isnull=True),
            lambda row: invitations.withdraw(invitation_id=row.pk, viewer=viewer, now=now),
            "withdrawn",
        )

    def _invite(self, request: HttpRequest, row: StaffInvitation) -> StaffInvitation:
        return invitations.invite(
            business_id=row.business_id,
            email=row.email,
            role=StaffMember.Role(row.role),
            viewer=viewer_of(request),
            now=clock.now(),
        )


class BlockedSenderForm(forms.ModelForm):
    """Whom to block."""

    sender = forms.CharField(
        max_length=254, help_text="An address, or a domain such as example.org: all below it is blocked too."
    )

    class Meta:
        model = BlockedSender
        fields = ("business", "note")

    def clean(self) -> dict[str, Any]:
        """Read the sender."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        text = answers.get("sender", "")
        is_address = "@" in text.strip().removeprefix("@")
        with blamed(self, {"sender": "address" if is_address else "domain"}):
            answers["read"] = (blocking.address if is_address else blocking.domain)(text)
        return answers


@admin.register(BlockedSender)
class BlockedSenderAdmin(OfDuty):
    """The block list."""

    duty = Duty.CLIENTS
    form = BlockedSenderForm
    fields = ("business", "sender", "note")
    list_display = ("value", "kind", "business", "note", "created_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("business", "created_by")
    search_fields = ("value", "note", "business__name")
    ordering = ("-created_at", "-pk")

    def get_fields(self, request: HttpRequest, obj: BlockedSender | None = None) -> tuple[str, ...]:
        """Show what was read of the sender."""
        if obj is None:
            return ("business", "sender", "note")
        return ("business", "kind", "value", "note", "created_by", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: BlockedSender | None = None) -> bool:
        """Let those unblock who block."""
        return self.has_view_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: BlockedSender, form: Any, change: bool) -> None:
        """Block through the service."""
        row = blocking.block(
            business_id=obj.business_id,
            sender=form.cleaned_data["read"],
            note=obj.note,
            viewer=viewer_of(request),
            now=clock.now(),
        )
        obj.pk, obj.kind, obj.value = row.pk, row.kind, row.value

    def delete_model(self, request: HttpRequest, obj: BlockedSender) -> None:
        """Unblock through the service."""
        blocking.unblock(blocked_id=obj.pk, viewer=viewer_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[BlockedSender]) -> None:
        """Unblock many."""
        for row in queryset:
            self.delete_model(request, row)
