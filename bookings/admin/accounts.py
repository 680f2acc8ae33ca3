"""Accounts, and where they are logged in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold import forms as theme_forms

from bookings.accounts import passwords, sessions
from bookings.accounts.forms import AccountForm, LimitedLogIn, NewUserForm
from bookings.accounts.keys import revoke_keys_of
from bookings.accounts.models import RefreshToken, SecurityAnswer, User
from bookings.accounts.profile import mails_wanted
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import AtDesk, OfPlatform, may_enter
from bookings.admin.offer import blamed
from bookings.admin.onward import Onward
from bookings.admin.people import how_it_went
from bookings.admin.pictures import WithPicture
from bookings.admin.privacy import PersonalData
from bookings.admin.signs import sign, when
from bookings.admin.theme import Dressed, ModelAdmin
from bookings.admin.words import InWords
from bookings.businesses.models import StaffInvitation
from bookings.common import clock
from bookings.consultants.models import Consultant

MOST_SHOWN = 20
"""Requests and invitations on an account's page."""


class LogIn(Dressed, LimitedLogIn):
    """The admin's log-in in its dress, for everybody who may enter."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Let in whoever works for a practice, too. Raises ValidationError for whoever has nothing to do here."""
        if AtDesk(user=user).works_somewhere:
            AuthenticationForm.confirm_login_allowed(self, user)
        else:
            super().confirm_login_allowed(user)


