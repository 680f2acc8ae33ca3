"""A practice with at least one row of everything that the admin shows, and everybody who works for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import override_settings
from django_q.models import Failure, OrmQ, Schedule, Success

from bookings import tasks
from bookings.accounts.keys import Scope, create_key
from bookings.accounts.models import RoleRequest, User
from bookings.accounts.registration import Applicant, register
from bookings.accounts.sessions import start_session
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses import consents
from bookings.businesses.invitations import invite
from bookings.businesses.models import (
    BlockedSender,
    Business,
    ClosedDay,
    CorporateClient,
    OpeningHours,
    StaffMember,
)
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.directory.services import refresh_listing
from bookings.feeds.services import create_feed
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.payments.models import Difference, PaymentAccount, ProviderEvent
from bookings.pictures.models import PictureUpload
from bookings.resources.models import Resource
from bookings.reviews.services import Words, hide_review, reply_to_review, write_review
from bookings.schedules.models import DateOverride, TimeOff
from bookings.slots.models import Slot
from bookings.verification import services as verification
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, PASSWORD, TEN
from tests.lifecycle import confirmed
from tests.undone import undone

LATER = NOW + timedelta(hours=3)
"""When the admin is looked at: a session is over."""
TOMORROW = TEN + timedelta(days=1)
Rows = dict[type[Model], set[Any]]


@dataclass
class Side:
    """One practice, its people and all its rows."""

    place: Business
    service: Service
    host: Consultant
    room: Resource
    people: dict[str, User] = field(default_factory=dict)
    """By their roles: cons, staff, mngr, owner, and `clnt`, a client of theirs with an account."""
    bookings: dict[str, Booking] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    """Primary keys of all that was made with it, by model."""

    def pks(self, model: type[Model]) -> list[Any]:
        return sorted(self.rows.get(model, ()))


def all_rows() -> Rows:
    """The primary keys of all rows that pages of the admin may be about."""
    ours = [
        *apps.get_app_config("bookings").get_models(),
        *(model for model in admin.site._registry if model._meta.app_label != "bookings"),
        LogEntry,
    ]
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in ours}


@contextmanager
def standing() -> Iterator[None]:
    """A world for several tests: made at LATER, while the clock stands still, and undone at last."""
    with time_machine.travel(LATER, tick=False), override_settings(SECURITY_QUESTIONS=True), undone():
        yield


def build(told: str = "I agree.") -> Side:
    """Make a practice with everything; the clock stands at LATER. told: what stands where no row can be changed."""
    before = all_rows()
    with time_machine.travel(NOW, tick=False):
        side = _practice(told)
        _booked(side)
    _afterwards(side, told)
    _money(side)
    _around(side, told)
    _behind(side, told)
    side.rows = {model: keys - before[model] for model, keys in all_rows().items()}
    return side


def _practice(told: str) -> Side:
    owner = factories.user(role=User.Role.BUSINESS_OWNER, full_name="Olga Owner")
    place = factories.business(
        name=told[:200],
        owner=owner,
        max_active_bookings=50,
        email="desk@example.org",
        city="Warsaw",
        tax_number="PL 1",
        address="Long Street 1",
    )
    service = factories.service(place, seats=20, name=told[:200], description="We talk.")
    host = factories.consultant(
        service, hours=(0, 24), full_name=told[:200], user=factories.user(full_name="Hana Host")
    )
    room = shapes.room(place, service, capacity=20)
    side = Side(place, service, host, room)
    side.people = {
        "clnt": factories.user(full_name="Clara Client", phone="+48600700800"),
        "cons": host.user,
        "staff": factories.staff_of(place, StaffMember.Role.STAFF).user,
        "mngr": factories.staff_of(place, StaffMember.Role.MANAGER).user,
        "owner": owner,
    }
    return side


def _booked(side: Side) -> None:
    """Bookings in several states, with all that a client may say."""
    told = {
        "email": side.people["clnt"].email,
        "full_name": "Clara Client",
        "message": "About my sleep.",
        "intake": {"city": "Warsaw", "fear": "heights", "emergencyContact": "Uncle Otto"},
        "phone": "+48600700800",
        "mode": Booking.Mode.ONLINE,
        "meeting_platform": Booking.MeetingPlatform.ZOOM,
        "starts_at": TOMORROW,
    }
    host, service = side.host, side.service
    over = {**told, "starts_at": NOW + timedelta(hours=1)}
    side.bookings = {
        "draft": factories.draft(host, service, **told),
        "pending": factories.pending(host, service, **told),
        "approved": factories.approved(host, service, **told),
        "paying": factories.paying(host, service, **told).booking,
        "confirmed": confirmed(host, service, **told),
        "over": confirmed(host, service, **over),
        "hidden": confirmed(host, service, **over),
    }
    side.bookings["wish"] = shapes.pending(service, **{**told, "starts_at": None}, wish=shapes.MORNING)


def _afterwards(side: Side, told: str) -> None:
    """What staff and the client did later: sessions that took place, reviews, a link, notes, a discount."""
    made, now = side.bookings, LATER
    boss, client = Viewer(user=side.people["mngr"]), Viewer(user=side.people["clnt"])
    for name in ("over", "hidden"):
        services.complete(booking_id=made[name].pk, viewer=boss, now=now)
        review = write_review(
            booking_id=made[name].pk, viewer=client, words=Words(4, "Kind words.", named=True), now=now
        )
        reply_to_review(review_id=review.pk, viewer=boss, text="Thank you.", now=now)
    hide_review(review_id=review.pk, viewer=boss, reason="Names somebody.", now=now)
    services.set_meeting_link(
        booking_id=made["confirmed"].pk,
        url="https://meet.example.org/1",
        viewer=Viewer(user=side.host.user),
        now=now,
    )
    services.update(
        booking_id=made["confirmed"].pk, viewer=boss, changes=services.Changes(note="Came early."), now=now
    )
    services.give_discount(booking_id=made["approved"].pk, viewer=boss, percent=10, reason=told, now=now)
    made["follow-up"] = services.follow_up(
        booking_id=made["over"].pk,
        given=services.FollowUp(starts_at=TOMORROW),
        viewer=client,
        now=now,
    ).booking
    company = CorporateClient.objects.create(
        business=side.place, company="Acme", contact_name="Rita", email="rita@example.org", note="Pays late."
    )
    Booking.objects.filter(pk=made["confirmed"].pk).update(corporate_client=company)


def _money(side: Side) -> None:
    """A refund that is left to a person, an event, differences, an account with a provider."""
    payment = side.bookings["confirmed"].payments.get()
    refund = services.refund_payment(
        payment_id=payment.pk,
        amount=Decimal(5),
        reason="Out of goodwill.",
        viewer=Viewer(user=side.people["mngr"]),
        now=LATER,
    )
    tasks.run_refund(refund.pk)
    account = PaymentAccount.objects.create(
        business=side.place,
        public_id=f"acct{side.place.pk}",
        provider="paystack",
        currency="GHS",
        secret_key="sk_test_1",
        live=False,
    )
    ProviderEvent.objects.create(
        account=account,
        provider="paystack",
        event_id=f"evt-{payment.pk}",
        kind="charge",
        reference=payment.reference,
        checkout_id="cs",
        payment_id="pi",
        body="{}",
        next_attempt_at=None,
        last_error="Odd",
    )
    Difference.objects.create(payment=payment, kind="OTHER_AMOUNT", data={"theirs": "1 EUR", "ours": "2 EUR"})


def _around(side: Side, told: str) -> None:
    """Hours, offers, invitations, keys, feeds, consents, what the worker wrote."""
    place, now = side.place, LATER
    owner, client = Viewer(user=side.people["owner"]), side.people["clnt"]
    OpeningHours.objects.create(business=place, weekday=6, opens=0, closes=1440)
    ClosedDay.objects.create(business=place, date=date(2030, 5, 1), name="May Day")
    DateOverride.objects.create(schedule=side.host.schedule, date=date(2030, 5, 2), opens=540, closes=600)
    TimeOff.objects.create(
        schedule=side.host.schedule,
        starts_at=now + timedelta(days=20),
        ends_at=now + timedelta(days=21),
        note="At the sea.",
    )
    Slot.objects.create(
        schedule=side.host.schedule,
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=30, hours=1),
        is_published=True,
        service=side.service,
        published_service=side.service,
    )
    consents.publish(business_id=place.pk, text=told, viewer=owner, now=now)
    invite(
        business_id=place.pk,
        email=f"new{place.pk}@example.org",
        role=StaffMember.Role.STAFF,
        viewer=owner,
        now=now,
    )
    BlockedSender.objects.create(
        business=place, value=f"bad{place.pk}@example.org", note="Rude.", created_by=owner.user
    )
    key = create_key(owner=owner.user, name="Chatbot", scopes=[Scope.PRACTICE], business_id=place.pk, now=now)
    for number, caller in enumerate(({"service_key": key.row}, {"network": "192.0.2.0/24"})):
        LimitRefusal.objects.create(
            limit=Limit.LOGIN,
            row="ip",
            key=f"{place.pk:063}{number}",
            first_at=now,
            last_at=now,
            until=now,
            **caller,
        )
    create_feed(viewer=Viewer(user=client), now=now)
    create_feed(viewer=Viewer(user=side.host.user), consultant_id=side.host.pk, now=now)
    refresh_listing(business_id=place.pk, now=now)
    register(applicant=Applicant(f"later{place.pk}@example.org", PASSWORD, "Later Lara"), now=now)
    RoleRequest.objects.create(user=client, role=User.Role.CONSULTANT, status="DECLINED", decided_at=now)
    PictureUpload.objects.create(
        asked_by=owner.user, business=place, token_hash=f"{place.pk:064}", expires_at=now
    )
    start_session(user=client, user_agent="Browser 1.0", now=now)
    booking = side.bookings["pending"]
    verification.grant_access(subject=booking.subject, email=booking.email, purposes=["view"], now=now)
    verification.issue_challenge(
        purpose="BOOKING_ACCESS", subject=booking.subject, email=booking.email, now=now
    )
    MailRefusal.objects.create(address_digest=f"{place.pk:064}", kind="REMINDERS")


def _behind(side: Side, told: str) -> None:
    """What packages keep: groups, the queue's rows, the admin's own log."""
    number, now = side.place.pk, LATER
    Group.objects.create(name=f"Helpers {number}")
    OrmQ.objects.create(key="default", payload="gone", lock=now)
    Schedule.objects.create(name=f"Nightly {number}", func="bookings.tasks.sweep")
    for kind, well in ((Success, True), (Failure, False)):
        kind.objects.create(
            id=f"{number:031}{int(well)}",
            name=f"Task {number}",
            func="bookings.tasks.sweep",
            started=now,
            stopped=now,
            success=well,
            result="It went as it went.",
        )
    for row in (*side.bookings.values(), side.service, side.host, side.place, side.room):
        LogEntry.objects.create(
            user=side.people["mngr"],
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr="Something",
            action_flag=CHANGE,
            change_message="Changed.",
        )
    event = side.bookings["pending"].events.latest("sequence")
    event.pk, event.sequence, event.actor_id = None, event.sequence + 1, told[:64]
    event.save(force_insert=True)
    OutboxMessage.objects.filter(booking=side.bookings["pending"]).update(
        status=OutboxMessage.Status.FAILED, last_error="SMTPServerDisconnected"
    )


def registered() -> list[type[Model]]:
    """The models that have pages in the admin."""
    return sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
