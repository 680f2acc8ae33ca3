"""Sets the stage of the permission matrix: bookings in each status, people, mails, tokens and keys."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import time_machine

from bookings.accounts.keys import Scope, create_key
from bookings.accounts.models import RoleRequest, ServiceKey, User
from bookings.accounts.passwords import request_reset
from bookings.accounts.recovery import set_question
from bookings.accounts.registration import Applicant, register
from bookings.accounts.roles import ask_for_role
from bookings.accounts.sessions import start_session
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.wishes import Period, Wish
from bookings.businesses.invitations import invite
from bookings.businesses.models import BlockedSender, CorporateClient, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants import linking
from bookings.favourites.models import Favourite
from bookings.feeds.services import create_feed, revoke_feed, touch
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment, PaymentAccount, Refund
from bookings.payments.services import run_refund
from bookings.privacy.proofs import Request as PersonalData
from bookings.privacy.proofs import request_personal_data
from bookings.reviews.services import Words, hide_review, write_review
from bookings.schedules.models import Schedule, TimeOff
from bookings.slots.models import Slot
from bookings.verification import services as verification
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, PASSWORD
from tests.lifecycle import confirmed
from tests.schema.client import access_token
from tests.schema.matrix.world import ASKED_AT, EMAIL, FORGETFUL, MARK, OF_THE_CLIENT, TOMORROW, World

BEGUN = NOW + timedelta(hours=1)
"""When the sessions began that have begun."""
WISH = Wish(TOMORROW.date(), Period.CUSTOM, time(9), time(12))
MAILED = {
    "register": "register",
    "reset": "reset_password",
    "join": "staff_invited",
    "export": "personal_data_export",
    "erase": "personal_data_erasure",
}
"""The templates of mails that bring proofs."""
KEYS = {"kcat": [Scope.CATALOGUE], "kbook": [Scope.BOOKING], "kprac": [Scope.PRACTICE]}
"""Service keys of the practice's owner, by their scopes."""


def build() -> World:
    """Set the stage in the caller's transaction; the clock must stand still at ASKED_AT."""
    with time_machine.travel(NOW, tick=False):
        world = _practice()
        _earlier(world)
    _now(world)
    _people(world)
    _tokens(world)
    return world


def _practice() -> World:
    owner = factories.user(
        f"owner.{MARK}@example.org", full_name=f"Olga {MARK.title()}", role=User.Role.BUSINESS_OWNER
    )
    place = factories.business(
        owner=owner,
        max_active_bookings=50,
        cancellation_notice=timedelta(0),
        draft_lifetime=timedelta(minutes=30),
        pending_lifetime=timedelta(hours=48),
        approved_lifetime=timedelta(hours=24),
        payment_lifetime=timedelta(minutes=30),
        tax_number=f"PL {MARK}",
    )
    service = factories.service(place, seats=20)
    host, colleague = (factories.consultant(service, hours=(0, 24), user=factories.user()) for _ in range(2))
    rooms = factories.service(place, holds=Service.Holds.RESOURCE)
    room = shapes.room(place, rooms)
    world = World(place, service, rooms, host, colleague, room, factories.business())
    world.users = {
        "clnt": factories.user(
            EMAIL,
            full_name=OF_THE_CLIENT["full_name"],
            phone="+48600700800",
            timezone="Europe/Warsaw",
            picture="ana.webp",
        ),
        "other": factories.user("other@example.org"),
        "cons": host.user,
        "colg": colleague.user,
        "staff": factories.staff_of(place, StaffMember.Role.STAFF).user,
        "mngr": factories.staff_of(place, StaffMember.Role.MANAGER).user,
        "owner": owner,
        "alien": world.foreign.owner,
        "admin": factories.user(is_superuser=True),
    }
    return world


def _earlier(world: World) -> None:
    """What was booked before the first sessions of the day began."""
    host, service = world.host, world.service
    later = {**OF_THE_CLIENT, "starts_at": TOMORROW}
    world.bookings = {
        "pending": factories.pending(host, service, **later),
        "called off": factories.pending(host, service, **later),
        "approved": factories.approved(host, service, **later),
        "confirmed": confirmed(host, service, **later),
        "begun": confirmed(host, service, **{**OF_THE_CLIENT, "starts_at": BEGUN}),
        **{
            name: confirmed(host, service, **{**OF_THE_CLIENT, "starts_at": BEGUN})
            for name in ("unreviewed", "over", "attended")
        },
        "missed": confirmed(host, service, **{**OF_THE_CLIENT, "starts_at": BEGUN}),
        "deposit": _with_a_deposit(world),
        "other": factories.pending(host, service, email=world.users["other"].email, starts_at=TOMORROW),
        "wish": _requested(world, service_id=service.pk, wish=WISH),
        "room": _requested(
            world,
            service_id=world.rooms.pk,
            resource_id=world.room.pk,
            starts_at=TOMORROW + timedelta(hours=2),
        ),
    }


