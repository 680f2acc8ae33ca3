"""Practices' own accounts with payment providers: whose they are, and what becomes of their keys."""

import pytest

from bookings import tasks
from bookings.accounts.keys import Scope
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.common.money import Money
from bookings.notifications.models import OutboxMessage
from bookings.payments import services
from bookings.payments.models import Payment, PaymentAccount, Refund
from bookings.payments.providers.base import PaymentState
from bookings.payments.selectors import inbox_address, route_for
from tests import factories
from tests.factories import NOW, later
from tests.payments import till
from tests.payments.till import KEY, LIVE, OTHER, ROLLED, Till, account
from tests.witness import refusal

pytestmark = pytest.mark.django_db

Role = StaffMember.Role


@pytest.fixture(autouse=True)
def _till(monkeypatch):
    till.install(monkeypatch)


@pytest.fixture
def place():
    return factories.business(name="Quiet Rooms")


def refused(place, key=KEY, **fields):
    before = list(PaymentAccount.objects.values())
    error = refusal(lambda: account(place, key, **fields))
    assert list(PaymentAccount.objects.values()) == before
    return error.code, error.field


def paid_by(owned):
    """A payment that an account took."""
    offered = factories.service(owned.business, currency=owned.currency)
    payment = factories.paying(factories.consultant(offered), offered)
    assert payment.account == owned
    Till.says(Till.merchants[owned.secret_key], payment)
    tasks.booking.settle(payment_id=payment.pk, now=NOW)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED
    return payment


def mails():
    rows = OutboxMessage.objects.filter(template__startswith="payment_account").order_by("pk")
    return list(rows.values_list("template", "recipient"))


def in_use(place):
    return {(row.currency, row.secret_key) for row in place.payment_accounts.filter(is_active=True)}


# Saving


def test_save_account__takes_what_is_paid_in_its_currency_from_now_on(place):
    made = account(place)

    route = route_for(business_id=place.pk, currency="EUR")
    assert (route.account, route.provider.key) == (made, KEY)
    assert (made.live, made.is_active, made.created_by, made.created_at) == (False, True, place.owner, NOW)
    assert route_for(business_id=place.pk, currency="USD").account is None
    assert route_for(business_id=factories.business().pk, currency="EUR").account is None


def test_save_account__of_live_keys_takes_real_money(place):
    assert account(place, LIVE).live is True


def test_save_account__gives_it_an_inbox_that_nobody_guesses(place, settings):
    names = {account(place, currency=currency).public_id for currency in ("EUR", "USD", "GBP")}

    assert len(names) == 3
    assert all(len(name) == 32 and name.isalnum() for name in names)
    name = PaymentAccount.objects.get(currency="EUR").public_id
    assert inbox_address(PaymentAccount.objects.get(currency="EUR")) == (
        f"{settings.PUBLIC_URL}/payments/till/events/{name}"
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key": "sk_of_another_house"}, "secretKey"),
        ({"key": ""}, "secretKey"),
        ({"key": "tk_test_" + "x" * 500}, "secretKey"),
        ({"key": "tk_test_\x00"}, "secretKey"),
        ({"webhook_secret": "\ud800"}, "webhookSecret"),
        ({"provider": "sandbox"}, "provider"),
        ({"provider": "nobody"}, "provider"),
        ({"currency": "JPY"}, "currency"),
        ({"currency": "XXY"}, "currency"),
        ({"currency": "eur"}, "currency"),
    ],
)
def test_save_account__says_what_is_wrong(place, fields, field):
    assert refused(place, **fields) == (ErrorCode.VALIDATION_FAILED, [field])
    assert mails() == []


def test_save_account__never_repeats_a_key_in_what_it_says(place):
    error = refusal(lambda: account(place, "sk_of_another_house"))

    assert "another_house" not in str(error)


