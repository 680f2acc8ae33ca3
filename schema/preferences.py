"""Which mails that one can do without go to an account's address."""

import strawberry
from django.utils.translation import gettext

from bookings.accounts import models, profile
from bookings.common.errors import invalid
from bookings.notifications.refusals import Kind


@strawberry.type(description="What a person wants to be told beside what they cannot do without.")
class Preferences:
    """What the account's mailbox said."""

    reminders: bool = strawberry.field(description="Whether reminders of sessions are mailed.")
    review_requests: bool = strawberry.field(description="Whether a review is asked for after a session.")


@strawberry.input(description="What to be told; what is left out stays.")
class PreferencesInput:
    """Part of the input of `updateProfile`."""

    reminders: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether reminders of sessions are mailed."
    )
    review_requests: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether a review is asked for after a session."
    )


def preferences_of(user: models.User) -> Preferences:
    """Give the switches together."""
    wanted = profile.mails_wanted(user)
    return Preferences(reminders=wanted[Kind.REMINDERS], review_requests=wanted[Kind.REVIEW_REQUESTS])


def mails_in(preferences: PreferencesInput | None) -> dict[Kind, bool]:
    """Give the switches that were sent. Raises VALIDATION_FAILED for one that is null."""
    if preferences is None:
        raise invalid("preferences", gettext("This cannot be null."))
    if preferences is strawberry.UNSET:
        return {}
    given = {
        Kind.REMINDERS: ("reminders", preferences.reminders),
        Kind.REVIEW_REQUESTS: ("reviewRequests", preferences.review_requests),
    }
    chosen = {}
    for kind, (name, wanted) in given.items():
        if wanted is None:
            raise invalid(name, gettext("This cannot be null."))
        if wanted is not strawberry.UNSET:
            chosen[kind] = wanted
    return chosen