def _with_a_deposit(world: World) -> Booking:
    """A booking of which a part is paid online, and something was taken off."""
    service = factories.service(world.place, deposit_percent=30)
    world.host.services.add(service)
    later = {**OF_THE_CLIENT, "starts_at": TOMORROW + timedelta(hours=5)}
    booking = confirmed(world.host, service, **later)
    lead = factories.staff_of(world.place)
    services.give_discount(booking_id=booking.pk, viewer=lead, percent=10, reason=f"Her {MARK}.", now=NOW)
    return booking


def _requested(world: World, **fields: Any) -> Booking:
    request = services.DraftRequest(**{**OF_THE_CLIENT, "consent": True, **fields})
    draft = services.draft(request=request, now=NOW)
    return services.verify(passed=factories.passed(draft), now=NOW).booking


def _now(world: World) -> None:
    """What happened just now, and the tokens, which do not last."""
    host, service, place, now = world.host, world.service, world.place, ASKED_AT
    later = {**OF_THE_CLIENT, "starts_at": TOMORROW}
    made = world.bookings
    made["draft"] = factories.draft(host, service, now=now, **later)
    payment = factories.paying(host, service, now=now, **later)
    made["paying"] = payment.booking
    services.mark_no_show(booking_id=made["missed"].pk, viewer=factories.staff_of(place), now=now)
    services.set_meeting_link(
        booking_id=made["confirmed"].pk,
        url=f"https://meet.example.org/{MARK}",
        viewer=Viewer(user=host.user),
        now=now,
    )
    world.rows = {
        "payment": payment,
        "paid": Payment.objects.get(booking=made["confirmed"]),
        "published": _published(host.schedule, service),
        "time off": TimeOff.objects.create(
            schedule=host.schedule,
            starts_at=now + timedelta(days=20),
            ends_at=now + timedelta(days=21),
            note=f"At the {MARK}'s.",
        ),
    }
    _reviews(world)
    world.rows["differences"] = [
        Difference.objects.create(payment=world.rows["paid"], kind="OTHER_AMOUNT", data={"theirs": MARK}),
        Difference.objects.create(
            payment=world.rows["paid"], kind="MISSED_END", status="REPAIRED", ended_at=now
        ),
    ]
    Payment.objects.filter(pk=world.rows["paid"].pk).update(fee_amount=Decimal("1.50"))
    _failed(made["confirmed"])
    world.rows["refund"] = _given_back(world.rows["paid"])
    world.rows["payment account"] = PaymentAccount.objects.create(
        business=place,
        public_id=f"{MARK}0",
        provider="paystack",
        currency="GHS",
        secret_key=f"sk_test_{MARK}",
        live=False,
    )
    note = services.Changes(note=f"Came with a {MARK}.")
    services.update(booking_id=made["confirmed"].pk, viewer=factories.staff_of(place), changes=note, now=now)


def _reviews(world: World) -> None:
    """What the client said of sessions that took place: one that shows, and one that is hidden."""
    staff, client = factories.staff_of(world.place), Viewer(user=world.users["clnt"])
    for name in ("unreviewed", "over", "attended"):
        services.complete(booking_id=world.bookings[name].pk, viewer=staff, now=ASKED_AT)
    services.cancel_as(booking_id=world.bookings["called off"].pk, viewer=staff, now=ASKED_AT)
    for name, of, comment in (("review", "over", ""), ("hidden review", "attended", f"A {MARK}.")):
        pk = world.bookings[of].pk
        words = Words(4, comment, named=bool(comment))
        world.rows[name] = write_review(booking_id=pk, viewer=client, words=words, now=ASKED_AT)
    world.bookings["follow-up"] = services.follow_up(
        booking_id=world.bookings["attended"].pk,
        given=services.FollowUp(starts_at=TOMORROW),
        viewer=client,
        now=ASKED_AT,
    ).booking
    hidden = world.rows["hidden review"]
    hide_review(review_id=hidden.pk, viewer=staff, reason=f"Named a {MARK}.", now=ASKED_AT)


def _failed(booking: Booking) -> Payment:
    """An attempt to pay for it that came to nothing."""
    return Payment.objects.create(
        booking=booking,
        provider="sandbox",
        reference=f"SW-{MARK}",
        amount=booking.price,
        currency=booking.currency,
        status=Payment.Status.FAILED,
        failure_code=f"no_{MARK}",
        live=False,
        created_at=NOW,
        expires_at=ASKED_AT,
        closed_at=NOW,
    )


def _given_back(payment: Payment) -> Refund:
    """A part of what was paid, which went back."""
    refund = services.refund_payment(
        payment_id=payment.pk,
        amount=Decimal(5),
        reason=f"For the {MARK}.",
        viewer=factories.staff_of(payment.booking.business),
        now=ASKED_AT,
    )
    return run_refund(refund.pk, now=ASKED_AT, when_done=services.refund_ended)