def test_save_account__is_for_owners_and_the_platform_s_admin_alone(place):
    given = {"business_id": place.pk, "provider": "till", "currency": "EUR", "secret_key": KEY, "now": NOW}
    bot = Viewer(key=factories.service_key(*Scope, place=place).row)

    def why(viewer):
        return refusal(lambda: services.save_account(viewer=viewer, **given)).code

    assert why(Viewer()) == ErrorCode.UNAUTHENTICATED
    assert why(bot) == ErrorCode.UNAUTHENTICATED
    for viewer in (
        factories.staff_of(place, Role.MANAGER),
        factories.staff_of(place, Role.STAFF),
        Viewer(user=factories.business().owner),
    ):
        assert why(viewer) == ErrorCode.FORBIDDEN
    for viewer in (factories.staff_of(place, Role.OWNER), Viewer(user=factories.user(is_superuser=True))):
        assert services.save_account(viewer=viewer, **given).is_active
    assert refusal(lambda: services.save_account(viewer=viewer, **{**given, "business_id": 0})).code == (
        ErrorCode.NOT_FOUND
    )


def test_save_account__tells_every_owner_and_nobody_else(place):
    second = factories.staff_of(place, Role.OWNER).user
    factories.staff_of(place, Role.MANAGER)

    account(place)

    assert sorted(mails()) == sorted(
        ("payment_account_saved", owner.email) for owner in (place.owner, second)
    )
    told = str(list(OutboxMessage.objects.values("context", "secrets")))
    assert "0001" in told
    assert KEY not in told


def test_save_account__once_under_its_key(place):
    once = Once.of(scope="s", mutation="savePaymentAccount", key="k", given={"a": 1})
    made = account(place, once=once)

    with pytest.raises(AlreadyDone) as again:
        account(place, OTHER, once=once)

    assert again.value.object_id == made.pk
    assert in_use(place) == {("EUR", KEY)}
    assert len(mails()) == 1


# Newer keys, and other accounts


def test_save_account__with_rolled_keys_changes_the_account_and_its_inbox_stays(place):
    before = account(place)
    paid_by(before)

    after = account(place, ROLLED, now=later(hours=1))

    assert (after.pk, after.public_id, after.secret_key) == (before.pk, before.public_id, ROLLED)
    assert (after.created_at, after.changed_at) == (NOW, later(hours=1))
    assert in_use(place) == {("EUR", ROLLED)}


def test_save_account__without_a_secret_of_events_keeps_the_one_that_it_has(place):
    account(place, webhook_secret="ws_1")

    assert account(place, ROLLED).webhook_secret == "ws_1"
    assert account(place, ROLLED, webhook_secret="ws_2").webhook_secret == "ws_2"


def test_save_account__with_rolled_keys_pays_earlier_refunds_with_them(place):
    payment = paid_by(account(place))
    account(place, ROLLED)
    del Till.merchants[KEY]

    refund = services.request_refund(
        payment=payment, amount=Money(payment.amount, "EUR"), reason=Refund.Reason.STAFF, key="k", now=NOW
    )
    services.run_refund(refund.pk, now=NOW)

    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED


@pytest.mark.parametrize("key", [OTHER, LIVE])
def test_save_account__of_another_account_there_leaves_the_one_before_its_keys(place, key):
    before = account(place)
    payment = paid_by(before)

    after = account(place, key)

    before.refresh_from_db()
    assert after != before
    assert (before.is_active, before.secret_key) == (False, KEY)
    assert in_use(place) == {("EUR", key)}
    payment.refresh_from_db()
    assert payment.account == before
    assert tasks.booking.settle(payment_id=payment.pk, now=NOW).status == Payment.Status.SUCCEEDED


def test_save_account__of_one_that_was_used_before_takes_it_up_again(place):
    first = account(place)
    paid_by(first)
    second = account(place, OTHER)

    again = account(place, KEY)

    second.refresh_from_db()
    assert (again, again.is_active, second.is_active) == (first, True, False)
    assert PaymentAccount.objects.count() == 2


