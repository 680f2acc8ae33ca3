import pytest

from bookings.accounts.models import User
from bookings.accounts.profile import COLUMNS, mails_wanted, update_profile
from bookings.notifications import refusals
from bookings.notifications.refusals import Kind
from tests import factories
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    return factories.user("ana@example.org", full_name="Ana Horvat", phone="+48221234567", locale="pl")


def change(user, **changes):
    return update_profile(user_id=user.pk, changes=changes, now=factories.NOW)


def columns_of(user):
    return User.objects.values(*COLUMNS).get(pk=user.pk)


AS_IT_WAS = {
    "full_name": "Ana Horvat",
    "phone": "+48221234567",
    "timezone": "",
    "locale": "pl",
}


def test_update_profile__changes_what_is_named(ana):
    given = change(
        ana,
        full_name="  Ana Marija Horvat ",
        phone="+48 22 123 45 68",
        timezone="Europe/Warsaw",
        locale="pl-PL",
    )

    expected = {
        "full_name": "Ana Marija Horvat",
        "phone": "+48221234568",
        "timezone": "Europe/Warsaw",
        "locale": "pl-PL",
    }
    assert columns_of(ana) == expected
    assert {column: getattr(given, column) for column in COLUMNS} == expected


@pytest.mark.parametrize("column", COLUMNS)
def test_update_profile__leaves_what_is_not_named(ana, column):
    value = {"full_name": "X", "phone": "", "timezone": "UTC", "locale": "en"}.get(column, False)

    change(ana, **{column: value})

    assert columns_of(ana) == {**AS_IT_WAS, column: value}


def test_update_profile__of_nothing_writes_nothing(ana, django_assert_num_queries):
    with django_assert_num_queries(3):  # a savepoint, the account, and the savepoint's end
        change(ana)

    assert columns_of(ana) == AS_IT_WAS


@pytest.mark.parametrize("column", ["full_name", "phone", "timezone"])
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_update_profile__empties_what_may_be_empty(ana, column, empty):
    change(ana, timezone="Europe/Warsaw")

    change(ana, **{column: empty})

    assert columns_of(ana)[column] == ""


@pytest.mark.parametrize(
    "name", ["Ян Ковальський", "محمد", "नमस्\u200dते", "Ana 👩\u200d🔬", "O'Neil <b>x</b>", "x" * 200]
)
def test_update_profile__takes_every_name_as_it_is(ana, name):
    change(ana, full_name=name)

    assert columns_of(ana)["full_name"] == name


def test_update_profile__number_without_country_code_is_dialled_from_the_region(ana):
    update_profile(user_id=ana.pk, changes={"phone": "22 123 45 68"}, phone_region="PL", now=factories.NOW)

    assert columns_of(ana)["phone"] == "+48221234568"


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("full_name", "x" * 201, "fullName"),
        ("full_name", "x" * 200_000, "fullName"),
        ("full_name", "Ana\nHorvat", "fullName"),
        ("full_name", "Ana\x00", "fullName"),
        ("full_name", "Ana\ud800", "fullName"),
        ("full_name", "Ana\u202e", "fullName"),
        ("full_name", "\u200d", "fullName"),
        ("phone", "22 123 45 67", "phone"),
        ("phone", "+48221234567\x00", "phone"),
        ("timezone", "Europe/Gdansk", "timezone"),
        ("timezone", "localtime", "timezone"),
        ("timezone", "../etc/passwd", "timezone"),
        ("timezone", "UTC\x00", "timezone"),
        ("timezone", "\ud800", "timezone"),
        ("timezone", "x" * 100_000, "timezone"),
        ("locale", None, "locale"),
        ("locale", "", "locale"),
        ("locale", "english", "locale"),
        ("locale", "en-abcdefgh-abcdefgh", "locale"),
        ("locale", "pl\x00", "locale"),
        ("locale", "<script>", "locale"),
    ],
)
def test_update_profile__refuses_what_nobody_means(ana, column, value, field):
    before = everything()

    error = refusal(change, user=ana, **{"full_name": "Other", column: value})

    assert (error.code, error.field) == ("VALIDATION_FAILED", [field])
    assert everything() == before


def test_update_profile__touches_no_other_column(ana):
    before = User.objects.values().get(pk=ana.pk)

    change(ana, email="eve@example.org", is_superuser=True, role="BUSINESS_OWNER")

    assert User.objects.values().get(pk=ana.pk) == before


def test_update_profile__does_not_log_out(ana):
    change(ana, full_name="Other")

    ana.refresh_from_db()
    assert ana.token_version == 0


def test_update_profile__of_an_account_that_was_closed_meanwhile_is_refused(ana):
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert refusal(change, user=ana, full_name="Other").code == "UNAUTHENTICATED"
    assert columns_of(ana) == AS_IT_WAS


def test_update_profile__looks_at_nothing_that_nobody_sent(ana):
    """An address that forms would refuse today is no reason to keep somebody from changing their name."""
    User.objects.filter(pk=ana.pk).update(email="admin@intranet")

    change(ana, full_name="Other")

    assert columns_of(ana)["full_name"] == "Other"


def test_update_profile__switches_are_what_the_mailbox_says(ana):
    update_profile(user_id=ana.pk, changes={}, mails={Kind.REMINDERS: False}, now=factories.NOW)
    assert mails_wanted(ana) == {Kind.REMINDERS: False, Kind.REVIEW_REQUESTS: True}
    assert not refusals.wants("ana@example.org", Kind.REMINDERS)

    refusals.allow(email="ana@example.org", kind=Kind.REMINDERS)
    refusals.refuse(email="ana@example.org", kind=Kind.REVIEW_REQUESTS, now=factories.NOW)
    assert mails_wanted(ana) == {Kind.REMINDERS: True, Kind.REVIEW_REQUESTS: False}


def test_update_profile__of_an_unproven_address_sets_and_tells_nothing_of_its_mailbox():
    ben = factories.user("ben@example.org", email_verified_at=None)
    refusals.refuse(email="ben@example.org", kind=Kind.REMINDERS, now=factories.NOW)

    error = refusal(
        update_profile,
        user_id=ben.pk,
        changes={"full_name": "Other"},
        mails={Kind.REMINDERS: True},
        now=factories.NOW,
    )

    assert (error.code, error.field) == ("EMAIL_NOT_VERIFIED", ["preferences"])
    assert mails_wanted(ben) == {Kind.REMINDERS: True, Kind.REVIEW_REQUESTS: True}
    assert not refusals.wants("ben@example.org", Kind.REMINDERS)
    assert User.objects.get(pk=ben.pk).full_name == ""
