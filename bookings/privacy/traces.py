"""Every place, besides bookings and the account itself, where a person's address or name may stand.

Each function forgets one kind of rows of a person, a batch a transaction, and gives how many it was. A draft that
comes in meanwhile is a new request: what belongs to a booking that is not erased stays whole.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import or_

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django_q.models import Task

from bookings.accounts.models import Registration, User
from bookings.booking.models import Booking, Claim
from bookings.businesses.models import BlockedSender, CorporateClient, StaffInvitation
from bookings.common.batches import delete, in_batches
from bookings.common.models import IdempotencyRecord
from bookings.feeds.models import CalendarFeed
from bookings.limits.models import LimitRefusal
from bookings.notifications.forgetting import forget_recipient
from bookings.notifications.models import OutboxMessage
from bookings.privacy.person import Person
from bookings.verification.models import AccessToken, Challenge

LAST_MAIL = "personal_data_erased"
"""It forgets its recipient by itself when it leaves."""
_NAMES = ("full_name", "inviter_name", "member_name")
"""What messages call people by their names under."""
ERASED = "erased"
"""What stands in a log where a person was named."""


def messages(person: Person) -> Iterator[int]:
    """Empty the outbox of what was sent to the address, save about a booking that came in meanwhile."""
    live = Booking.objects.filter(pk=OuterRef("booking"), email=person.email, erased_at__isnull=True)
    sent = OutboxMessage.objects.filter(recipient__iexact=person.email).exclude(Exists(live))
    if not person.reaches_bookings:
        sent = sent.filter(booking__isnull=True)
    return in_batches(sent.exclude(template=LAST_MAIL), forget_recipient)


def mentions(person: Person) -> Iterator[int]:
    """Empty what messages to others said of the account: who joined a practice, who made a key.

    A name is looked for only where a person's stands, in messages that are about no booking: people choose what they
    are called, and nobody who is called like a practice or a service takes its name out of everybody's mails.
    """
    names = set(
        User.objects.filter(pk=person.user_id or 0).exclude(full_name="").values_list("full_name", flat=True)
    )
    said = reduce(or_, (Q(said__icontains=form) for form in (person.email, json.dumps(person.email)[1:-1])))
    if names:
        called = (Q(**{f"context__{key}__in": names}) for key in _NAMES)
        said |= Q(booking__isnull=True) & reduce(or_, called)
    rows = OutboxMessage.objects.annotate(said=Cast("context", TextField())).filter(said)
    for pk in list(rows.exclude(template=LAST_MAIL).values_list("pk", flat=True)):
        with transaction.atomic():
            message = OutboxMessage.objects.select_for_update().filter(pk=pk).first()
            if message is None:
                continue
            kept = {
                key: ""
                if _tells(key, value, person.email, names if message.booking_id is None else set())
                else value
                for key, value in message.context.items()
            }
            OutboxMessage.objects.filter(pk=pk).update(context=kept)
        yield int(kept != message.context)


def proofs(person: Person) -> Iterator[int]:
    """Delete links, codes and what they gave."""
    for model in (Challenge, AccessToken):
        yield from in_batches(
            model.objects.filter(email=person.email).exclude(_of_a_live_booking(person)), delete
        )


def registrations(person: Person) -> Iterator[int]:
    """Delete accounts that were asked for and never proven."""
    return in_batches(Registration.objects.filter(email=person.email), delete)


def invitations(person: Person) -> Iterator[int]:
    """Delete invitations to work for a practice, open and past."""
    return in_batches(StaffInvitation.objects.filter(email=person.email), delete)


def calendar_feeds(person: Person) -> Iterator[int]:
    """Delete the secret addresses under which calendars read the address's sessions."""
    return in_batches(CalendarFeed.objects.filter(email=person.email), delete)


def claims(person: Person) -> Iterator[int]:
    """Delete places on which no booking stands; there should be none."""
    return in_batches(Claim.objects.filter(email=person.email, bookings__isnull=True), delete)


def idempotency(person: Person) -> Iterator[int]:
    """Delete the memory of keys that the person's requests came with."""
    mine = Q(scope__endswith=f"address:{person.digest}")
    if person.user_id is not None:
        mine |= Q(scope__startswith=f"user:{person.user_id}:")
    return in_batches(IdempotencyRecord.objects.filter(mine), delete)


