"""Forms of the admin."""

from django.contrib.auth.forms import BaseUserCreationForm

from bookings.accounts.models import User


class NewUserForm(BaseUserCreationForm):
    """A new account by e-mail address and password."""

    class Meta:
        model = User
        fields = ("email", "full_name")
