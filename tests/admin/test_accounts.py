"""Accounts in the admin: where somebody is logged in is seen and ended here, never a token."""

from typing import Any

import pytest
import time_machine
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import RefreshToken, SecurityAnswer, User
from bookings.accounts.roles import ask_for_role
from bookings.accounts.sessions import Session, refresh_session, start_session
from bookings.accounts.viewer import Viewer
from bookings.businesses.invitations import invite
from bookings.businesses.models import StaffMember
from tests import factories
from tests.admin.desk import platform_admin, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin@example.org", factories.PASSWORD))
    return client


def session(user: User, user_agent: str = "Browser 1.0") -> Session:
    return start_session(user=user, user_agent=user_agent, now=NOW)


def live(user: User) -> int:
    return RefreshToken.objects.filter(user=user, rotated_at=None, revoked_at=None).count()


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    address = reverse(f"admin:bookings_{model}_changelist")
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address, chosen, follow=True).content.decode()


def test_refresh_tokens__are_listed_for_an_account_without_their_hashes(admin: Client) -> None:
    ana, eve = factories.user(), factories.user()
    session(ana, "Browser of Ana")
    session(eve, "Browser of Eve")
    address = reverse("admin:bookings_refreshtoken_changelist")

    person = admin.get(reverse("admin:bookings_user_change", args=[ana.pk])).content.decode()
    listed = admin.get(address, {"user__id__exact": ana.pk}).content.decode()
    row = ana.refresh_tokens.get()
    page = admin.get(reverse("admin:bookings_refreshtoken_change", args=[row.pk])).content.decode()

    assert f'href="{address}?user__id__exact={ana.pk}"' in person
    assert ("Browser of Ana" in listed, "Browser of Eve" in listed) == (True, False)
    assert "Browser of Ana" in page
    assert 'name="_save"' not in page
    assert row.token_hash not in listed + page


def test_log_out__ends_the_sessions_of_the_chosen_tokens(admin: Client) -> None:
    ana = factories.user()
    old = session(ana)
    refresh_session(refresh_token=old.refresh_token, now=NOW)
    session(ana)
    rotated = ana.refresh_tokens.get(rotated_at__isnull=False)

    page = act(admin, "refreshtoken", "log_out", rotated, rotated.replaced_by)

    assert "1 sessions ended" in page
    assert live(ana) == 1


def test_log_out__is_not_for_staff_without_the_right() -> None:
    ana, staff = factories.user(), factories.user(is_staff=True)
    session(ana)
    client = Client()
    client.force_login(staff)

    act(client, "refreshtoken", "log_out", ana.refresh_tokens.get())

    assert live(ana) == 1


def test_log_out_everywhere__ends_all_of_the_chosen_accounts(admin: Client) -> None:
    ana, eve = factories.user(), factories.user()
    for user in (ana, ana, eve):
        session(user)

    assert "2 sessions ended" in act(admin, "user", "log_out_everywhere", ana)

    assert (live(ana), live(eve)) == (0, 1)


def test_log_out_everywhere__ends_the_admins_own_cookie_too(admin: Client) -> None:
    assert admin.get(reverse("admin:index")).status_code == 200

    act(admin, "user", "log_out_everywhere", User.objects.get(email="admin@example.org"))

    assert admin.get(reverse("admin:index")).status_code == 302


def test_account__that_is_closed_is_logged_out_for_good(admin: Client) -> None:
    ana = factories.user()
    session(ana)
    address = reverse("admin:bookings_user_change", args=[ana.pk])
    form = {
        "email": ana.email,
        "full_name": "",
        "role": "CLIENT",
        "locale": "en",
        "email_verified_at_0": "2030-01-07",
        "email_verified_at_1": "08:00:00",
    }

    assert admin.post(address, form).status_code == 302

    ana.refresh_from_db()
    assert (ana.is_active, ana.token_version, live(ana)) == (False, 1, 0)


def test_account__new_password_ends_its_tokens(admin: Client) -> None:
    ana = factories.user()
    words = {
        "password1": "another horse battery",
        "password2": "another horse battery",
        "usable_password": "true",
    }

    answer = admin.post(reverse("admin:auth_user_password_change", args=[ana.pk]), words)

    assert answer.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password("another horse battery")
    assert ana.token_version == 1


def profile_form(user: User, **changes: str) -> dict[str, str]:
    return {
        "email": user.email,
        "full_name": user.full_name,
        "role": "CLIENT",
        "locale": "en",
        "is_active": "on",
        **changes,
    }


@pytest.mark.parametrize(("email", "stays"), [("ana@example.org", True), ("new@example.org", False)])
def test_account__new_address_is_unproven(admin: Client, email: str, stays: bool) -> None:
    ana = factories.user("ana@example.org")
    proven = {"email_verified_at_0": "2030-01-07", "email_verified_at_1": "08:00:00"}

    answer = admin.post(
        reverse("admin:bookings_user_change", args=[ana.pk]), {**profile_form(ana), **proven, "email": email}
    )

    assert answer.status_code == 302
    ana.refresh_from_db()
    assert (ana.email, ana.email_verified_at is not None) == (email, stays)


