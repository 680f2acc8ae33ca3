"""The office in a real browser: money that goes back, events, mails, reviews, texts, keys, and who came too often."""

import pytest
from playwright.sync_api import Page, expect

from bookings.accounts.models import ServiceKey
from bookings.accounts.viewer import Viewer
from bookings.businesses import consents
from bookings.businesses.models import Business, ConsentText
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit
from bookings.limits.services import wait_of
from bookings.notifications.models import OutboxMessage
from bookings.payments import services as payments
from bookings.payments.models import Payment, ProviderEvent, Refund
from bookings.payments.providers import provider
from bookings.payments.providers.base import Event
from bookings.reviews.models import Review
from bookings.tasks import process_provider_event
from tests import factories, lifecycle
from tests.browser.desk import Desk
from tests.factories import NOW
from tests.reviews.sessions import practice, reviewed

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

BODY = b'{"event": "charge.success", "data": {"amount": 6000, "currency": "EUR", "authorization": {"last4": "4081"}}}'


def paid() -> Payment:
    service = factories.service()
    return Payment.objects.get(booking=lifecycle.confirmed(factories.consultant(service), service))


def fits(desk: Desk, name: str) -> None:
    """The page as it is fits a phone and a desk, in the light and in the dark."""
    desk.picture(f"{name}-1280")
    desk.narrow()
    assert desk.too_wide() == []
    desk.picture(f"{name}-390")
    desk.check()
    desk.wide()


def act_on_all(page: Page, action: str) -> None:
    """Choose every row of a list, and what to do with them."""
    page.get_by_label("Select all objects on this page for an action").check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Run").click()


def test_money__is_refunded_in_part_and_an_event_is_had_again(desk: Desk) -> None:
    payment = paid()
    lead = factories.staff_of(payment.booking.business)
    page = desk.page

    desk.open("admin:bookings_payment_changelist", user=lead)
    expect(page.get_by_role("region", name="Sums")).to_contain_text("60.00 EUR")
    fits(desk, "payments")
    page.locator("#result_list tbody a").first.click()
    fits(desk, "payment")
    page.get_by_role("link", name="Give money back…").click()
    page.get_by_label("Amount, in EUR").fill("12.50")
    page.get_by_label("Reason").fill("It was cold.")
    fits(desk, "refund-asked")
    page.get_by_role("button", name="Refund …").click()
    page.get_by_role("button", name="Give 12.50 EUR back").click()
    expect(page.locator("body")).to_contain_text("12.50 EUR of")
    assert Refund.objects.get().amount == 12.5

    Refund.objects.update(next_attempt_at=None, attempts=20, last_error="ProviderUnavailable")
    desk.open("admin:bookings_refund_changelist")
    fits(desk, "refunds")
    act_on_all(page, "Try again now")
    expect(page.locator("body")).to_contain_text("1 of 1 taken up again")
    assert Refund.objects.get().next_attempt_at is not None

    told = Event("evt_1", "charge.success", payment.reference)
    row = payments.store_event(provider=provider("sandbox"), event=told, raw=BODY, now=NOW)
    assert row is not None
    process_provider_event(row.pk)
    desk.open("admin:bookings_providerevent_changelist")
    expect(page.locator("body")).to_contain_text("Nothing new: it was known already")
    fits(desk, "events")
    page.locator("#result_list tbody a").first.click()
    expect(page.locator(".told")).to_contain_text("6000")
    assert "4081" not in page.content()
    fits(desk, "event")
    page.get_by_role("button", name="Process again").click()
    expect(page.locator("body")).to_contain_text("Waits for the worker. Before: Nothing new")
    process_provider_event(row.pk)
    page.reload()
    expect(page.locator("body")).to_contain_text("had again once")
    assert ProviderEvent.objects.get().processed_at is not None


