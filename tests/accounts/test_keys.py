"""Service keys at rest and on use, and what a caller by key is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.keys import (
    MOST_A_DAY,
    MOST_AT_ONCE,
    Scope,
    read_key,
    refuse_too_many,
    revoke_keys_of,
    touch,
)
from bookings.accounts.models import ServiceKey, User
from bookings.accounts.sessions import log_out
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.verification.services import grant_access
from tests import factories
from tests.factories import NOW, later
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db

Role = StaffMember.Role
ALL = tuple(Scope)


def why(text, now=NOW):
    """The code and the words of a refusal."""
    error = refusal(read_key, text=text, now=now)
    return error.code, error.message


def viewer_by(made, now=NOW):
    return Viewer(key=read_key(made.text, now))


def use(made, now):
    """Read and touch, as a request does; give the number of statements."""
    with CaptureQueriesContext(connection) as told:
        touch(key=read_key(made.text, now), now=now)
    return len(told)


def test_create_key__keeps_its_beginning_and_its_hash_alone():
    made = factories.service_key(Scope.CATALOGUE, name="  chatbot of the website ", expires_at=later(days=1))

    row = ServiceKey.objects.get()
    secret = made.text.removeprefix(row.prefix)
    assert (row.name, row.scopes, row.expires_at) == ("chatbot of the website", ["CATALOGUE"], later(days=1))
    assert (row.prefix[:4], len(row.prefix), len(secret), len(row.key_hash)) == ("slw_", 12, 44, 64)
    assert secret not in str(everything())
    assert made.text not in repr(made)


def test_create_key__keys_differ_wholly():
    made = [factories.service_key(Scope.CATALOGUE).text for _ in range(3)]

    assert len({text[:12] for text in made}) == len({text[12:] for text in made}) == 3


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "two\nlines"}),
        ("name", {"name": "\ud800"}),
        ("scopes", {"scopes": ()}),
        ("businessId", {"scopes": (Scope.PRACTICE,)}),
        ("expiresAt", {"expires_at": NOW}),
    ],
)
def test_create_key__says_what_is_wrong(field, given):
    scopes = given.pop("scopes", (Scope.CATALOGUE,))

    error = refusal(lambda: factories.service_key(*scopes, **given))

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])
    assert not ServiceKey.objects.exists()


def test_read_key__gives_key_and_owner_in_one_statement():
    place = factories.business()
    made = factories.service_key(*ALL, place=place)

    with CaptureQueriesContext(connection) as told:
        key = read_key(made.text, NOW)
        assert (key, key.owner, key.roles) == (made.row, place.owner, {place.pk: "OWNER"})

    assert len(told) == 1


def revoke(row):
    ServiceKey.objects.filter(pk=row.pk).update(revoked_at=NOW)


def expire(row):
    ServiceKey.objects.filter(pk=row.pk).update(expires_at=NOW)


def close_account(row):
    User.objects.filter(pk=row.owner_id).update(is_active=False)


def delete_account(row):
    User.objects.filter(pk=row.owner_id).update(deleted_at=NOW)


ENDS = [revoke, expire, close_account, delete_account]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("scopes", [(Scope.CATALOGUE,), ALL], ids=len)
def test_read_key__that_is_no_good_is_as_one_that_never_was(end, scopes):
    made = factories.service_key(*scopes, place=factories.business())
    read_key(made.text, NOW)

    end(made.row)

    assert why(made.text) == why("slw_abcdefgh_" + "x" * 43)
    assert why(made.text)[0] == ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize("given", ["", "slw_", "nonsense", "é", "\ud800", "\x00", "x" * 10_000])
def test_read_key__that_is_no_key_is_refused(given):
    assert why(given)[0] == ErrorCode.UNAUTHENTICATED


def test_read_key__takes_neither_beginning_nor_hash_nor_another_spelling():
    made = factories.service_key(Scope.CATALOGUE)

    for text in (made.row.prefix, made.row.key_hash, made.text[:-1], made.text.upper(), f"{made.text} "):
        assert why(text)[0] == ErrorCode.UNAUTHENTICATED


def test_read_key__ends_with_its_last_moment():
    made = factories.service_key(Scope.CATALOGUE, expires_at=later(hours=1))

    assert read_key(made.text, later(minutes=59)) == made.row
    assert why(made.text, later(hours=1))[0] == ErrorCode.UNAUTHENTICATED


def test_read_key__for_a_practice_dies_with_its_owners_place_there():
    place = factories.business()
    member = factories.staff_of(place, Role.OWNER).user
    work, talk = (
        factories.service_key(scope, owner=member, place=place) for scope in (Scope.PRACTICE, Scope.BOOKING)
    )
    assert read_key(work.text, NOW).roles == {place.pk: "OWNER"}

    StaffMember.objects.filter(user=member).delete()

    assert why(work.text)[0] == ErrorCode.UNAUTHENTICATED
    assert read_key(talk.text, NOW).roles == {}


def test_read_key__for_a_practice_dies_when_that_is_handed_over():
    place = factories.business()
    made = factories.service_key(Scope.PRACTICE, place=place)

    place.owner = factories.user()
    place.save()

    assert why(made.text)[0] == ErrorCode.UNAUTHENTICATED


def test_roles__are_what_the_owner_is_now_in_the_one_practice():
    place, other = factories.business(), factories.business()
    member = factories.staff_of(place, Role.OWNER).user
    StaffMember.objects.create(business=other, user=member, role=Role.OWNER)
    made = factories.service_key(Scope.PRACTICE, owner=member, place=place)
    assert viewer_by(made).roles == {place.pk: "OWNER"}

    StaffMember.objects.filter(user=member, business=place).update(role=Role.STAFF)

    assert viewer_by(made).roles == {place.pk: "STAFF"}
    assert viewer_by(made).business_ids == {place.pk}


def test_roles__of_a_key_that_was_not_read_are_none():
    """A row from anywhere else says nothing of what its owner may now."""
    made = factories.service_key(*ALL, place=factories.business())

    assert Viewer(key=ServiceKey.objects.get(pk=made.row.pk)).roles == {}


def owner_of_everything():
    """The platform's admin, with a proven address, a practice and sessions of their own."""
    account = factories.user("ada@example.org", is_superuser=True, is_staff=True)
    place = factories.business(owner=account)
    factories.consultant(factories.service(place), user=account)
    return account, place


