"""Who may have service keys, and who hears of them."""

import pytest

from bookings.accounts.keys import MOST_AT_ONCE, Scope, read_key
from bookings.accounts.models import ServiceKey
from bookings.accounts.viewer import Viewer
from bookings.businesses import keys
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, later
from tests.witness import refusal

pytestmark = pytest.mark.django_db

Role = StaffMember.Role


def make(viewer, *scopes, place=None, **fields):
    business_id = place.pk if place is not None else None
    fields = {"name": "chatbot", "business_id": business_id, "now": NOW, **fields}
    return keys.make_key(viewer=viewer, scopes=scopes or (Scope.CATALOGUE,), **fields)


def why(viewer, *scopes, **fields):
    before = ServiceKey.objects.count()
    code = refusal(lambda: make(viewer, *scopes, **fields)).code
    assert ServiceKey.objects.count() == before
    return code


def mails():
    return sorted(OutboxMessage.objects.values_list("template", "recipient"))


def test_make_key__is_for_everybody_with_a_proven_address():
    viewer = Viewer(user=factories.user())

    made = make(viewer, Scope.CATALOGUE, Scope.BOOKING)

    assert read_key(made.text, NOW).owner == viewer.user
    assert mails() == []


def test_make_key__is_not_for_others():
    assert why(Viewer()) == ErrorCode.UNAUTHENTICATED
    assert why(Viewer(user=factories.user(email_verified_at=None))) == ErrorCode.EMAIL_NOT_VERIFIED
    assert why(Viewer(user=factories.user(is_active=False))) == ErrorCode.UNAUTHENTICATED
    assert why(Viewer(user=factories.user()), owner=factories.user()) == ErrorCode.FORBIDDEN


@pytest.mark.parametrize("scope", [Scope.CATALOGUE, Scope.PRACTICE])
def test_make_key__for_a_practice_is_for_its_owners(scope):
    place, elsewhere = factories.business(), factories.business()
    owners = [Viewer(user=place.owner), factories.staff_of(place, Role.OWNER)]
    others = [
        factories.staff_of(place, Role.MANAGER),
        factories.staff_of(place, Role.STAFF),
        Viewer(user=elsewhere.owner),
        Viewer(user=factories.user()),
    ]

    assert [make(viewer, scope, place=place).row.business for viewer in owners] == [place, place]
    assert {why(viewer, scope, place=place) for viewer in others} == {ErrorCode.FORBIDDEN}


def test_make_key__for_no_practice_that_is_there_is_refused():
    viewer = Viewer(user=factories.user(is_superuser=True))

    assert why(viewer, business_id=0) == ErrorCode.NOT_FOUND


def test_make_key__by_a_key_is_refused():
    place = factories.business()
    text = factories.service_key(*Scope, place=place).text

    assert why(Viewer(key=read_key(text, NOW))) == ErrorCode.UNAUTHENTICATED
    assert why(Viewer(key=read_key(text, NOW)), Scope.PRACTICE, place=place) == ErrorCode.UNAUTHENTICATED


def test_make_key__for_the_work_of_a_practice_is_told_to_owner_and_practice():
    place = factories.business(name="Quiet Rooms")
    second = factories.staff_of(place, Role.OWNER)

    made = make(second, Scope.PRACTICE, place=place, name="calendar sync")

    assert mails() == sorted(("service_key_made", user.email) for user in (second.user, place.owner))
    for message in OutboxMessage.objects.all():
        assert (message.context["business_name"], message.context["prefix"]) == (
            "Quiet Rooms",
            made.row.prefix,
        )
        assert made.text not in f"{message.context} {message.secrets}"


def test_make_key__that_works_on_no_practice_is_told_to_nobody():
    place = factories.business()

    make(Viewer(user=place.owner), Scope.BOOKING, place=place)

    assert mails() == []


def test_make_key__of_the_owner_of_the_practice_is_told_once():
    place = factories.business()

    make(Viewer(user=place.owner), Scope.PRACTICE, place=place)

    assert mails() == [("service_key_made", place.owner.email)]