def blocks(person: Person) -> Iterator[int]:
    """Keep a practice's block of the address as a digest, without the note: it holds, and names nobody."""
    named = BlockedSender.objects.filter(kind=BlockedSender.Kind.ADDRESS, value=person.email)
    digests = BlockedSender.objects.filter(value=person.digest)

    def forget(rows: QuerySet[BlockedSender]) -> int:
        again = delete(
            rows.filter(business__in=digests.values("business"))
        )  # blocked after an earlier erasure
        return again + rows.update(value=person.digest, note="")

    return in_batches(named, forget)


def corporate_contacts(person: Person) -> Iterator[int]:
    """Empty whom a practice deals with at a company, and what it noted; the company is no person, and stays."""
    rows = CorporateClient.objects.filter(email=person.email)
    return in_batches(rows, lambda batch: batch.update(contact_name="", email="", phone="", note=""))


def admin_log(person: Person) -> Iterator[int]:
    """Take the address out of what the admin noted down; that something was done, by whom and when, stays."""
    named = Q(object_repr__icontains=person.email) | Q(change_message__icontains=person.email)
    if person.user_id is not None:
        account = ContentType.objects.get_for_model(User)
        named |= Q(content_type=account, object_id=str(person.user_id)) & ~Q(object_repr=ERASED)
    return in_batches(
        LogEntry.objects.filter(named), lambda rows: rows.update(object_repr=ERASED, change_message="")
    )


def cookie_sessions(person: Person) -> Iterator[int]:
    """Delete browser sessions of the account, and those that hold a notice with the address.

    What a session holds is packed, so each is looked into; there are as many as people in the admin.
    """
    for key in list(Session.objects.values_list("pk", flat=True)):
        session = Session.objects.filter(pk=key).first()
        held = session.get_decoded() if session is not None else {}
        own = person.user_id is not None and str(held.get("_auth_user_id")) == str(person.user_id)
        if own or person.email in str(held).lower():
            Session.objects.filter(pk=key).delete()
            yield 1


def failed_tasks(person: Person) -> Iterator[int]:
    """Take the address out of what the worker noted of tasks that failed: a database names rows in its errors."""
    for key in list(Task.objects.filter(success=False).values_list("pk", flat=True)):
        task = Task.objects.filter(pk=key).first()
        if task is not None and person.email in str(task.result).lower():
            Task.objects.filter(pk=key).update(result=ERASED)
            yield 1


def refusals(person: Person) -> Iterator[int]:
    """Delete what is kept of limits that refused the account or the mailbox."""
    rows = LimitRefusal.objects.filter(Q(mailbox=person.digest) | Q(user=person.user_id or 0))
    return in_batches(rows, delete)


TRACES: Mapping[str, Callable[[Person], Iterator[int]]] = {
    "messages": messages,
    "mentions": mentions,
    "registrations": registrations,
    "invitations": invitations,
    "calendar feeds": calendar_feeds,
    "places": claims,
    "idempotency keys": idempotency,
    "blocks": blocks,
    "corporate contacts": corporate_contacts,
    "admin log": admin_log,
    "browser sessions": cookie_sessions,
    "failed tasks": failed_tasks,
    "limits hit": refusals,
    "proofs": proofs,
}
"""What is forgotten after the bookings, in this order: proofs last, as one may be what a second try needs."""


def _tells(key: str, value: object, address: str, names: set[str]) -> bool:
    """Tell whether a value is one of these names, where people's names stand, or has the address in it."""
    return isinstance(value, str) and (address in value.lower() or (key in _NAMES and value in names))


def _of_a_live_booking(person: Person) -> Exists:
    """Tell, of a row with a subject, whether it is about a booking of the person that is not erased."""
    subject = Concat(Value("booking:"), Cast("pk", CharField()), output_field=CharField())
    return Exists(
        Booking.objects.filter(email=person.email, erased_at__isnull=True)
        .annotate(known_as=subject)
        .filter(known_as=OuterRef("subject"))
    )