def _people(world: World) -> None:
    """Who works for the practice, is invited or blocked, and what somebody asked of the platform's admin."""
    place, now, owner = world.place, ASKED_AT, Viewer(user=world.place.owner)
    world.rows["lone"] = factories.consultant(world.service, hours=(0, 24))
    invited = factories.consultant(world.service, hours=(0, 24))
    linking.invite(consultant_id=invited.pk, email=EMAIL, viewer=owner, now=now)
    world.mailed["link"] = dict(OutboxMessage.objects.filter(template="staff_invited").latest("pk").secrets)
    world.rows |= {
        "invitation": invite(
            business_id=place.pk, email=EMAIL, role=StaffMember.Role.STAFF, viewer=owner, now=now
        ),
        "company": _company(world),
        "blocked": BlockedSender.objects.create(business=place, value=f"bad.{MARK}@example.org", note=MARK),
        "role request": ask_for_role(user=world.users["clnt"], role=User.Role.CONSULTANT, now=now),
        "decided": RoleRequest.objects.create(
            user=world.users["clnt"], role=User.Role.CONSULTANT, status="DECLINED", decided_at=now
        ),
        "key": _key(world, expires_at=now + timedelta(days=9)),
        "old key": _key(world, revoked_at=now, last_used_at=now),
        "registration": register(
            applicant=Applicant(f"new.{MARK}@example.org", PASSWORD, f"New {MARK.title()}"), now=now
        ),
    }
    client, host = (Viewer(user=world.users[name]) for name in ("clnt", "cons"))
    world.rows |= {
        "feed": create_feed(viewer=client, now=now).row,
        "old feed": create_feed(viewer=client, now=now).row,
        "host feed": create_feed(viewer=host, consultant_id=world.host.pk, now=now).row,
    }
    touch(feed=world.rows["old feed"], now=now)
    revoke_feed(viewer=client, feed_id=world.rows["old feed"].pk, now=now)
    client = world.users["clnt"]
    world.rows["favourite"] = Favourite.objects.create(user=client, business=place)
    Favourite.objects.create(user=client, consultant=world.host)
    for person in (client, factories.user(email=FORGETFUL)):
        set_question(
            viewer=Viewer(user=person), question="FIRST_PET", answer=f"A {MARK}", password=PASSWORD, now=now
        )
    StaffMember.objects.create(business=factories.business(), user=client, role="STAFF")
    request_reset(email=EMAIL, now=now)
    request_personal_data(email=EMAIL, what=PersonalData.EXPORT, now=now)
    request_personal_data(email=f"gone.{MARK}@example.org", what=PersonalData.ERASE, now=now)
    for purpose, template in MAILED.items():
        world.mailed[purpose] = dict(OutboxMessage.objects.filter(template=template).latest("pk").secrets)
    for name, scopes in KEYS.items():
        world.keys[name] = create_key(
            owner=place.owner, name=name, scopes=scopes, business_id=place.pk, now=now
        ).text


def _company(world: World) -> CorporateClient:
    """A corporate client for whom one of the bookings was entered."""
    row = CorporateClient.objects.create(
        business=world.place,
        company=f"{MARK.title()} Ltd",
        contact_name=f"Rita {MARK.title()}",
        email=f"rita.{MARK}@example.org",
        note=MARK,
    )
    Booking.objects.filter(pk=world.bookings["confirmed"].pk).update(corporate_client=row)
    return row


def _key(world: World, **fields: Any) -> ServiceKey:
    """A key of the practice's; how often keys are made is not what the matrix is about."""
    place = world.place
    new = create_key(
        owner=place.owner, name=MARK, scopes=[Scope.PRACTICE], business_id=place.pk, now=ASKED_AT
    )
    ServiceKey.objects.filter(pk=new.row.pk).update(**fields)
    return new.row


def _tokens(world: World) -> None:
    """Log everybody in, and give whoever reads the mailbox their tokens."""
    made, now = world.bookings, ASKED_AT
    for booking in made.values():
        world.access[booking.pk], _ = verification.grant_access(
            subject=booking.subject, email=booking.email, purposes=["view", "pay", "review"], now=now
        )
    for purpose, of in (
        ("VERIFY_BOOKING", "draft"),
        ("BOOKING_ACCESS", "pending"),
        ("CANCEL_BOOKING", "pending"),
    ):
        world.links[purpose] = verification.issue_challenge(
            purpose=purpose, subject=made[of].subject, email=EMAIL, now=now
        ).token
    for name, user in world.users.items():
        access_token(user)
        world.sessions[name] = start_session(user=user, now=now)
    world.rows["session"] = world.users["clnt"].refresh_tokens.latest("pk").family


def _published(schedule: Schedule, service: Service) -> Slot:
    return Slot.objects.create(
        schedule=schedule,
        starts_at=ASKED_AT + timedelta(days=30),
        ends_at=ASKED_AT + timedelta(days=30, hours=1),
        is_published=True,
        service=service,
        published_service=service,
    )
