"""Who works for a practice: invited, joined, given roles and removed, and nobody where they don't belong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.businesses import invitations, policies, selectors, staff
from bookings.businesses.models import Business, StaffInvitation, StaffMember
from bookings.businesses.policies import DUTIES, Duty
from bookings.common.errors import ErrorCode, Forbidden
from bookings.notifications.delivery import deliver
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.privacy.erasure import erase_person
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, later
from tests.races.threads import race
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

Role = StaffMember.Role
ANA = "ana@example.org"


@pytest.fixture
def place(db) -> Business:
    return factories.business()


@pytest.fixture
def owner(place) -> Viewer:
    return Viewer(user=place.owner)


def invite(place, viewer, email=ANA, role=Role.STAFF, now=NOW) -> StaffInvitation:
    return invitations.invite(business_id=place.pk, email=email, role=role, viewer=viewer, now=now)


def link() -> str:
    return OutboxMessage.objects.filter(template="staff_invited").latest("pk").secrets["link"]


def token() -> str:
    return link().partition("#token=")[2]


def accept(viewer, given=None, now=NOW) -> StaffInvitation:
    return invitations.accept(token=given or token(), viewer=viewer, now=now)


def roles_of(place) -> dict[str, str]:
    place = Business.objects.get(pk=place.pk)
    return {member.user.email: str(member.role) for member in selectors.members(place)}


def fresh(viewer: Viewer) -> Viewer:
    """The same person in another request."""
    return Viewer(user=User.objects.get(pk=viewer.user.pk))


def remove(place, user, viewer, now=NOW):
    return staff.remove(business_id=place.pk, user_id=user.pk, viewer=fresh(viewer), now=now)


def set_role(place, user, role, viewer):
    return staff.set_role(business_id=place.pk, user_id=user.pk, role=role, viewer=fresh(viewer), now=NOW)


# ── inviting and joining ────────────────────────────────────────────────────────────────────────


def test_invite__mails_a_link_and_lets_nobody_in_yet(place, owner, settings):
    ana = factories.user(ANA)

    invitation = invite(place, owner, " Ana@Example.org ")

    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient, mail.context["role_label"]) == ("staff_invited", ANA, "Staff")
    assert mail.secrets["link"].startswith(f"{settings.PUBLIC_URL}/staff/join#token=")
    assert invitation.expires_at == NOW + timedelta(hours=24)
    assert not Viewer(user=ana).roles
    challenge = Challenge.objects.get()
    assert (challenge.purpose, challenge.subject, challenge.email) == (
        "JOIN_STAFF",
        f"invitation:{invitation.pk}",
        ANA,
    )


def test_accept__lets_the_account_of_that_address_work_there_and_tells_who_invited(place, owner):
    ana = factories.user(ANA, full_name="Ana Horvat")
    invitation = invite(place, owner, role=Role.MANAGER)

    accept(Viewer(user=ana))

    assert Viewer(user=ana).roles == {place.pk: "MANAGER"}
    invitation.refresh_from_db()
    assert invitation.accepted_at == NOW
    told = OutboxMessage.objects.get(template="staff_joined")
    assert (told.recipient, told.secrets["member_name"]) == (place.owner.email, "Ana Horvat")


def test_invite__does_the_same_work_whether_the_address_has_an_account(place, owner):
    factories.user(ANA, full_name="Ana Horvat", locale="pl")
    counted = {}

    for address in (ANA, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            invite(place, owner, address)
        counted[address] = len(queries)

    known, unknown = OutboxMessage.objects.order_by("pk")
    assert counted[ANA] == counted["nobody@example.org"]
    assert (known.locale, known.context) == (unknown.locale, unknown.context)
    assert sorted(known.secrets) == sorted(unknown.secrets)


def test_invitations__of_many_practices_do_not_flood_a_mailbox(place, owner):
    for practice in (place, factories.business(), factories.business()):
        invite(practice, Viewer(user=practice.owner))
    invite(place, owner, "ben@example.org")

    sent = [deliver(row.pk, now=NOW) for row in OutboxMessage.objects.order_by("pk")]

    assert sent == [True, False, False, True]


def test_mails__keep_nobodys_name_but_the_recipients_once_they_are_sent(place, owner):
    ana = factories.user(ANA, full_name="Ana Horvat")
    User.objects.filter(pk=place.owner_id).update(full_name="Olga Owner")
    invite(place, fresh(owner))
    accept(Viewer(user=ana))

    invited, joined = OutboxMessage.objects.order_by("pk")

    assert "Olga Owner invites you" in render(invited).text
    assert "Ana Horvat works for" in render(joined).text
    assert "Olga" not in str(invited.context)
    assert "Ana" not in str(joined.context)


def test_accept__by_another_account_changes_nothing_and_leaves_the_link_good(place, owner):
    ana, thief = factories.user(ANA), factories.user()
    invite(place, owner)
    rows = everything()

    error = refusal(accept, viewer=Viewer(user=thief))

    assert error.code == ErrorCode.CHALLENGE_INVALID
    assert ANA not in error.message
    assert everything() == rows
    accept(Viewer(user=ana))
    assert list(roles_of(place)) == [place.owner.email, ANA]


def test_accept__needs_a_proven_address(place, owner):
    ana = factories.user(ANA, email_verified_at=None)
    invite(place, owner)

    assert refusal(accept, viewer=Viewer(user=ana)).code == ErrorCode.EMAIL_NOT_VERIFIED
    assert refusal(accept, viewer=Viewer()).code == ErrorCode.UNAUTHENTICATED

    User.objects.filter(pk=ana.pk).update(email_verified_at=NOW)
    accept(fresh(Viewer(user=ana)))


def test_accept__works_once(place, owner):
    ana = factories.user(ANA)
    invite(place, owner)
    used = token()
    accept(Viewer(user=ana))
    remove(place, ana, owner)

    error = refusal(accept, viewer=Viewer(user=ana), given=used)

    assert error.code == ErrorCode.CHALLENGE_ALREADY_USED
    assert ANA not in roles_of(place)


@pytest.mark.parametrize(
    ("passing", "code"),
    [(timedelta(hours=24), "CHALLENGE_EXPIRED"), (timedelta(hours=24, seconds=-1), None)],
)
def test_accept__within_24_hours(place, owner, passing, code):
    viewer = Viewer(user=factories.user(ANA))
    invite(place, owner)

    if code is None:
        accept(viewer, now=NOW + passing)
    else:
        assert refusal(accept, viewer=viewer, now=NOW + passing).code == code
    assert (ANA in roles_of(place)) == (code is None)


def test_invite__again_kills_the_older_link_and_gives_the_new_role(place, owner):
    viewer = Viewer(user=factories.user(ANA))
    first = invite(place, owner)
    old = token()

    assert refusal(invite, place=place, viewer=owner).code == ErrorCode.RATE_LIMITED
    second = invite(place, owner, role=Role.MANAGER, now=later(hours=30))

    assert (second.pk, second.expires_at) == (first.pk, later(hours=54))
    assert refusal(accept, viewer=viewer, given=old).code == ErrorCode.CHALLENGE_INVALID
    accept(viewer, now=later(hours=31))
    assert roles_of(place)[ANA] == "MANAGER"


def test_withdraw__makes_the_link_worthless(place, owner):
    viewer = Viewer(user=factories.user(ANA))
    invitation = invite(place, owner)

    invitations.withdraw(invitation_id=invitation.pk, viewer=owner, now=NOW)
    rows = everything()
    invitations.withdraw(invitation_id=invitation.pk, viewer=owner, now=later(hours=1))

    assert refusal(accept, viewer=viewer).code == ErrorCode.CHALLENGE_INVALID
    assert everything() == rows
    assert not selectors.open_invitations(place).exists()
    assert invite(place, owner, now=later(hours=1)).pk != invitation.pk


def test_invite__refuses_whoever_works_there_already(place, owner):
    member = factories.staff_of(place, Role.STAFF).user

    for address in (member.email.upper(), place.owner.email):
        error = refusal(invite, place=place, viewer=owner, email=address)
        assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["email"])
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "a" * 300 + "@example.org", "<b>@example.org", "a\x00@b.org"]
)
def test_invite__refuses_what_is_no_address(place, owner, address):
    assert refusal(invite, place=place, viewer=owner, email=address).field == ["email"]
    assert not StaffInvitation.objects.exists()


def test_invite__takes_a_hundred_open_ones_and_no_more(place, owner):
    StaffInvitation.objects.bulk_create(
        StaffInvitation(business=place, email=f"n{number}@example.org", expires_at=NOW)
        for number in range(invitations.MOST_OPEN)
    )

    assert refusal(invite, place=place, viewer=owner).code == ErrorCode.VALIDATION_FAILED
    assert not OutboxMessage.objects.exists()


def test_accept__is_refused_once_the_inviter_may_not_invite_any_more(place, owner):
    """A manager lets a second self in by mail, and is removed before it answers."""
    manager, second_self = factories.staff_of(place), factories.user(ANA)
    invite(place, manager)
    held = token()
    StaffMember.objects.filter(user=manager.user).delete()  # as Django's own pages do

    assert refusal(accept, viewer=Viewer(user=second_self), given=held).code == ErrorCode.CHALLENGE_INVALID
    assert list(roles_of(place)) == [place.owner.email]


def test_remove__withdraws_what_they_had_sent(place, owner):
    manager = factories.staff_of(place)
    mine = invite(place, owner, "ben@example.org")
    theirs = invite(place, manager)

    remove(place, manager.user, owner)

    assert list(selectors.open_invitations(place)) == [mine]
    theirs.refresh_from_db()
    assert theirs.withdrawn_at == NOW


# ── who may ─────────────────────────────────────────────────────────────────────────────────────

INVITES = {
    "owner": {Role.OWNER, Role.MANAGER, Role.STAFF},
    "owner by role": {Role.OWNER, Role.MANAGER, Role.STAFF},
    "manager": {Role.STAFF},
    "staff": set(),
    "admin": {Role.OWNER, Role.MANAGER, Role.STAFF},
    "manager of another": set(),
    "owner of another": set(),
    "client": set(),
    "consultant": set(),
}


def person(who: str, place: Business) -> Viewer:
    roles = {"owner by role": Role.OWNER, "manager": Role.MANAGER, "staff": Role.STAFF}
    if who in roles:
        return factories.staff_of(place, roles[who])
    if who == "consultant":
        host = factories.consultant(factories.service(place), user=factories.user())
        return Viewer(user=host.user)
    if who.endswith("another"):
        return factories.staff_of(factories.business(), who.partition(" ")[0].upper())
    users = {"owner": place.owner, "admin": None, "client": None}
    return Viewer(user=users[who] or factories.user(is_superuser=who == "admin"))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("who", INVITES)
def test_each__invites_removes_and_withdraws_whom_their_role_may(place, who, role):
    viewer, allowed = person(who, place), role in INVITES[who]
    member = factories.staff_of(place, role).user
    invitation = invite(place, Viewer(user=place.owner), "new@example.org", role)
    acts = [
        lambda: invite(place, fresh(viewer), ANA, role),
        lambda: invitations.withdraw(invitation_id=invitation.pk, viewer=fresh(viewer), now=NOW),
        lambda: remove(place, member, viewer),
    ]

    for act in acts:
        if allowed:
            act()
            continue
        rows = everything()
        assert refusal(act).code in {ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND}
        assert everything() == rows


def test_manager__promotes_nobody_not_even_themselves(place):
    manager = factories.staff_of(place)
    colleague, front_desk = factories.staff_of(place), factories.staff_of(place, Role.STAFF)
    tries = [(person, role) for person in (manager, colleague) for role in (Role.OWNER, Role.STAFF)]
    tries += [(front_desk, Role.OWNER), (front_desk, Role.MANAGER)]
    rows = everything()

    for whom, role in tries:
        assert isinstance(
            refusal(set_role, place=place, user=whom.user, role=role, viewer=manager), Forbidden
        )

    assert everything() == rows


def test_manager__does_not_take_over_an_invitation_of_an_owner(place, owner):
    invite(place, owner, role=Role.OWNER)

    again = refusal(invite, place=place, viewer=factories.staff_of(place), now=later(hours=1))

    assert again.code == ErrorCode.FORBIDDEN
    assert StaffInvitation.objects.get().role == Role.OWNER


def test_duties__of_staff_are_no_service_keys(place, owner):
    key = ServiceKey.objects.create(
        name="bot", owner=place.owner, business=place, scopes=["PRACTICE"], prefix="x", key_hash="y"
    )
    key.owner_role = Role.OWNER
    bot = Viewer(key=key)
    assert bot.roles == {place.pk: "OWNER"}
    member = factories.staff_of(place, Role.STAFF).user

    acts = [
        lambda: invite(place, bot),
        lambda: staff.remove(business_id=place.pk, user_id=member.pk, viewer=bot, now=NOW),
        lambda: staff.remove(business_id=place.pk, user_id=place.owner_id, viewer=bot, now=NOW),
        lambda: staff.set_role(business_id=place.pk, user_id=member.pk, role=Role.OWNER, viewer=bot, now=NOW),
    ]

    for act in acts:
        assert refusal(act).code == ErrorCode.FORBIDDEN
    assert [duty for duty in Duty if not policies.may(bot, duty, place.pk)] == [
        Duty.PROFILE,
        Duty.STANDING,
        Duty.PICTURES,
        Duty.STAFF,
        Duty.LEADS,
        Duty.KEYS,
        Duty.PAYMENTS,
    ]


def test_duties__are_given_to_roles_by_the_table_alone(place):
    for role in Role:
        viewer = factories.staff_of(place, role)
        held = {duty for duty in Duty if policies.may(viewer, duty, place.pk)}
        assert held == {duty for duty, roles in DUTIES.items() if role in roles}
        assert not any(policies.may(viewer, duty, factories.business().pk) for duty in Duty)
    assert set(DUTIES) == set(Duty)


# ── removing, and the last owner ────────────────────────────────────────────────────────────────


def test_remove__takes_everything_at_once_and_tells(place, owner):
    manager = factories.staff_of(place)

    remove(place, manager.user, owner)

    assert not fresh(manager).roles
    told = OutboxMessage.objects.get()
    assert (told.template, told.recipient) == ("staff_removed", manager.user.email)
    error = refusal(remove, place=place, user=manager.user, viewer=owner)
    assert error.code == ErrorCode.NOT_FOUND


def test_remove__lets_everybody_go_by_themselves(place):
    front_desk = factories.staff_of(place, Role.STAFF)

    remove(place, front_desk.user, front_desk)

    assert list(roles_of(place)) == [place.owner.email]
    assert not OutboxMessage.objects.exists()
    assert refusal(remove, place=place, user=front_desk.user, viewer=front_desk).code == ErrorCode.FORBIDDEN


def test_remove__finds_nobody_of_another_practice(place, owner):
    elsewhere = factories.staff_of(factories.business(), Role.STAFF)
    rows = everything()

    assert refusal(remove, place=place, user=elsewhere.user, viewer=owner).code == ErrorCode.NOT_FOUND
    assert (
        refusal(set_role, place=place, user=elsewhere.user, role=Role.MANAGER, viewer=owner).code
        == ErrorCode.NOT_FOUND
    )
    assert everything() == rows


def test_last_owner__neither_goes_nor_is_demoted(place, owner):
    factories.staff_of(place, Role.MANAGER)
    closed = factories.staff_of(place, Role.OWNER).user
    User.objects.filter(pk=closed.pk).update(is_active=False)
    admin = Viewer(user=factories.user(is_superuser=True))
    rows = everything()

    for viewer in (owner, admin):
        assert refusal(remove, place=place, user=place.owner, viewer=viewer).code == ErrorCode.LAST_OWNER
        error = refusal(set_role, place=place, user=place.owner, role=Role.MANAGER, viewer=viewer)
        assert error.code == ErrorCode.LAST_OWNER
    assert everything() == rows


def test_owner__who_goes_hands_the_practice_to_another_owner(place, owner):
    heir = factories.staff_of(place, Role.OWNER)

    remove(place, place.owner, heir)

    place.refresh_from_db()
    assert place.owner == heir.user
    assert roles_of(place) == {heir.user.email: "OWNER"}
    assert not fresh(owner).roles
    assert refusal(remove, place=place, user=heir.user, viewer=heir).code == ErrorCode.LAST_OWNER


def test_owner__who_is_demoted_keeps_the_lesser_role(place, owner):
    heir = factories.staff_of(place, Role.OWNER)

    set_role(place, place.owner, Role.STAFF, heir)

    assert roles_of(place) == {heir.user.email: "OWNER", owner.user.email: "STAFF"}
    assert fresh(owner).roles == {place.pk: "STAFF"}


def test_set_role__is_not_given_to_a_closed_account(place, owner):
    member = factories.staff_of(place, Role.STAFF).user
    User.objects.filter(pk=member.pk).update(is_active=False)

    error = refusal(set_role, place=place, user=member, role=Role.OWNER, viewer=owner)

    assert (error.code, roles_of(place)[member.email]) == (ErrorCode.NOT_FOUND, "STAFF")


def test_set_role__withdraws_what_they_may_not_offer_any_more(place, owner):
    second = factories.staff_of(place, Role.OWNER)
    kept = invite(place, second, "ben@example.org", Role.STAFF)
    invite(place, second, ANA, Role.OWNER)

    set_role(place, second.user, Role.MANAGER, owner)

    assert list(selectors.open_invitations(place)) == [kept]


@pytest.mark.only_on("postgresql")
def test_race__of_two_owners_who_remove_each_other_leaves_one():
    for _ in range(5):
        place = factories.business()
        first, second = Viewer(user=place.owner), factories.staff_of(place, Role.OWNER)
        for viewer in (first, second):
            assert viewer.roles[place.pk] == "OWNER"  # read before the race, as a request does

        def one_removes(other, viewer, place=place):
            return lambda: staff.remove(business_id=place.pk, user_id=other.user.pk, viewer=viewer, now=NOW)

        result = race([one_removes(second, first), one_removes(first, second)])

        assert (result.accidents, result.refusals) == ([], ["FORBIDDEN"])
        assert list(roles_of(place).values()) == ["OWNER"]


@pytest.mark.only_on("postgresql")
def test_race__of_two_owners_who_both_leave_keeps_one():
    for _ in range(5):
        place = factories.business()
        people = [Viewer(user=place.owner), factories.staff_of(place, Role.OWNER)]

        def leaves(viewer, place=place):
            return lambda: staff.remove(business_id=place.pk, user_id=viewer.user.pk, viewer=viewer, now=NOW)

        result = race([leaves(viewer) for viewer in people])

        assert (result.accidents, result.refusals) == ([], ["LAST_OWNER"])
        assert list(roles_of(place).values()) == ["OWNER"]


@pytest.mark.only_on("postgresql")
def test_race__of_an_owner_who_leaves_and_one_who_deletes_the_account_keeps_one():
    for _ in range(5):
        place = factories.business()
        heir = factories.staff_of(place, Role.OWNER).user
        first = Viewer(user=place.owner)

        result = race(
            [
                lambda place=place, first=first: staff.remove(
                    business_id=place.pk, user_id=first.user.pk, viewer=first, now=NOW
                ),
                lambda heir=heir: erase_person(email=heir.email, now=NOW),
            ]
        )

        assert (result.accidents, len(result.refusals)) == ([], 1)
        assert result.refusals[0] in {"LAST_OWNER", "ACCOUNT_IN_USE"}
        place.refresh_from_db()
        assert place.owner.is_active


@pytest.mark.only_on("postgresql")
def test_race__of_the_same_link_lets_in_once(place, owner):
    ana = factories.user(ANA)
    invite(place, owner)
    held = token()

    result = race([lambda: accept(Viewer(user=ana), given=held) for _ in range(4)])

    assert (result.accidents, len(result.results)) == ([], 1)
    assert set(result.refusals) == {"CHALLENGE_ALREADY_USED"}
    assert StaffMember.objects.filter(user=ana).count() == 1
