"""The block list: kept by owners and managers, told to nobody who has not proven the mailbox."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses import blocking
from bookings.businesses.models import BlockedSender, Business, StaffMember
from bookings.businesses.selectors import is_blocked
from bookings.catalogue.models import Service
from bookings.common.addresses import address_digest
from bookings.common.errors import ErrorCode
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@mail.spam.example"

BLOCK = """
mutation ($input: BlockSenderInput!) {
  blockSender(input: $input) { blockedSender { id kind value note createdAt } errors { code field } }
}
"""
UNBLOCK = """
mutation ($input: UnblockSenderInput!) {
  unblockSender(input: $input) { blockedSender { id value } errors { code } }
}
"""
LIST = "query ($slug: String!) { business(slug: $slug) { slug blockedSenders { id kind value note } } }"
DRAFT = """
mutation ($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { acknowledgementId status statusLabel deadline email availableActions { action mutation } }
    errors { code message field }
  }
}
"""
VERIFY = """
mutation ($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { accessToken booking { status } errors { code message } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def service(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(service: Service) -> Consultant:
    return factories.consultant(service)


@pytest.fixture
def place(service: Service) -> Business:
    return service.business


def block(place: Business, user: User | None = None, **given: Any) -> Any:
    answer = ask(BLOCK, {"input": {"businessId": gid(place), **given}}, user=user or place.owner)
    return answer["blockSender"]


def drafted(host: Consultant, service: Service, email: str, hour: int = 0) -> dict[str, Any]:
    given = {
        "email": email,
        "fullName": "Ana",
        "consent": True,
        "serviceId": gid(service),
        "consultantId": gid(host),
        "startsAt": (TEN + timedelta(hours=hour)).isoformat(),
    }
    return dict(ask(DRAFT, {"input": given})["draftBooking"])


def proof_of(booking: Booking) -> dict[str, Any]:
    return {"proof": {"token": factories.secrets_of(booking)["link"].partition("#token=")[2]}}


# ── the list ────────────────────────────────────────────────────────────────────────────────────


def test_block__keeps_addresses_and_domains_normalised(place: Business) -> None:
    given = [
        {"address": " ANA@Bücher.example "},
        {"domain": "@Spam.Example."},
        {"domain": "*.MÜLLER.example"},
        {"domain": "mail.example.org"},
    ]

    kept = [block(place, **one)["blockedSender"] for one in given]

    assert [(row["kind"], row["value"]) for row in kept] == [
        ("ADDRESS", "ana@xn--bcher-kva.example"),
        ("DOMAIN", "spam.example"),
        ("DOMAIN", "xn--mller-kva.example"),
        ("DOMAIN", "mail.example.org"),
    ]


def test_block__again_changes_the_note_alone(place: Business) -> None:
    first = block(place, address=ANA, note="No-shows.")["blockedSender"]
    again = block(place, address=ANA.upper(), note="Three no-shows.")["blockedSender"]

    assert again == {**first, "note": "Three no-shows."}
    assert BlockedSender.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, ["address"]),
        ({"address": ANA, "domain": "spam.example"}, ["address"]),
        ({"address": "spam.example"}, ["address"]),
        ({"address": ""}, ["address"]),
        ({"address": "a" * 300 + "@example.org"}, ["address"]),
        ({"domain": ""}, ["domain"]),
        ({"domain": "com"}, ["domain"]),
        ({"domain": "."}, ["domain"]),
        ({"domain": "*"}, ["domain"]),
        ({"domain": "ana@spam.example"}, ["domain"]),
        ({"domain": "spam..example"}, ["domain"]),
        ({"domain": "spam example"}, ["domain"]),
        ({"domain": "a." * 200 + "example"}, ["domain"]),
        ({"domain": "%.example"}, ["domain"]),
        ({"domain": "spam.example", "note": "x" * 301}, ["note"]),
        ({"domain": "spam.example", "note": "two\nlines"}, ["note"]),
        ({"domain": "spam.example", "note": "\u202egnp.exe"}, ["note"]),
    ],
)
def test_block__refuses_what_blocks_nobody_or_everybody(
    place: Business, given: dict[str, Any], field: list[str]
) -> None:
    assert block(place, **given) == {
        "blockedSender": None,
        "errors": [{"code": "VALIDATION_FAILED", "field": field}],
    }
    assert not BlockedSender.objects.exists()


