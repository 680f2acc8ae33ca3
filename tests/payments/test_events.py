"""From the inbox to the booking: what an event leads to, whoever signed it and whenever it comes."""

import logging

import pytest
from django.test import Client

from bookings import tasks
from bookings.accounts.viewer import Viewer
from bookings.booking.services import settle, start_payment
from bookings.booking.states import Status as BookingStatus
from bookings.notifications.models import OutboxMessage
from bookings.payments import services
from bookings.payments.matching import OUR_REFERENCES_BEGIN
from bookings.payments.models import Difference, Payment, ProviderEvent, Refund
from bookings.payments.providers import provider
from bookings.payments.providers.base import PaymentState
from bookings.payments.services import inbox
from tests import factories
from tests.factories import NOW, later
from tests.payments import till
from tests.payments.till import KEY, OTHER, PLATFORM, Till, account, written
from tests.witness import history, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _till(monkeypatch, settings):
    till.install(monkeypatch)
    settings.PAYMENT_PROVIDER = "till"


@pytest.fixture
def owned():
    """A practice's own account."""
    return account(factories.business())


@pytest.fixture
def own(owned):
    """An open attempt to pay by it."""
    return attempt_at(owned.business)


@pytest.fixture
def platforms():
    """An open attempt to pay another practice through the platform."""
    return attempt_at(factories.business())


def attempt_at(place, **fields):
    offered = factories.service(place, **fields)
    return factories.paying(factories.consultant(offered), offered)


def came(raw, signed_for=None, now=NOW):
    """An event as the inbox stores it; signed_for: the account whose keys signed it."""
    key = PLATFORM if signed_for is None else signed_for.secret_key
    sender = provider("till", signed_for)
    event = sender.read_event(raw, {till.SIGNATURE: till.sign(raw, key)})
    return services.store_event(provider=sender, event=event, raw=raw, now=now, account=signed_for)


def worked_on(event, now=NOW):
    """The event after one turn of the worker, at an instant when it is due."""
    tasks.sweep_events(max(now, event.next_attempt_at or now))
    event.refresh_from_db()
    return event


def outcome(raw, signed_for=None):
    return worked_on(came(raw, signed_for)).outcome


def status_of(payment):
    payment.refresh_from_db()
    payment.booking.refresh_from_db()
    return payment.status, payment.booking.status


PAID = (Payment.Status.SUCCEEDED, BookingStatus.CONFIRMED)
WAITING = (Payment.Status.OPEN, BookingStatus.PAYMENT_PENDING)


# Whose events


def test_event__of_an_own_account_confirms_what_was_paid_by_it(owned, own):
    Till.says("first", own)

    assert outcome(written(reference=own.reference), owned) == "confirmed"
    assert status_of(own) == PAID


def test_event__of_the_platform_confirms_what_was_paid_through_it(platforms):
    Till.says("platform", platforms)

    assert outcome(written(reference=platforms.reference)) == "confirmed"
    assert status_of(platforms) == PAID


@pytest.mark.parametrize("names", ["reference", "checkout", "payment"])
def test_event__signed_by_a_practice_touches_nobody_else_s_payment(platforms, own, names):
    """A practice has keys of its own, signs what it likes, and writes the victim's names into its own book."""
    stranger = account(factories.business(), OTHER)
    Payment.objects.update(provider_payment_id="tp_victim")
    for victim in (platforms, own):
        Till.says("other", victim)
        victim.refresh_from_db()
        name = {
            "reference": victim.reference,
            "checkout": victim.provider_checkout_id,
            "payment": victim.provider_payment_id,
        }[names]
        assert name
        event = came(written(f"evt_{victim.pk}", **{names: name}), stranger)

        worked_on(event, later(hours=2))

        assert event.outcome in {"not_ours", "no_such_payment"}
        assert status_of(victim) == WAITING
    assert all(key != OTHER for key, _ in Till.asked)


def test_event__of_the_platform_touches_no_own_account_s_payment(own):
    assert outcome(written(reference=own.reference)) == "not_ours"
    assert Till.asked == []


def test_settle__asks_with_the_payment_s_own_keys_whoever_made_it_ask(platforms):
    """Even what got past the inbox could confirm nothing: the stranger's book is not opened."""
    Till.says("other", platforms)

    settle(payment_id=platforms.pk, now=NOW)

    assert {key for key, _ in Till.asked} == {PLATFORM}
    assert status_of(platforms) == WAITING


def test_event__of_one_currency_s_account_finds_the_practice_s_other(owned):
    """A provider sends all of a merchant's events to one address, that of another currency's account perhaps."""
    second = account(owned.business, currency="USD")
    payment = attempt_at(owned.business, currency="USD")
    assert payment.account == second
    Till.says("first", payment)

    assert outcome(written(reference=payment.reference), owned) == "confirmed"