def test_make_key__by_the_admin_is_for_anybody_who_works_there():
    admin, place = Viewer(user=factories.user(is_superuser=True)), factories.business()
    staff = factories.staff_of(place, Role.STAFF).user

    made = make(admin, Scope.PRACTICE, place=place, owner=staff)

    assert read_key(made.text, NOW).roles == {place.pk: "STAFF"}
    assert why(admin, Scope.PRACTICE, place=place) == ErrorCode.FORBIDDEN
    assert why(admin, Scope.PRACTICE, place=place, owner=factories.user()) == ErrorCode.FORBIDDEN


def test_make_key__stops_at_five_but_for_the_admin():
    viewer, admin = Viewer(user=factories.user()), Viewer(user=factories.user(is_superuser=True))
    for _ in range(MOST_AT_ONCE):
        make(viewer)
        make(admin)

    assert why(viewer) == ErrorCode.VALIDATION_FAILED
    make(admin)


def test_make_key__again_under_its_idempotency_key_makes_no_second():
    viewer = Viewer(user=factories.user())
    once = Once.of(scope="user:1:keys", mutation="createServiceKey", key="k", given={})
    made = make(viewer, once=once)

    with pytest.raises(AlreadyDone) as done:
        make(viewer, once=once)

    assert (done.value.object_id, ServiceKey.objects.count()) == (made.row.pk, 1)


def test_visible_to__are_ones_own_and_those_for_ones_practices():
    place, member = factories.business(), factories.user()
    StaffMember.objects.create(business=place, user=member, role=Role.MANAGER)
    alone = factories.service_key(Scope.BOOKING, owner=member).row
    here = factories.service_key(Scope.PRACTICE, owner=member, place=place).row
    other = factories.service_key(Scope.BOOKING).row

    def seen(viewer):
        return set(keys.visible_to(viewer))

    assert seen(Viewer(user=member)) == {alone, here}
    assert seen(Viewer(user=place.owner)) == {here}
    assert seen(factories.staff_of(place, Role.OWNER)) == {here}
    assert seen(factories.staff_of(place, Role.MANAGER)) == set()
    assert seen(Viewer(user=factories.user(is_superuser=True))) == {alone, here, other}
    assert seen(Viewer()) == set()


def test_visible_to__a_key_is_not_even_itself():
    made = factories.service_key(*Scope, place=factories.business())

    assert list(keys.visible_to(Viewer(key=read_key(made.text, NOW)))) == []


def test_revoke_key__ends_it_at_once_and_for_good():
    place = factories.business()
    staff = factories.staff_of(place, Role.STAFF).user
    made = factories.service_key(Scope.PRACTICE, owner=staff, place=place)

    first = keys.revoke_key(viewer=Viewer(user=place.owner), key_id=made.row.pk, now=later(hours=1))
    again = keys.revoke_key(viewer=Viewer(user=staff), key_id=made.row.pk, now=later(hours=2))

    assert (first.revoked_at, again.revoked_at) == (later(hours=1), later(hours=1))
    assert refusal(read_key, text=made.text, now=later(hours=2)).code == ErrorCode.UNAUTHENTICATED


def test_revoke_key__of_others_is_not_found():
    place = factories.business()
    made = factories.service_key(*Scope, place=place)
    others = [factories.staff_of(place), Viewer(user=factories.user())]

    codes = [refusal(keys.revoke_key, viewer=viewer, key_id=made.row.pk, now=NOW).code for viewer in others]
    by_nobody = refusal(keys.revoke_key, viewer=Viewer(), key_id=made.row.pk, now=NOW)
    by_itself = refusal(
        keys.revoke_key, viewer=Viewer(key=read_key(made.text, NOW)), key_id=made.row.pk, now=NOW
    )

    assert codes == [ErrorCode.NOT_FOUND] * 2
    assert by_nobody.code == by_itself.code == ErrorCode.UNAUTHENTICATED
    assert read_key(made.text, NOW) == made.row
