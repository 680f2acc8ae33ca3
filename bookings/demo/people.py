"""The demo's log-ins. Their password is known to everybody: the command refuses to run outside DEBUG."""

from datetime import datetime

from bookings.accounts.models import User

DOMAIN = "@demo.example"
STAFF_EMAIL = f"staff{DOMAIN}"
OWNER_EMAIL = f"owner{DOMAIN}"
ADMIN_EMAIL = f"admin{DOMAIN}"
PASSWORD = "slotwell-demo"  # noqa: S105 - known on purpose


def account(email: str, name: str, now: datetime, **fields: object) -> User:
    """Give the account of an address, made where there is none."""
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, full_name=name, email_verified_at=now, **fields)