def test_viewer__by_key_is_no_admin_no_consultant_and_no_client():
    account, place = owner_of_everything()

    viewer = viewer_by(factories.service_key(*ALL, place=place))

    assert (viewer.user, viewer.account, viewer.session) == (account, None, None)
    assert (viewer.is_admin, viewer.proven_email, viewer.consultant_ids) == (False, None, frozenset())
    assert viewer.roles == {place.pk: "OWNER"}
    assert viewer.actor_id == viewer.through == f"key:{viewer.key.pk}"


@pytest.mark.parametrize("scope", [Scope.CATALOGUE, Scope.BOOKING])
def test_viewer__by_key_without_the_practice_is_nobody(scope):
    _, place = owner_of_everything()

    viewer = viewer_by(factories.service_key(scope, place=place))

    assert (viewer.user, viewer.account, viewer.is_admin, viewer.proven_email) == (None, None, False, None)
    assert (viewer.roles, viewer.consultant_ids) == ({}, frozenset())
    assert refusal(viewer.require_user).code == ErrorCode.UNAUTHENTICATED


def test_viewer__by_key_cannot_be_made_somebody_else():
    made = factories.service_key(Scope.BOOKING)

    assert Viewer(user=factories.user(is_superuser=True), key=read_key(made.text, NOW)).user is None


@pytest.mark.parametrize(
    ("scope", "opens"), [(Scope.CATALOGUE, False), (Scope.BOOKING, True), (Scope.PRACTICE, True)]
)
def test_use_access_token__takes_a_key_that_is_for_bookings(scope, opens):
    viewer = viewer_by(factories.service_key(scope, place=factories.business()))
    token = grant_access(subject="booking:12", email="ana@example.org", purposes=["view"], now=NOW)[0]

    if opens:
        viewer.use_access_token(token, now=NOW)
    else:
        assert refusal(viewer.use_access_token, token=token, now=NOW).code == ErrorCode.FORBIDDEN

    assert viewer.subjects == ({"booking:12"} if opens else set())


def test_touch__keeps_the_last_use_to_a_minute():
    made = factories.service_key(Scope.CATALOGUE)

    assert [use(made, later(seconds=second)) for second in (0, 1, 59, 60, 61)] == [2, 1, 1, 2, 1]

    assert ServiceKey.objects.get().last_used_at == later(seconds=60)


def test_touch__of_requests_at_the_same_time_one_writes():
    made = factories.service_key(Scope.CATALOGUE)
    first, second = read_key(made.text, NOW), read_key(made.text, NOW)

    touch(key=first, now=later(seconds=1))
    touch(key=second, now=NOW)

    assert ServiceKey.objects.get().last_used_at == later(seconds=1)


def test_refuse_too_many__counts_keys_that_are_good():
    owner = factories.user()
    made = [factories.service_key(Scope.CATALOGUE, owner=owner) for _ in range(MOST_AT_ONCE)]
    factories.service_key(Scope.CATALOGUE)

    assert refusal(refuse_too_many, owner=owner, now=NOW).code == ErrorCode.VALIDATION_FAILED

    revoke(made[0].row)
    refuse_too_many(owner=owner, now=NOW)


def test_refuse_too_many__counts_keys_of_a_day_though_they_were_revoked():
    owner = factories.user()
    for _ in range(MOST_A_DAY):
        revoke(factories.service_key(Scope.CATALOGUE, owner=owner).row)

    error = refusal(refuse_too_many, owner=owner, now=later(hours=23))

    assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, 3601)
    refuse_too_many(owner=owner, now=NOW + timedelta(days=1))


def test_revoke_keys_of__ends_those_of_one_practice_or_all():
    place, owner = factories.business(), factories.user()
    here = factories.service_key(Scope.BOOKING, owner=owner, place=place)
    alone = factories.service_key(Scope.BOOKING, owner=owner)
    others = factories.service_key(Scope.BOOKING, place=place)

    assert revoke_keys_of(owner_id=owner.pk, business_id=place.pk, now=NOW) == 1
    assert (why(here.text)[0], read_key(alone.text, NOW)) == (ErrorCode.UNAUTHENTICATED, alone.row)

    assert revoke_keys_of(owner_id=owner.pk, now=NOW) == 1
    assert why(alone.text)[0] == ErrorCode.UNAUTHENTICATED
    assert read_key(others.text, NOW) == others.row


def test_log_out__by_key_is_refused():
    """The owner's sessions are the owner's, whatever else asks for an account stands in between."""
    viewer = viewer_by(factories.service_key(*ALL, place=factories.business()))

    error = refusal(log_out, refresh_token=None, viewer=viewer, everywhere=True, now=NOW)

    assert error.code == ErrorCode.UNAUTHENTICATED
