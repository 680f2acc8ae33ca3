"""Somebody who left a trace wherever this service keeps anything about people."""

from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django_q.models import Task

from bookings.accounts import keys, roles
from bookings.accounts.models import RefreshToken, SecurityAnswer, User
from bookings.accounts.registration import Applicant, register
from bookings.accounts.sessions import start_session
from bookings.accounts.viewer import Viewer
from bookings.booking import services as bookings
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses import blocking, invitations
from bookings.businesses.corporate import save_corporate_client
from bookings.businesses.models import Business, StaffMember
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.feeds.services import create_feed
from bookings.limits.policies import Limit
from bookings.limits.services import hit, wait_of
from bookings.notifications.models import OutboxMessage
from bookings.payments import services as payments
from bookings.payments.models import Payment, ProviderEvent, Refund
from bookings.pictures import files
from bookings.privacy import services as privacy
from tests import factories, lifecycle
from tests.factories import NOW, TEN
from tests.schema.client import gid, post

DRAFT = "mutation D($input: DraftBookingInput!) { draftBooking(input: $input) { errors { code } } }"
EMAIL = "anastasia.quill@mailbox.example"
TYPED = "Anastasia.Quill@MAILBOX.example"
NAME = "Anastasia Quillfeather"
PHONE = "+48221239876"
CONTACT = "Bartholomew Nightcall"
WORDS = [
    EMAIL, NAME, PHONE, CONTACT, "zebra-migraine", "quokka-whisper", "ocelot-internal", "lynx-reason",
    "heron-note", "puffin-refund", "wren-discount", "anas-own-meeting", "quill-browser", "ibis-key",
]  # fmt: skip
"""What nobody may read anywhere once she is forgotten."""
ABOUT = {
    "email": TYPED,
    "full_name": NAME,
    "phone": PHONE,
    "message": "I shall come with a quokka-whisper.",
    "intake": {"complaint": "zebra-migraine", "emergencyContact": {"name": CONTACT, "phone": PHONE}},
}


def practice() -> Service:
    """A service in a practice that lets clients have many bookings, and cancel them until the end."""
    offered = factories.service(cancellation_notice=timedelta(0))
    Business.objects.filter(pk=offered.business_id).update(max_active_bookings=20)
    offered.business.refresh_from_db()
    return offered


def booked(offered: Service, status: Status, **fields: Any) -> Booking:
    """A booking of hers in this status, with a consultant of its own, a note and a link."""
    host = factories.consultant(offered, user=factories.user())
    booking = lifecycle.REACH[status](host, offered, **{**ABOUT, **fields})
    staff = factories.staff_of(offered.business)
    note = bookings.Changes(note="ocelot-internal: seems tired.")
    bookings.update(booking_id=booking.pk, viewer=staff, changes=note, now=NOW)
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example/anas-own-meeting")
    booking.refresh_from_db()
    assert booking.status == status
    return booking


def books_everything(offered: Service) -> list[Booking]:
    """Bookings in every status, one more rejected, one more cancelled, each with a reason, and money given back."""
    # To lapse one the clock is moved, and everything with a deadline lapses with it: that one goes first.
    made = [booked(offered, status) for status in sorted(Status, key=lambda each: each != Status.EXPIRED)]
    staff = factories.staff_of(offered.business)
    pending = factories.pending(factories.consultant(offered), offered, **ABOUT)
    bookings.give_discount(
        booking_id=pending.pk, viewer=staff, percent=10, reason="wren-discount: out of work.", now=NOW
    )
    bookings.reject(booking_id=pending.pk, viewer=staff, reason="lynx-reason: we are away.", now=NOW)
    other = factories.pending(factories.consultant(offered), offered, **ABOUT)
    bookings.cancel_as(booking_id=other.pk, viewer=staff, reason="heron-note: closed.", now=NOW)
    gives_back(next(booking for booking in made if booking.status == Status.COMPLETED))
    return [*made, pending, other]


def gives_back(booking: Booking) -> None:
    """A part of what was paid goes back, and the provider tells of it with her name in it."""
    payment = Payment.objects.get(booking=booking)
    half = payment.paid.__class__(payment.paid_amount / 2, payment.paid.currency)
    refund = payments.request_refund(
        payment=payment,
        amount=half,
        reason=Refund.Reason.STAFF,
        key=f"part:{payment.pk}",
        note="puffin-refund: she fell ill.",
        now=NOW,
    )
    payments.run_refund(refund.pk, now=NOW)
    ProviderEvent.objects.create(
        provider="sandbox",
        event_id=f"evt-{payment.pk}",
        kind="refund",
        reference=payment.reference,
        body=f'{{"payer": "{EMAIL}", "name": "{NAME}"}}',
        processed_at=NOW,
    )