def test_block__keeps_a_script_in_a_note_as_text(place: Business) -> None:
    note = "<script>alert('1')</script> & {{ 7 }}"
    block(place, domain="spam.example", note=note)
    assert ask(LIST, {"slug": place.slug}, user=place.owner)["business"]["blockedSenders"][0]["note"] == note


def test_block__takes_a_thousand_and_no_more(place: Business) -> None:
    BlockedSender.objects.bulk_create(
        BlockedSender(business=place, value=f"n{number}@example.org")
        for number in range(blocking.MOST_BLOCKED)
    )
    assert block(place, address=ANA)["errors"] == [{"code": "VALIDATION_FAILED", "field": ["businessId"]}]


def test_unblock__takes_bookings_again(place: Business) -> None:
    row = block(place, address=ANA)["blockedSender"]

    answer = ask(UNBLOCK, {"input": {"id": row["id"]}}, user=place.owner)["unblockSender"]
    again = ask(UNBLOCK, {"input": {"id": row["id"]}}, user=place.owner)["unblockSender"]

    assert answer == {"blockedSender": {"id": row["id"], "value": ANA}, "errors": []}
    assert again == {"blockedSender": None, "errors": [{"code": "NOT_FOUND"}]}
    assert not is_blocked(business_id=place.pk, email=ANA)


WHO = {
    "owner": True, "manager": True, "admin": True, "staff": False, "consultant": False, "client": False,
    "manager of another": False, "nobody": False,
}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_list__is_for_those_whose_duty_it_is(place: Business, host: Consultant, who: str) -> None:
    host.user = factories.user()
    host.save()
    user = {
        "owner": lambda: place.owner,
        "manager": lambda: factories.staff_of(place).user,
        "admin": lambda: factories.user(is_superuser=True),
        "staff": lambda: factories.staff_of(place, StaffMember.Role.STAFF).user,
        "consultant": lambda: host.user,
        "client": factories.user,
        "manager of another": lambda: factories.staff_of(factories.business()).user,
        "nobody": lambda: None,
    }[who]()
    row = block(place, address=ANA)["blockedSender"]
    post("{ __typename }", user=user)
    rows = everything()

    shown = ask(LIST, {"slug": place.slug}, user=user)["business"]["blockedSenders"]
    added = post(BLOCK, {"input": {"businessId": gid(place), "domain": "b.example"}}, user=user)
    removed = post(UNBLOCK, {"input": {"id": row["id"]}}, user=user)

    if WHO[who]:
        assert [entry["value"] for entry in shown] == [ANA]
        assert added["data"]["blockSender"]["errors"] == removed["data"]["unblockSender"]["errors"] == []
        return
    assert shown is None
    assert code_of(added) == ("UNAUTHENTICATED" if who == "nobody" else "FORBIDDEN")
    if who == "nobody":
        assert code_of(removed) == "UNAUTHENTICATED"
    else:
        assert removed["data"]["unblockSender"]["errors"] == [{"code": "NOT_FOUND"}]
    assert everything() == rows


# ── what it does ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "stopped"),
    [
        ({"address": ANA}, True),
        ({"domain": "mail.spam.example"}, True),
        ({"domain": "spam.example"}, True),
        ({"address": "ben@mail.spam.example"}, False),
        ({"domain": "other.spam.example"}, False),
        ({"domain": "pam.example"}, False),
        ({"domain": "ail.spam.example"}, False),
    ],
)
def test_is_blocked__the_address_its_domain_and_those_above(
    place: Business, entry: dict[str, str], stopped: bool
) -> None:
    block(place, **entry)

    with CaptureQueriesContext(connection) as queries:
        answer = is_blocked(business_id=place.pk, email=ANA)

    assert (answer, len(queries)) == (stopped, 1)
    assert not is_blocked(business_id=factories.business().pk, email=ANA)
    assert not is_blocked(business_id=place.pk, email="")


def test_is_blocked__reads_an_international_domain_however_it_is_written(place: Business) -> None:
    block(place, domain="bücher.example")
    booking = factories.draft(
        factories.consultant(place.services.get()), place.services.get(), email="Ana@SHOP.BÜCHER.example"
    )
    assert is_blocked(business_id=place.pk, email=booking.email)


def test_is_blocked__goes_on_after_the_person_was_erased(place: Business) -> None:
    block(place, address=ANA)
    BlockedSender.objects.update(value=address_digest(ANA))  # as bookings/privacy leaves it

    assert is_blocked(business_id=place.pk, email=ANA)
    assert not is_blocked(business_id=place.pk, email="ben@mail.spam.example")


