"""Forgetting a person, in many small transactions: what a crash leaves, the next call finds.

The order is what makes it so: bookings, then every trace, then the account, which is what the next call begins from,
and with it the one last mail.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from bookings.accounts.models import User
from bookings.booking import services as booking_services
from bookings.booking.states import ACTIVE
from bookings.common import languages
from bookings.common.batches import BATCH
from bookings.notifications.services import queue_message
from bookings.pictures import files
from bookings.privacy.bookings import erase_booking
from bookings.privacy.closing import close_account
from bookings.privacy.person import Person, refuse_account_in_use, refuse_while_needed
from bookings.privacy.traces import TRACES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Erasure:
    """What was forgotten: how many rows of each kind, and how many bookings were cancelled on the way."""

    forgotten: Counter[str] = field(default_factory=Counter)

    @property
    def cancelled(self) -> int:
        """How many bookings were cancelled."""
        return self.forgotten["cancelled bookings"]

    @property
    def erased_bookings(self) -> int:
        """From how many bookings the person was erased."""
        return self.forgotten["bookings"]


def erase_person(*, email: str, now: datetime, cancel_bookings: bool = False) -> Erasure:
    """Forget whoever reads this mailbox: the account of the address, and every booking's person.

    What took place, when, and what was paid stays. The person is told by one last mail, whose address is forgotten
    when it leaves. Repeatable: a second call finds nothing. Must not run inside a transaction, as bookings that are
    paid for are cancelled by asking the provider.
    Raises ACCOUNT_IN_USE (nothing is changed then) for an owner, for a consultant or a client with sessions to come,
    unless `cancel_bookings` and the policy allow to cancel them; and what cancelling raises.
    """
    return erase(Person.of_address(email), cancel_bookings=cancel_bookings, now=now)


def erase(person: Person, *, cancel_bookings: bool, now: datetime) -> Erasure:
    """Do so for a person who was found already."""
    refuse_while_needed(person, cancel_bookings=cancel_bookings, now=now)
    done = Erasure()
    for kind, count in batches(person, now=now):
        done.forgotten[kind] += count
    _finish(person, done, now)
    log.info("erased a person: %s", ", ".join(f"{count} {kind}" for kind, count in done.forgotten.items()))
    return done


def batches(person: Person, *, now: datetime) -> Iterator[tuple[str, int]]:
    """Forget all but the account, a transaction at a time; gives after each what it was and how many rows."""
    for booking_id in list(person.bookings_to_come.values_list("pk", flat=True)):
        booking_services.cancel_to_forget(booking_id=booking_id, now=now)
        yield "cancelled bookings", 1
    while pks := list(person.bookings.exclude(status__in=ACTIVE).values_list("pk", flat=True)[:BATCH]):
        for booking_id in pks:
            erase_booking(booking_id=booking_id, now=now)
            yield "bookings", 1
    for kind, forget in TRACES.items():
        if kind in _OF_ACCOUNTS or person.reaches_bookings:
            for count in forget(person):
                yield kind, count


_OF_ACCOUNTS = frozenset(
    {"messages", "mentions", "idempotency keys", "admin log", "browser sessions", "failed tasks"}
)
"""What is forgotten also where the address was never proven: somebody else may read that mailbox."""


def _finish(person: Person, done: Erasure, now: datetime) -> None:
    """Close the account and queue the last mail in one transaction; nobody of whom nothing was known is written to."""
    with transaction.atomic():
        user = (
            User.objects.select_for_update().filter(pk=person.user_id or 0, deleted_at__isnull=True).first()
        )
        picture, locale = "", languages.spoken()
        if user is not None:
            locale = user.locale
            refuse_account_in_use(user, now=now)
            picture = close_account(user, now=now)
            done.forgotten["accounts"] += 1
        if any(done.forgotten.values()):
            queue_message(
                key=f"erasure:{uuid.uuid4()}",
                template="personal_data_erased",
                recipient=person.email,
                context={"account": user is not None, "cancelled": done.cancelled},
                locale=locale,
                now=now,
            )
    if picture:
        files.drop(picture)