class OwnPassword(theme_forms.AdminOwnPasswordChangeForm):
    """A new password of one's own, by the service that the API asks: it counts tries, and tells the owner by mail."""

    user: User

    def clean_old_password(self) -> str:
        """Leave the old one to the service, which judges it with the new one."""
        return str(self.cleaned_data["old_password"])

    def clean(self) -> dict[str, Any]:
        """Change it once all is answered. What the service refuses stands beside its field."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            with blamed(self, {"old_password": "oldPassword", "new_password1": "newPassword"}):
                self.user, _ = passwords.change_password(
                    viewer=AtDesk(user=self.user),
                    old_password=given["old_password"],
                    new_password=given["new_password1"],
                    now=clock.now(),
                )
        return given

    def save(self, commit: bool = True) -> User:
        """Give the account, which is saved by now."""
        return self.user


theme_forms.AdminOwnPasswordChangeForm = OwnPassword
admin.site.login_form = LogIn
admin.site.has_permission = may_enter  # type: ignore[method-assign]  # asked in the same words


@admin.register(User)
class AccountAdmin(OfPlatform, PersonalData, WithPicture, UserAdmin, ModelAdmin):
    """Django's page for users, by e-mail address."""

    ordering = ("email",)
    list_display = ("email", "full_name", "role", "proven", "stands")
    list_filter = (
        "is_active",
        "role",
        "is_staff",
        "is_superuser",
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("email", "full_name", "phone")
    readonly_fields = (
        "created_at",
        "deleted_at",
        "last_login",
        "token_version",
        "logged_in_at",
        "security_question",
        "mails",
        "work",
        "asked_for",
        "invited",
    )
    filter_horizontal = ()
    form = AccountForm
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("email", "password", "security_question", "full_name", "email_verified_at")}),
        (
            "Profile",
            {"fields": ("role", "phone", "timezone", "locale", "mails")},
        ),
        ("Practices", {"fields": ("work", "asked_for", "invited")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("created_at", "last_login", "token_version", "logged_in_at", "deleted_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "password1", "password2")}),)
    actions = ("log_out_everywhere", "export_person", "erase_person")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Leave who may what, and whose address it is, to the platform's admins: nobody makes themselves one."""
        fields = super().get_readonly_fields(request, obj)
        return tuple(fields) if obj is None or request.user.is_superuser else (*fields, *_OF_ADMINS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep whoever may change accounts from an admin's, whose password they would set."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep them from deleting one, too."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; an account that is closed is logged out, and its service keys revoked, also if it is opened again.

        A new address is nobody's until it is proven, unless the same form says that it was.
        """
        if change and "email" in form.changed_data and "email_verified_at" not in form.changed_data:
            obj.email_verified_at = None
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            sessions.log_out_everywhere(user_id=obj.pk, now=clock.now())
            revoke_keys_of(owner_id=obj.pk, now=clock.now())

    @admin.display(description="Address proven", ordering="email_verified_at")
    def proven(self, account: User) -> str:
        """Give when."""
        return when(account.email_verified_at)

    @admin.display(description="Now", ordering="is_active")
    def stands(self, account: User) -> SafeString:
        """Say whether it is open, and whether it opens the admin."""
        if account.deleted_at is not None:
            return sign("Erased", "quiet")
        if not account.is_active:
            return sign("Closed", "bad")
        if account.is_superuser:
            return sign("Open, the platform's admin", "good")
        return sign("Open, sees the admin" if account.is_staff else "Open", "good")

    @admin.display(description="Works for")
    def work(self, account: User) -> SafeString | str:
        """Give the practices where the account has a role or a profile, and as what."""
        found = [(place.pk, place, "Owner, it belongs to them") for place in account.owned_businesses.all()]
        members = account.staff_of.select_related("business").order_by("business__name")
        found += [(row.business_id, row.business, row.get_role_display()) for row in members]
        profiles = Consultant.objects.filter(user=account).select_related("business").order_by("pk")
        found += [(row.business_id, row.business, f"Consultant, as {row.full_name}") for row in profiles]
        lines = [
            (reverse("admin:bookings_business_change", args=[pk]), place, role) for pk, place, role in found
        ]
        return format_html_join("", '<div><a href="{}">{}</a>: {}</div>', lines) if lines else "No practice"

    @admin.display(description="Asked for")
    def asked_for(self, account: User) -> SafeString | str:
        """Give the roles that the account asked for, with what was answered."""
        rows = account.role_requests.order_by("-pk")[:MOST_SHOWN]
        lines = [
            (
                reverse("admin:bookings_rolerequest_change", args=[row.pk]),
                row.get_role_display(),
                row.get_status_display(),
            )
            for row in rows
        ]
        return format_html_join("", '<div><a href="{}">{}</a>: {}</div>', lines) if lines else "No role"

    @admin.display(description="Invited by")
    def invited(self, account: User) -> SafeString | str:
        """Give the practices that asked this address to work for them, and what became of it."""
        rows = StaffInvitation.objects.filter(email=account.email).select_related("business").order_by("-pk")
        lines = [(row.business, row.get_role_display(), how_it_went(row)) for row in rows[:MOST_SHOWN]]
        return format_html_join("", "<div>{}, as {}: {}</div>", lines) if lines else "Nobody"

    @admin.display(description="Logged in at")
    def logged_in_at(self, account: User) -> SafeString:
        """Lead to the account's refresh tokens."""
        address = reverse("admin:bookings_refreshtoken_changelist")
        return format_html(
            '<a href="{}?user__id__exact={}">Where this account is logged in</a>', address, account.pk
        )

    @admin.display(description="Security question")
    def security_question(self, account: User) -> str:
        """Say whether one was set, and when; neither which nor the answer is anybody's to see."""
        row = SecurityAnswer.objects.filter(user=account).first()
        return f"Set at {date_format(localtime(row.set_at), 'DATETIME_FORMAT')}" if row else "None"

    @admin.display(description="Mails that can be done without")
    def mails(self, account: User) -> str:
        """Say which the account's mailbox wants; only whoever reads it changes that."""
        wanted = mails_wanted(account).items()
        return ", ".join(f"{kind.label}: {'yes' if yes else 'no'}" for kind, yes in wanted)

    @admin.action(description="Log out everywhere", permissions=["change"])
    def log_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen accounts, their cookies in browsers included."""
        now = clock.now()
        ended = sum(sessions.log_out_everywhere(user_id=account.pk, now=now) for account in queryset)
        self.message_user(request, f"{ended} sessions ended.")


def _may_touch(request: HttpRequest, account: User | None) -> bool:
    return bool(request.user.is_superuser) or account is None or not account.is_superuser


_OF_ADMINS = ("email", "email_verified_at", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(RefreshToken)
class RefreshTokenAdmin(Onward, InWords, ReadOnly, OfPlatform, ModelAdmin):
    """Sessions and how they were prolonged; never a token or its hash."""

    ordering = ("-created_at",)
    show_full_result_count = False
    list_select_related = ("user",)
    empty_words = "Who is logged in to the API stands here, a row for each time that a log-in was prolonged."
    list_display = ("created_at", "user", "user_agent", "expires_at", "stands")
    list_filter = (
        ("rotated_at", admin.EmptyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("user__email", "user_agent")
    exclude = ("token_hash",)
    actions = onward = ("log_out",)

    def in_words(self, obj: RefreshToken) -> str:
        """Say whose log-in it prolongs."""
        return f"Log-in of {obj.user}"

    def offers(self, request: HttpRequest, obj: RefreshToken, act: str) -> bool:
        """Offer to end what is not over."""
        return obj.revoked_at is None and obj.rotated_at is None

    @admin.display(description="Now", ordering="revoked_at")
    def stands(self, token: RefreshToken) -> SafeString:
        """Say whether it still prolongs the log-in."""
        if token.revoked_at is not None:
            return sign(f"Ended {when(token.revoked_at)}", "quiet")
        if token.rotated_at is not None:
            return sign(f"Exchanged {when(token.rotated_at)}", "quiet")
        return sign("Ran out", "quiet") if token.expires_at <= clock.now() else sign("Logged in", "good")

    def has_log_out_permission(self, request: HttpRequest) -> bool:
        """Tell who may end sessions: whoever may change accounts."""
        return request.user.has_perm("bookings.change_user")

    @admin.action(description="Log out", permissions=["log_out"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[RefreshToken]) -> None:
        """End the sessions of the chosen tokens."""
        chosen = set(queryset.values_list("user_id", "family"))
        now = clock.now()
        ended = sum(
            sessions.end_session(user_id=user_id, family=family, now=now) for user_id, family in chosen
        )
        self.message_user(request, f"{ended} sessions ended.")