def account(offered: Service) -> User:
    """Her account, with everything that one can have."""
    user = factories.user(EMAIL, full_name=NAME, phone=PHONE, timezone="Europe/Warsaw", locale="pl")
    User.objects.filter(pk=user.pk).update(picture=files.keep(b"a picture"))
    start_session(user=user, user_agent="quill-browser/1.0", now=NOW)
    SecurityAnswer.objects.create(user=user, question="FIRST_PET", answer_hash="hash")
    roles.ask_for_role(user=user, role=User.Role.CONSULTANT, now=NOW)
    keys.create_key(owner=user, name="ibis-key", scopes=[keys.Scope.CATALOGUE], now=NOW)
    StaffMember.objects.create(business=factories.business(), user=user, role=StaffMember.Role.STAFF)
    profile = factories.consultant(factories.service(), user=user, full_name="Dr. Somebody")
    for consultant_id in (None, profile.pk):
        create_feed(viewer=Viewer(user=user), consultant_id=consultant_id, now=NOW)
    Client().force_login(user)
    user.refresh_from_db()
    return user


def traces(offered: Service, user: User) -> None:
    """What is left of her beside bookings and account."""
    owner = Viewer(user=offered.business.owner)
    applicant = Applicant(email=TYPED, password="another long password", full_name=NAME)
    register(applicant=applicant, now=NOW)
    privacy.request_personal_data(email=TYPED, what=privacy.Request.EXPORT, now=NOW)
    staff = StaffMember.Role.STAFF
    invitations.invite(business_id=offered.business_id, email=TYPED, role=staff, viewer=owner, now=NOW)
    place = factories.business()
    blocker = Viewer(user=place.owner)
    sender = blocking.address(TYPED)
    blocking.block(business_id=place.pk, sender=sender, note=f"{NAME} is rude", viewer=blocker, now=NOW)
    contact = {"company": "Feathers Ltd", "contact_name": NAME, "email": TYPED, "phone": PHONE, "note": NAME}
    save_corporate_client(viewer=owner, business_id=offered.business_id, changes=contact, now=NOW)
    hit(Limit.LOGIN, {"address": EMAIL, "ip": "192.0.2.1"}, now=NOW)
    wait_of(Limit.LOGIN, {"address": EMAIL, "ip": "192.0.2.1"}, amount=11, now=NOW)
    _in_the_admin(user)
    when = clock.now()
    error = f"duplicate key: Key (email)=({EMAIL}) exists"
    Task.objects.create(
        id="a" * 32, name="task", func="f", result=error, success=False, started=when, stopped=when
    )
    told = {"full_name": NAME, "address": EMAIL}
    OutboxMessage.objects.create(
        key="joined", template="staff_joined", recipient="boss@example.org", context=told,
        next_attempt_at=NOW, message_id="<joined@x>", status="SENT", sent_at=NOW,
    )  # fmt: skip
    RefreshToken.objects.filter(user=user).update(user_agent="quill-browser/1.0")


def _in_the_admin(user: User) -> None:
    admin = factories.user(is_staff=True, is_superuser=True)
    LogEntry.objects.create(
        user=admin,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
        change_message=f'[{{"changed": {{"name": "staff member", "object": "{EMAIL} · Manager"}}}}]',
    )
    session = SessionStore()
    session["_messages"] = f"The account “{EMAIL}” was changed."
    session.save()


def drafts_twice_with_a_key(offered: Service) -> None:
    """Drafts through the API, anonymous and signed in, under an idempotency key."""
    given = {
        "serviceId": gid(offered),
        "consultantId": gid(factories.consultant(offered)),
        "startsAt": TEN.isoformat(),
        "email": TYPED,
        "fullName": NAME,
        "consent": True,
        "idempotencyKey": "key-1",
    }
    for user in (None, User.objects.get(email=EMAIL)):
        body = post(DRAFT, {"input": given}, user=user)
        assert body["data"]["draftBooking"]["errors"] == [], body
