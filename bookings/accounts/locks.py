"""The lock on an account. Whoever locks a practice as well locks that one first."""

from bookings.accounts.models import User


def lock_account(pk: int) -> User | None:
    """Give an account, locked for this transaction, so that it is not closed meanwhile; None for one that is closed."""
    return User.objects.select_for_update(no_key=True).filter(pk=pk, is_active=True).first()