def test_draft__of_a_blocked_sender_is_answered_as_any_other(
    place: Business, service: Service, host: Consultant
) -> None:
    block(place, domain="spam.example")
    answers, work = [], []

    for email in (ANA, "ben@mail.good.example"):
        with CaptureQueriesContext(connection) as queries:
            answers.append(drafted(host, service, email))
        work.append(len(queries))

    blocked, free = OutboxMessage.objects.order_by("pk")
    for answer in answers:
        del answer["booking"]["acknowledgementId"]
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert (blocked.template, sorted(blocked.secrets)) == (free.template, sorted(free.secrets))
    told = [{**mail.context, "acknowledgement_id": "", "page": ""} for mail in (blocked, free)]
    assert told[0] == told[1]


def test_verify__tells_a_blocked_sender_once_the_mailbox_is_proven(
    place: Business, service: Service, host: Consultant
) -> None:
    """A block that is made between draft and proof counts; the draft stays, the proof is used, the token given."""
    drafted(host, service, ANA)
    booking = Booking.objects.get()
    block(place, domain="spam.example")

    first = ask(VERIFY, {"input": proof_of(booking)})["verifyBooking"]
    again = ask(VERIFY, {"input": proof_of(booking)})["verifyBooking"]

    assert [error["code"] for error in first["errors"]] == ["SENDER_BLOCKED"]
    assert first["accessToken"]
    assert [error["code"] for error in again["errors"]] == ["CHALLENGE_ALREADY_USED"]
    booking.refresh_from_db()
    assert (booking.status, booking.claim_id, booking.slot_id) == ("DRAFT", None, None)
    own = ask("{ bookings(filter: {status: DRAFT}) { totalCount } }", user=factories.user(ANA))
    assert own["bookings"]["totalCount"] == 1


def test_verify__by_the_account_of_a_blocked_sender_is_refused_too(
    place: Business, service: Service, host: Consultant
) -> None:
    drafted(host, service, ANA)
    booking = Booking.objects.get()
    block(place, address=ANA)
    given = {"input": {"proof": {"account": gid(booking)}}}

    answer = ask(VERIFY, given, user=factories.user(ANA))["verifyBooking"]
    assert [error["code"] for error in answer["errors"]] == ["SENDER_BLOCKED"]

    by_staff = ask(VERIFY, given, user=factories.staff_of(place).user)["verifyBooking"]
    assert (by_staff["errors"], by_staff["booking"]) == ([], {"status": "PENDING"})


def test_verify__after_the_block_was_lifted_works_with_a_new_proof(
    place: Business, service: Service, host: Consultant
) -> None:
    row = block(place, address=ANA)["blockedSender"]
    booking = factories.draft(host, service, email=ANA)
    error = refusal(services.verify, passed=factories.passed(booking), now=NOW)
    assert error.code == ErrorCode.SENDER_BLOCKED

    ask(UNBLOCK, {"input": {"id": row["id"]}}, user=place.owner)
    later = factories.later(minutes=2)
    services.resend_verification(acknowledgement_id=booking.acknowledgement_id, now=later)
    verified = services.verify(passed=factories.passed(booking, now=later), now=later)

    assert verified.booking.status == "PENDING"


def test_block__leaves_bookings_and_what_staff_enter_alone(
    place: Business, service: Service, host: Consultant
) -> None:
    booking = factories.pending(host, service, email=ANA)
    block(place, address=ANA)
    staff = factories.staff_of(place)

    services.approve(booking_id=booking.pk, viewer=staff, now=NOW)
    services.reschedule(
        booking_id=booking.pk,
        viewer=Viewer(subjects={booking.subject}),
        starts_at=TEN + timedelta(hours=1),
        now=NOW,
    )
    entered = services.create(
        request=factories.request_for(host, service, email=ANA, starts_at=TEN + timedelta(hours=3)),
        how=services.Creation(),
        viewer=staff,
        now=NOW,
    )

    assert entered.status == "APPROVED"


def test_block__in_one_practice_is_nothing_to_another(place: Business) -> None:
    block(place, address=ANA)
    elsewhere = factories.service()

    booking = factories.pending(factories.consultant(elsewhere), elsewhere, email=ANA)

    assert booking.status == "PENDING"