def test_save_account__while_nothing_was_paid_by_it_asks_nobody(place):
    before = account(place)

    with till.down():
        after = account(place, OTHER)

    assert (after, Till.asked) == (before, [])


def test_save_account__with_keys_that_the_provider_does_not_take_is_refused(place):
    paid_by(account(place))

    assert refused(place, "tk_test_revoked") == (ErrorCode.VALIDATION_FAILED, ["secretKey"])


def test_save_account__without_an_answer_changes_nothing(place):
    paid_by(account(place))

    with till.down():
        assert refused(place, ROLLED) == (ErrorCode.PAYMENT_PROVIDER_ERROR, None)


def test_save_account__for_refunds_alone_changes_what_is_not_in_use(place):
    first = account(place)
    paid_by(first)
    second = account(place, OTHER)

    changed = account(place, ROLLED, is_active=False)

    assert (changed, changed.secret_key, changed.is_active) == (first, ROLLED, False)
    second.refresh_from_db()
    assert second.is_active


def test_save_account__for_refunds_alone_needs_an_account(place):
    assert refused(place, is_active=False) == (ErrorCode.VALIDATION_FAILED, ["isActive"])


def test_save_account__leaves_other_currencies_and_practices_alone(place):
    elsewhere = factories.business()
    kept = [account(place, currency="USD"), account(elsewhere)]

    account(place, OTHER)

    for row in kept:
        row.refresh_from_db()
        assert (row.is_active, row.secret_key) == (True, KEY)


# Taking out of use


def test_deactivate_account__pays_through_the_platform_again(place):
    made = account(place)
    viewer = Viewer(user=place.owner)

    ended = services.deactivate_account(account_id=made.pk, viewer=viewer, now=later(hours=1))

    assert (ended.is_active, ended.changed_at) == (False, later(hours=1))
    assert route_for(business_id=place.pk, currency="EUR").account is None
    assert mails()[-1] == ("payment_account_ended", place.owner.email)


def test_deactivate_account__again_tells_nobody(place):
    made = account(place)
    viewer = Viewer(user=place.owner)

    for _ in range(2):
        services.deactivate_account(account_id=made.pk, viewer=viewer, now=NOW)

    assert [template for template, _ in mails()] == ["payment_account_saved", "payment_account_ended"]


def test_deactivate_account__lets_open_attempts_be_paid(place):
    made = account(place)
    offered = factories.service(place)
    payment = factories.paying(factories.consultant(offered), offered)
    services.deactivate_account(account_id=made.pk, viewer=Viewer(user=place.owner), now=NOW)
    Till.says("first", payment, PaymentState.PAID)

    tasks.booking.settle(payment_id=payment.pk, now=NOW)

    payment.refresh_from_db()
    assert payment.confirms_booking


def test_deactivate_account__of_another_s_is_not_found(place):
    made = account(place)

    for viewer in (Viewer(user=factories.business().owner), factories.staff_of(place, Role.MANAGER)):
        error = refusal(services.deactivate_account, account_id=made.pk, viewer=viewer, now=NOW)
        assert (error.code, error.field) == (ErrorCode.NOT_FOUND, ["id"])
    made.refresh_from_db()
    assert made.is_active


def test_accounts_visible_to__are_ones_own_practices_alone(place):
    mine, theirs = account(place), account(factories.business())
    bot = Viewer(key=factories.service_key(*Scope, place=place).row)

    def seen(viewer):
        return set(services.accounts_visible_to(viewer))

    assert seen(Viewer(user=place.owner)) == seen(factories.staff_of(place, Role.OWNER)) == {mine}
    assert seen(Viewer(user=factories.user(is_superuser=True))) == {mine, theirs}
    for viewer in (Viewer(), bot, factories.staff_of(place, Role.MANAGER)):
        assert seen(viewer) == set()