def test_messages_and_reviews__are_sent_again_and_hidden_with_a_reason(desk: Desk) -> None:
    host = practice()
    review = reviewed(host, 2, "Late, and rude.")
    lead = factories.staff_of(host.business)
    mail = OutboxMessage.objects.filter(booking=review.booking).latest("pk")
    OutboxMessage.objects.filter(pk=mail.pk).update(
        status="FAILED", attempts=8, last_error="SMTPServerDisconnected"
    )
    page = desk.page

    desk.open("admin:bookings_outboxmessage_changelist", user=lead)
    fits(desk, "outbox")
    desk.open("admin:bookings_outboxmessage_change", mail.pk)
    expect(page.locator("body")).to_contain_text("Given up")
    fits(desk, "mail")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("body")).to_contain_text("1 of 1 queued again")
    assert OutboxMessage.objects.get(pk=mail.pk).status == "QUEUED"

    desk.open("admin:bookings_review_changelist")
    expect(page.get_by_role("img", name="2 stars")).to_be_visible()
    fits(desk, "reviews")
    page.locator("#result_list tbody a").first.click()
    expect(page.locator("body")).to_contain_text(f"Review of {host.business} by Carla C., 2 stars")
    page.get_by_label("Reply").fill("We are sorry.")
    page.get_by_label("Hidden", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("Say why it is hidden.")
    fits(desk, "review-refused")
    page.get_by_label("Hidden reason").fill("It names a person.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was changed successfully")
    row = Review.objects.get()
    assert (row.reply, row.hidden_reason, row.hidden_at is None) == (
        "We are sorry.",
        "It names a person.",
        False,
    )
    page.locator("#result_list tbody a").first.click()
    page.get_by_label("Hidden", exact=True).uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was changed successfully")
    assert Review.objects.get().hidden_at is None


def test_texts_and_keys__have_a_new_version_and_are_revoked(desk: Desk) -> None:
    place: Business = factories.business()
    owner = Viewer(user=place.owner)
    consents.publish(business_id=place.pk, text="We keep what you tell us.", viewer=owner, now=NOW)
    factories.service_key(ServiceKey.Scope.BOOKING, ServiceKey.Scope.CATALOGUE, place=place)
    page = desk.page

    desk.open("admin:bookings_consenttext_change", ConsentText.objects.get().pk, user=place.owner)
    page.get_by_role("link", name="New version from this one…").click()
    words = page.get_by_role("textbox", name="Text")
    expect(words).to_have_value("We keep what you tell us.")
    fits(desk, "consent-new")
    words.fill("We keep what you tell us for a year.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("In force until")
    fits(desk, "consents")
    assert ConsentText.objects.count() == 2
    assert consents.latest(place.pk) == ConsentText.objects.get(text="We keep what you tell us for a year.")

    desk.open("admin:bookings_servicekey_changelist")
    expect(page.locator("body")).to_contain_text("Read the offer and open times; Draft bookings")
    fits(desk, "keys")
    desk.open("admin:bookings_servicekey_change", ServiceKey.objects.get().pk)
    fits(desk, "key")
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("body")).to_contain_text("1 keys revoked.")
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    assert ServiceKey.objects.get().revoked_at is not None


def test_limits_hit__are_looked_at_and_one_is_lifted(desk: Desk) -> None:
    boss = factories.user(is_superuser=True, is_staff=True)
    client = {"address": "ana@example.org", "ip": "192.0.2.77"}
    while not wait_of(Limit.LOGIN, client, now=NOW):
        pass
    page = desk.page

    desk.open("admin:bookings_rolerequest_changelist", user=boss)
    expect(page.locator("body")).to_contain_text("Who asks to be a consultant")
    fits(desk, "nothing-here")
    desk.open("admin:bookings_limitrefusal_changelist")
    expect(page.locator("body")).to_contain_text("Kept out until")
    fits(desk, "limits")
    search = page.locator("#searchbar")
    search.fill("ana@example.org")
    search.press("Enter")
    page.get_by_role("link", name="A try to log in").click()
    fits(desk, "limit")
    page.get_by_role("button", name="Let them try again now").click()
    expect(page.locator("body")).to_contain_text("1 may try again now.")
    assert LimitRefusal.objects.get().lifted_by == boss
    assert wait_of(Limit.LOGIN, client, now=NOW) == 0

    desk.open("admin:bookings_user_change", boss.pk)
    expect(page.locator("body")).to_contain_text("No practice")
    fits(desk, "account")
