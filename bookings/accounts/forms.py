"""Forms of the admin."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from bookings.accounts.models import User
from bookings.accounts.profile import as_kept
from bookings.common import clock
from bookings.common.addresses import normalise_email
from bookings.common.errors import DomainError
from bookings.limits.addresses import network_of
from bookings.limits.policies import Limit
from bookings.limits.services import hit


class LimitedLogIn(AdminAuthenticationForm):
    """The admin's log-in, whose tries count together with those of `tokenAuth`."""

    def clean(self) -> dict[str, Any]:
        """Count before any password is looked at. Raises ValidationError for too many tries."""
        address = self.cleaned_data.get("username")
        if address and self.cleaned_data.get("password"):
            origin = network_of(self.request) if self.request is not None else ""
            try:
                hit(Limit.LOGIN, {"address": normalise_email(address), "ip": origin}, now=clock.now())
            except DomainError as refusal:
                raise ValidationError(
                    "Too many tries. The next one makes sense in %(wait)s seconds.",
                    code="rate_limited",
                    params={"wait": refusal.retry_after},
                ) from None
        return super().clean()


class NewUserForm(BaseUserCreationForm):
    """A new account by e-mail address and password."""

    class Meta:
        model = User
        fields = ("email", "full_name")


class AccountForm(UserChangeForm):
    """An account as it is, held to the rules that its owner is held to."""

    class Meta:
        model = User
        fields = "__all__"

    def clean_phone(self) -> str:
        """Give the number in E.164."""
        return self._as_kept("phone")

    def clean_locale(self) -> str:
        """Give the locale."""
        return self._as_kept("locale")

    def _as_kept(self, column: str) -> str:
        try:
            return str(as_kept(column, self.cleaned_data[column]))
        except DomainError as refusal:
            raise ValidationError(refusal.message) from None
