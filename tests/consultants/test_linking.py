"""Which account a consultant is: invited by the practice, accepted by whoever reads the mailbox, taken off again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.businesses.models import StaffMember
from bookings.businesses.staff import remove
from bookings.common.errors import ErrorCode
from bookings.consultants import linking
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "mira@example.org"


@pytest.fixture
def host(transactional_db: None) -> Consultant:
    return factories.consultant(factories.service(), full_name="Mira Novak")


@pytest.fixture
def owner(host: Consultant) -> Viewer:
    return Viewer(user=host.business.owner)


def invite(host: Consultant, who: Viewer, *, email: str = ADDRESS, now: Any = NOW) -> Consultant:
    return linking.invite(consultant_id=host.pk, email=email, viewer=who, now=now)


def token() -> str:
    link = OutboxMessage.objects.filter(template="staff_invited").latest("pk").secrets["link"]
    return str(link.partition("#token=")[2])


def accept(who: User, text: str, *, now: Any = NOW) -> Consultant:
    return linking.accept(token=text, viewer=Viewer(user=who), now=now)


def test_invite__mails_a_link_by_which_the_account_of_that_address_becomes_the_consultant(
    host: Consultant, owner: Viewer
) -> None:
    booking = factories.pending(host, host.services.get())
    mira = factories.user(ADDRESS)
    invite(host, owner, email="  Mira@Example.org ")

    accept(mira, token(), now=later(hours=1))

    host.refresh_from_db()
    assert (host.user, host.linked_at) == (mira, later(hours=1))
    assert list(selectors.visible_to(Viewer(user=mira))) == [booking]
    assert Viewer(user=mira).roles == {}
    templates = list(
        OutboxMessage.objects.filter(booking=None).order_by("pk").values_list("template", "recipient")
    )
    assert templates == [("staff_invited", ADDRESS), ("staff_joined", host.business.owner.email)]


def test_invite__answers_and_does_the_same_whether_the_address_has_an_account(
    host: Consultant, owner: Viewer
) -> None:
    known = factories.user(ADDRESS)
    answers = []
    for email in (known.email, "nobody@example.org"):
        person = invite(host, owner, email=email, now=later(minutes=5 * len(answers)))
        message = OutboxMessage.objects.latest("pk")
        answers.append(
            (person.pk, person.user_id, message.template, set(message.context), set(message.secrets))
        )

    assert answers[0] == answers[1]


def test_invite__is_for_owner_and_managers_and_shows_strangers_no_consultant(
    host: Consultant, owner: Viewer
) -> None:
    place = host.business
    manager = factories.staff_of(place)
    clerk = factories.staff_of(place, StaffMember.Role.STAFF)
    colleague = Viewer(user=factories.consultant(host.services.get(), user=factories.user()).user)
    rows = everything()

    refused = [refusal(invite, host=host, who=who).code for who in (Viewer(), clerk, colleague)]
    stranger = refusal(invite, host=host, who=factories.staff_of(factories.business()))

    assert refused == ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN"]
    assert (stranger.code, stranger.field) == (ErrorCode.NOT_FOUND, ["consultantId"])
    assert {name: kept for name, kept in everything().items() if name in {"Challenge", "OutboxMessage"}} == {
        name: kept for name, kept in rows.items() if name in {"Challenge", "OutboxMessage"}
    }
    assert invite(host, manager)


def test_invite__again_makes_the_older_link_worthless_whoever_sent_it(
    host: Consultant, owner: Viewer
) -> None:
    mira, other = factories.user(ADDRESS), factories.user("other@example.org")
    invite(host, owner)
    first = token()
    assert refusal(invite, host=host, who=factories.staff_of(host.business)).code == ErrorCode.RATE_LIMITED
    invite(host, factories.staff_of(host.business), email=other.email, now=later(minutes=2))

    assert refusal(accept, who=mira, text=first, now=later(minutes=3)).code == ErrorCode.CHALLENGE_INVALID
    assert accept(other, token(), now=later(minutes=3)).user == other


def test_accept__takes_the_proven_address_and_leaves_the_link_good_otherwise(
    host: Consultant, owner: Viewer
) -> None:
    invite(host, owner)
    mira = factories.user(ADDRESS, email_verified_at=None)
    text = token()

    refused = [
        refusal(accept, who=factories.user(), text=text).code,
        refusal(accept, who=mira, text=text).code,
        refusal(accept, who=host.business.owner, text=text).code,
    ]
    mira.email_verified_at = NOW
    mira.save()

    assert refused == ["CHALLENGE_INVALID", "EMAIL_NOT_VERIFIED", "CHALLENGE_INVALID"]
    assert accept(mira, text).user == mira
    assert refusal(accept, who=mira, text=text).code == ErrorCode.CHALLENGE_ALREADY_USED


def test_accept__is_refused_where_who_invited_may_not_any_more_and_after_a_day(
    host: Consultant, owner: Viewer
) -> None:
    mira = factories.user(ADDRESS)
    manager = factories.staff_of(host.business)
    invite(host, manager)
    assert manager.user
    remove(business_id=host.business_id, user_id=manager.user.pk, viewer=owner, now=NOW)
    assert refusal(accept, who=mira, text=token()).code == ErrorCode.CHALLENGE_INVALID
    invite(host, owner, now=later(minutes=2))

    assert (
        refusal(accept, who=mira, text=token(), now=later(days=1, minutes=2)).code
        == ErrorCode.CHALLENGE_EXPIRED
    )
    host.refresh_from_db()
    assert host.user is None


def test_accept__does_not_take_a_profile_that_somebody_has_by_now(host: Consultant, owner: Viewer) -> None:
    mira, other = factories.user(ADDRESS), factories.user()
    invite(host, owner)
    Consultant.objects.filter(pk=host.pk).update(user=other)

    assert refusal(accept, who=mira, text=token()).code == ErrorCode.CHALLENGE_INVALID
    host.refresh_from_db()
    assert host.user == other
    assert refusal(invite, host=host, who=owner, now=later(minutes=2)).field == ["consultantId"]


def test_unlink__ends_what_the_account_saw_and_takes_open_invitations_back(
    host: Consultant, owner: Viewer
) -> None:
    mira = factories.user(ADDRESS)
    invite(host, owner)
    accept(mira, token())
    booking = factories.pending(host, host.services.get())

    linking.unlink(consultant_id=host.pk, viewer=owner, now=NOW)

    assert not selectors.visible_to(Viewer(user=mira)).exists()
    booking.refresh_from_db()
    assert (booking.consultant, booking.status) == (host, "PENDING")
    assert OutboxMessage.objects.filter(template="staff_removed", recipient=ADDRESS).count() == 1
    invite(host, owner, now=later(minutes=2))
    open_link = token()
    linking.unlink(consultant_id=host.pk, viewer=owner, now=later(minutes=3))
    assert refusal(accept, who=mira, text=open_link, now=later(minutes=4)).code == ErrorCode.CHALLENGE_INVALID


def test_unlink__consultants_leave_by_themselves_and_nobody_elses(host: Consultant) -> None:
    Consultant.objects.filter(pk=host.pk).update(user=factories.user(ADDRESS))
    host.refresh_from_db()
    clerk = factories.staff_of(host.business, StaffMember.Role.STAFF)
    rival = factories.staff_of(factories.business())

    for who, code in ((Viewer(), "UNAUTHENTICATED"), (clerk, "FORBIDDEN"), (rival, "NOT_FOUND")):
        assert refusal(linking.unlink, consultant_id=host.pk, viewer=who, now=NOW).code == code
    assert linking.unlink(consultant_id=host.pk, viewer=Viewer(user=host.user), now=NOW).user is None


def test_page__asks_for_the_button_or_the_password_and_links(host: Consultant, owner: Viewer) -> None:
    mira = factories.user(ADDRESS)
    invite(host, owner)
    browser, text = Client(), token()

    shown = browser.get("/consultant/join")
    wrong = browser.post("/consultant/join", {"token": text, "password": "no"})
    joined = browser.post("/consultant/join", {"token": text, "password": PASSWORD})

    assert (shown.status_code, wrong.status_code, joined.status_code) == (200, 409, 200)
    assert Challenge.objects.filter(purpose="LINK_CONSULTANT", consumed_at__isnull=False).count() == 1
    host.refresh_from_db()
    assert host.user == mira


def test_link__lives_no_longer_than_a_day(host: Consultant, owner: Viewer) -> None:
    invite(host, owner)

    challenge = Challenge.objects.get(purpose="LINK_CONSULTANT")
    assert challenge.link_expires_at - challenge.created_at == timedelta(days=1)