def test_event__of_an_account_out_of_use_is_still_worked_on(owned, own):
    services.deactivate_account(account_id=owned.pk, viewer=Viewer(user=owned.business.owner), now=NOW)
    Till.says("first", own)
    raw = written(reference=own.reference)

    assert till.deliver(Client(), raw, key=KEY, account=owned.public_id) == 200

    assert worked_on(ProviderEvent.objects.get()).outcome == "confirmed"


def test_event__with_the_same_id_under_other_keys_is_another_one(owned):
    stranger = account(factories.business(), OTHER)
    raw = written("evt_1")

    rows = [came(raw, signed_for) for signed_for in (None, owned, stranger)]

    assert len({row.pk for row in rows}) == 3
    assert [came(raw, signed_for) for signed_for in (None, owned, stranger)] == [None] * 3


def test_event__with_an_endless_id_stands_once_under_an_account(owned):
    raw = written("x" * 500)

    assert came(raw, owned).event_id.startswith("sha256:")
    assert came(raw, owned) is None
    assert came(raw) is not None


# By which name


def test_references__begin_as_the_inbox_knows_them():
    assert services.attempts.new_reference().startswith(OUR_REFERENCES_BEGIN)


@pytest.mark.parametrize("name", ["checkout", "payment"])
def test_event__without_our_reference_is_found_by_the_provider_s_names(own, owned, name):
    Payment.objects.filter(pk=own.pk).update(provider_checkout_id="tc_1", provider_payment_id="tp_1")
    Till.says("first", own)
    event = came(written(**{name: {"checkout": "tc_1", "payment": "tp_1"}[name]}), owned)

    assert worked_on(event).outcome == "confirmed"
    assert event.reference == own.reference


def test_event__tells_names_that_we_had_not_heard_before_the_provider_is_asked(own, owned):
    Payment.objects.filter(pk=own.pk).update(provider_checkout_id="", provider_payment_id="")

    outcome(written(reference=own.reference, checkout="tc_9", payment="tp_9"), owned)

    (_, asked) = Till.asked[-1]
    assert (asked.checkout_id, asked.payment_id) == ("tc_9", "tp_9")


def test_event__changes_no_name_that_the_provider_told_us(own, owned):
    before = own.provider_checkout_id

    outcome(written(reference=own.reference, checkout="tc_else"), owned)

    own.refresh_from_db()
    assert own.provider_checkout_id == before


@pytest.mark.parametrize("name", ["x" * 256, "tc_\x00"])
def test_event__with_a_name_that_no_column_holds_is_stored_without(name):
    assert came(written(checkout=name)).checkout_id == ""


# Nobody's, and too early


@pytest.mark.parametrize("names", [{}, {"reference": "T-another-shop-1", "payment": "tp_1"}])
def test_event__that_names_nothing_of_ours_ends_at_once(names):
    event = came(written(**names))

    assert (worked_on(event).outcome, event.attempts) == ("not_ours", 1)


def test_event__before_our_own_commit_waits_for_it(booking):
    reference = services.attempts.new_reference()
    event = came(written(reference=reference))
    assert (worked_on(event).outcome, event.processed_at) == ("", None)
    assert NOW < event.next_attempt_at <= later(seconds=4)
    start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    Payment.objects.update(reference=reference)
    payment = Payment.objects.get()
    Till.says("platform", payment)

    assert worked_on(event, later(minutes=1)).outcome == "confirmed"
    assert status_of(payment) == PAID


def test_event__waits_for_an_hour_and_no_longer(caplog):
    event = came(written(payment="tp_nobody"))
    now, tries = NOW, 0
    while event.processed_at is None:
        now = event.next_attempt_at
        worked_on(event, now)
        tries += 1

    assert event.outcome == "no_such_payment"
    assert f"event {event.pk} of till is about no payment that we know" in caplog.text
    assert later(hours=1) <= event.processed_at <= later(hours=1, minutes=5)
    assert 10 < tries < 40


# What came of it


def test_outcome__of_money_that_confirms_nothing_is_refunded(platforms):
    Till.says("platform", platforms, amount=platforms.asked.__class__(platforms.amount - 1, "EUR"))

    assert outcome(written(reference=platforms.reference)) == "refunded"


def test_outcome__of_an_attempt_that_failed_is_ended(platforms):
    Till.says("platform", platforms, PaymentState.FAILED)

    assert outcome(written(reference=platforms.reference)) == "ended"


def test_outcome__of_what_was_known_is_settled(platforms):
    assert outcome(written(reference=platforms.reference)) == "settled"


def test_outcome__of_word_about_a_pending_refund_is_that_it_is_looked_at(platforms):
    Till.says("platform", platforms)
    outcome(written("paid", reference=platforms.reference))
    platforms.refresh_from_db()
    refund = services.request_refund(
        payment=platforms, amount=platforms.asked, reason=Refund.Reason.STAFF, key="k", now=NOW
    )
    Refund.objects.update(status=Refund.Status.PENDING, next_attempt_at=later(days=1))

    event = came(written("refund", reference=platforms.reference))

    assert worked_on(event).outcome == "refund_followed"
    refund.refresh_from_db()
    assert refund.next_attempt_at < later(minutes=1)