def test_account__profile_is_shown_and_changed(admin: Client) -> None:
    ana = factories.user(phone="+48221234567", timezone="Europe/Warsaw", locale="pl")
    address = reverse("admin:bookings_user_change", args=[ana.pk])

    page = admin.get(address).content.decode()
    for shown in ("+48221234567", "Europe/Warsaw", "Reminders of sessions: yes", "Deleted at", "Role"):
        assert shown in page
    assert (
        admin.post(address, profile_form(ana, phone="+48 22 123 45 68", role="CONSULTANT")).status_code == 302
    )

    ana.refresh_from_db()
    assert (ana.phone, ana.role, ana.timezone, ana.locale) == ("+48221234568", "CONSULTANT", "", "en")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("phone", "22 123 45 67", "country code"),
        ("phone", "call me", "digits alone"),
        ("timezone", "Warsaw", "no time zone"),
        ("locale", "Polish", "looks like en"),
        ("role", "ADMIN", "not one of the available choices"),
    ],
)
def test_account__profile_is_held_to_its_owners_rules(
    admin: Client, field: str, value: str, words: str
) -> None:
    ana = factories.user()

    answer = admin.post(
        reverse("admin:bookings_user_change", args=[ana.pk]), profile_form(ana, **{field: value})
    )

    assert (answer.status_code, words in answer.content.decode()) == (200, True)


def test_account__tells_that_a_question_is_set_and_nothing_of_the_answer(admin: Client) -> None:
    ana = factories.user()
    address = reverse("admin:bookings_user_change", args=[ana.pk])
    before = admin.get(address).content.decode()
    row = SecurityAnswer.objects.create(user=ana, question="FIRST_PET", answer_hash="hash-of-rex", set_at=NOW)

    page = admin.get(address).content.decode()

    assert ("Set at 7 Jan 2030" in before, "Set at 7 Jan 2030" in page) == (False, True)
    assert row.answer_hash not in page
    assert "first pet" not in page
    assert SecurityAnswer not in site._registry


@pytest.fixture
def keeper(transactional_db: None) -> Client:
    """Somebody of the platform who was given leave to change and delete accounts, and no more."""
    person = factories.user("keeper@example.org", is_staff=True)
    given = Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
    person.user_permissions.set(given)
    client = Client()
    client.force_login(person)
    return client


def test_account__whoever_may_change_accounts_makes_nobody_an_admin(keeper: Client) -> None:
    own = User.objects.get(email="keeper@example.org")
    address = reverse("admin:bookings_user_change", args=[own.pk])

    answer = keeper.post(
        address, {**profile_form(own), "full_name": "Kim", "is_superuser": "on", "is_staff": "on"}
    )

    own.refresh_from_db()
    assert answer.status_code == 302, answer.content.decode()
    assert (own.full_name, own.is_superuser, own.is_staff) == ("Kim", False, True)


def test_account__whoever_may_change_accounts_reads_nobodys_mail(keeper: Client) -> None:
    """Another address would be another person's bookings."""
    own = User.objects.get(email="keeper@example.org")
    address = reverse("admin:bookings_user_change", args=[own.pk])

    keeper.post(address, {**profile_form(own), "email": "victim@example.org"})

    own.refresh_from_db()
    assert own.email == "keeper@example.org"


@pytest.mark.parametrize(
    "page", ["bookings_user_change", "auth_user_password_change", "bookings_user_delete"]
)
def test_account__of_an_admin_is_an_admins_to_change(keeper: Client, page: str) -> None:
    boss = User.objects.create_superuser("boss@example.org", factories.PASSWORD)
    before = boss.password
    new = {"password1": "a kettle of green tea", "password2": "a kettle of green tea", "post": "yes"}

    answer = keeper.post(reverse(f"admin:{page}", args=[boss.pk]), {**profile_form(boss), **new})

    assert answer.status_code == 403
    assert User.objects.get(pk=boss.pk).password == before


def test_page__says_where_an_account_works_and_what_it_asked_for() -> None:
    place = factories.business(name="Harbour")
    member = factories.staff_of(place, StaffMember.Role.MANAGER).user
    assert member is not None
    factories.consultant(factories.service(factories.business(name="Linden")), user=member, full_name="Dr. M")
    ask_for_role(user=member, role="BUSINESS_OWNER", now=NOW)
    owner = Viewer(user=place.owner)
    other = factories.business(name="Birch")
    invite(
        business_id=other.pk,
        email=member.email,
        role=StaffMember.Role.STAFF,
        viewer=Viewer(user=other.owner),
        now=NOW,
    )

    page = read(platform_admin(), reverse("admin:bookings_user_change", args=[member.pk]))
    own = read(platform_admin(), reverse("admin:bookings_user_change", args=[owner.user.pk]))

    for part in (
        "Harbour</a>: Manager",
        "Linden</a>: Consultant, as Dr. M",
        "Business owner</a>: Waiting",
        "Birch, as Staff",
    ):
        assert part in page
    assert "Harbour</a>: Owner, it belongs to them" in own