# Disputes


def disputed(payment):
    Till.says("platform", payment)
    outcome(written("paid", reference=payment.reference))
    return worked_on(came(written("dp_1", "dispute", reference=payment.reference)))


def test_dispute__waits_for_a_person_who_is_told_once(platforms):
    event = disputed(platforms)

    difference = Difference.objects.get()
    assert event.outcome == "disputed"
    assert (difference.payment, difference.kind, difference.status) == (platforms, "DISPUTE", "OPEN")
    assert difference.data == {"event": "dispute", "event_id": "dp_1"}
    told_of = [template for template, _ in told(platforms.booking)]
    assert told_of.count("staff_payment_differs") == 1
    assert status_of(platforms) == PAID


def test_dispute__that_a_person_dealt_with_does_not_come_back_with_its_event(platforms):
    event = disputed(platforms)
    Difference.objects.update(status=Difference.Status.RESOLVED, ended_at=NOW)

    assert services.replay_event(event=event, now=NOW)

    assert worked_on(event).outcome == "disputed"
    assert Difference.objects.count() == 1


def test_dispute__of_an_own_account_names_the_provider_s_event(owned, own):
    worked_on(came(written("dp_1", "dispute", reference=own.reference), owned))

    assert Difference.objects.get().data["event_id"] == "dp_1"


# Again


def test_replay__asks_anew_and_does_nothing_twice(platforms):
    Till.says("platform", platforms)
    event = worked_on(came(written(reference=platforms.reference)))
    mails, before = OutboxMessage.objects.count(), history(platforms.booking)

    for time in (1, 2):
        assert services.replay_event(event=event, now=later(days=40))
        event.refresh_from_db()
        assert (event.outcome != "", event.processed_at, event.attempts, event.replays) == (
            True,
            None,
            0,
            time,
        )
        worked_on(event, later(days=40))
        assert event.outcome == "settled"

    assert (OutboxMessage.objects.count(), history(platforms.booking)) == (mails, before)
    assert len(Till.asked) == 3


def test_replay__of_one_given_up_gets_through(platforms, caplog):
    event = came(written(reference=platforms.reference))
    ProviderEvent.objects.update(attempts=inbox.MOST_ATTEMPTS - 1, next_attempt_at=NOW)
    event.refresh_from_db()
    with till.down(), caplog.at_level(logging.ERROR):
        worked_on(event)
    assert (event.processed_at, event.next_attempt_at) == (None, None)
    assert f"event {event.pk} of till is left to a person" in caplog.text
    Till.says("platform", platforms)

    assert services.replay_event(event=event, now=later(minutes=1))

    assert worked_on(event, later(minutes=2)).outcome == "confirmed"


def test_replay__needs_no_body(platforms):
    event = worked_on(came(written(reference=platforms.reference)))
    ProviderEvent.objects.update(body="")
    Till.says("platform", platforms)

    services.replay_event(event=event, now=later(minutes=1))

    assert worked_on(event, later(minutes=2)).outcome == "confirmed"


def test_replay__of_one_that_is_being_worked_on_does_nothing(platforms):
    event = came(written(reference=platforms.reference))
    assert not services.replay_event(event=event, now=NOW)
    services.claim_event(event.pk, now=NOW)
    assert not services.replay_event(event=event, now=NOW)

    event.refresh_from_db()
    assert event.replays == 0


def test_replay__of_a_stray_looks_once_more():
    event = came(written(payment="tp_nobody"))
    worked_on(event, later(hours=2))
    services.replay_event(event=event, now=later(hours=3))

    assert worked_on(event, later(hours=4)).outcome == "no_such_payment"


# What it wrote


def test_forget_bodies__finds_events_by_any_name_before_they_were_looked_at(own, owned):
    Payment.objects.filter(pk=own.pk).update(provider_checkout_id="tc_1", provider_payment_id="tp_1")
    about = [
        came(written(f"evt_{number}", **names), owned)
        for number, names in enumerate(
            ({"reference": own.reference}, {"checkout": "tc_1"}, {"payment": "tp_1"})
        )
    ]
    other = came(written("evt_other", payment="tp_2"), owned)

    assert services.forget_bodies(booking_id=own.booking_id) == 3

    bodies = dict(ProviderEvent.objects.values_list("pk", "body"))
    assert [bool(bodies[row.pk]) for row in [*about, other]] == [False, False, False, True]


# However often


def test_event__of_a_practice_s_own_account_twenty_times_has_one_row_and_one_effect(owned, own):
    Till.says("first", own)
    raw, client = written(reference=own.reference), Client()

    for _ in range(20):
        assert till.deliver(client, raw, key=KEY, account=owned.public_id) == 200
    tasks.sweep_events(NOW)

    assert ProviderEvent.objects.get().outcome == "confirmed"
    assert [template for template, _ in told(own.booking)].count("confirmed") == 1
