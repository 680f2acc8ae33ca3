"""The inbox and the sandbox's page, over HTTP."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from bookings import tasks
from bookings.booking.states import Status as BookingStatus
from bookings.common import clock
from bookings.notifications.models import OutboxMessage
from bookings.payments import providers, sandbox
from bookings.payments.models import Payment, PaymentAccount, ProviderEvent, SandboxCheckout
from tests import factories
from tests.payments import till

INBOX = "/payments/sandbox/events"
BODY = json.dumps({"id": "SW-a:payment.success", "event": "payment.success", "reference": "SW-a"}).encode()
Status = SandboxCheckout.Status


def post(client, body=BODY, *, signed=None, path=INBOX, **extra):
    signature = sandbox.sign(body if signed is None else signed, django_settings.SANDBOX_SECRET)
    headers = {sandbox.SIGNATURE_HEADER: signature} | extra.pop("headers", {})
    return client.post(path, body, content_type="application/json", headers=headers, **extra)


# The inbox


def test_events__genuine_is_stored_and_queued(client, db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client)

    row = ProviderEvent.objects.get()
    assert (answer.status_code, answer.content) == (200, b"")
    assert (row.event_id, row.body) == ("SW-a:payment.success", BODY.decode())
    assert [task.func() for task in OrmQ.objects.all()] == ["bookings.tasks.process_provider_event"]


def test_events__needs_no_form_token(db):
    assert post(Client(enforce_csrf_checks=True)).status_code == 200


def test_events__three_times_is_stored_once(client, db):
    answers = [post(client).status_code for _ in range(3)]

    assert (answers, ProviderEvent.objects.count()) == ([200, 200, 200], 1)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {sandbox.SIGNATURE_HEADER: "0" * 128}),
        (BODY, {sandbox.SIGNATURE_HEADER: ""}),
        (BODY, {sandbox.SIGNATURE_HEADER: sandbox.sign(BODY, "another-key")}),
        (BODY, {sandbox.SIGNATURE_HEADER: sandbox.sign(BODY, "")}),
        (BODY + b"\n", {sandbox.SIGNATURE_HEADER: sandbox.sign(BODY, django_settings.SANDBOX_SECRET)}),
    ],
)
def test_events__forged_or_altered_is_refused_without_a_word(client, db, body, headers):
    answer = post(client, body, headers=headers)

    assert (answer.status_code, answer.content) == (400, b"")
    assert not ProviderEvent.objects.exists()


def test_events__unsigned_is_refused(client, db):
    answer = client.post(INBOX, BODY, content_type="application/json")

    assert (answer.status_code, answer.content) == (400, b"")


def test_events__signed_nonsense_is_refused(client, db):
    assert post(client, b"[]").status_code == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("path", ["/payments/nobody/events", "/payments/none/events"])
def test_events__of_no_provider_are_not_found(client, db, path):
    assert post(client, path=path).status_code == 404


def test_events__of_a_provider_without_keys_are_not_found(client, db, settings):
    settings.SANDBOX_SECRET = ""

    assert post(client).status_code == 404


def test_events__up_to_the_cap_and_no_further(client, db):
    frame = len(json.dumps({"id": "", "event": "e", "reference": ""}))
    fitting = json.dumps({"id": "x" * (256 * 1024 - frame), "event": "e", "reference": ""}).encode()

    assert len(fitting) == 256 * 1024
    assert post(client, fitting).status_code == 200
    assert post(client, fitting + b" ").status_code == 413
    assert ProviderEvent.objects.count() == 1


def test_events__that_claim_to_be_huge_are_refused_unread(client, db):
    assert post(client, CONTENT_LENGTH=str(10**9)).status_code == 413
    assert post(client, CONTENT_LENGTH="many").status_code == 413


def test_events__are_posted(client, db):
    answer = client.get(INBOX)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


# The inboxes of practices' own accounts


@pytest.fixture
def own(db, monkeypatch):
    till.install(monkeypatch)
    return till.account(factories.business())


def test_account_events__genuine_is_stored_with_its_account(client, own):
    raw = till.written(reference="SW-a", checkout="tc_1", payment="tp_1")

    assert till.deliver(client, raw, key=till.KEY, account=own.public_id) == 200

    row = ProviderEvent.objects.get()
    assert (row.provider, row.account, row.event_id) == ("till", own, f"{own.public_id}:evt_1")
    assert (row.reference, row.checkout_id, row.payment_id, row.is_dispute) == ("SW-a", "tc_1", "tp_1", False)


def test_account_events__of_a_dispute_are_marked(client, own):
    till.deliver(client, till.written(event="dispute"), key=till.KEY, account=own.public_id)

    assert ProviderEvent.objects.get().is_dispute


@pytest.mark.parametrize("key", [till.PLATFORM, till.OTHER, ""])
def test_account_events__signed_by_anybody_else_are_refused(client, own, key):
    assert till.deliver(client, till.written(), key=key, account=own.public_id) == 400
    assert not ProviderEvent.objects.exists()


def test_account_events__are_not_the_platform_s(client, own):
    assert till.deliver(client, till.written(), key=till.KEY) == 400
    assert not ProviderEvent.objects.exists()


def test_account_events__of_an_unknown_account_are_not_found(client, own):
    assert till.deliver(client, till.written(), key=till.KEY, account="0" * 32) == 404
    assert till.deliver(client, till.written(), key=till.KEY, account=f"{own.public_id}0") == 404


def test_account_events__at_another_provider_s_address_are_not_found(client, own, monkeypatch):
    """Also at that of one to which the same keys would be good."""
    monkeypatch.setitem(providers._PROVIDERS, "twin", till.Till)
    raw = till.written()
    headers = {till.SIGNATURE: till.sign(raw, till.KEY)}

    for name in ("sandbox", "twin", "nobody"):
        path = f"/payments/{name}/events/{own.public_id}"
        assert client.post(path, raw, content_type="application/json", headers=headers).status_code == 404


def test_account_events__whose_keys_are_none_any_more_are_not_found(client, own):
    PaymentAccount.objects.update(secret_key="nonsense")

    assert till.deliver(client, till.written(), key="nonsense", account=own.public_id) == 404


def test_account_events__have_the_same_cap(client, own):
    raw = till.written("x" * 256 * 1024)

    assert till.deliver(client, raw, key=till.KEY, account=own.public_id) == 413


def test_account_events__are_posted(client, own):
    answer = client.get(f"/payments/till/events/{own.public_id}")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


# The page


def page_of(row):
    return reverse("payments:sandbox_checkout", args=[row.reference])


def choose(client, row, choice):
    return client.post(page_of(row), {"choice": choice})


def test_page__shows_what_is_to_be_paid_and_what_can_be_done(client, checkout):
    answer = client.get(page_of(checkout))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "60.00 EUR" in text
    assert "Talk · MS-7K2Q9D" in text
    assert 'name="card" value="4242 4242 4242 4242" checked' in text
    assert 'name="choice" value="abandon"' in text
    assert "no-store" in answer["Cache-Control"]


def test_page__has_no_script_and_loads_nothing_from_elsewhere(client, checkout):
    answer = client.get(page_of(checkout))

    text = answer.content.decode()
    assert "<script" not in text
    assert " style=" not in text
    assert 'src="http' not in text
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_page__shows_markup_as_text(client, checkout):
    SandboxCheckout.objects.update(description="<script>alert(1)</script>")

    text = client.get(page_of(checkout)).content.decode()

    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_page__never_links_to_a_script(client, checkout):
    SandboxCheckout.objects.update(return_url="javascript:alert(1)")

    assert "javascript:" not in client.get(page_of(checkout)).content.decode()


def test_page__being_looked_at_changes_nothing(client, checkout):
    client.get(page_of(checkout))
    client.head(page_of(checkout), {"choice": "pay"})
    client.get(page_of(checkout), {"choice": "pay"})

    checkout.refresh_from_db()
    assert checkout.status == Status.OPEN
    assert client.put(page_of(checkout)).status_code == 405


@pytest.mark.parametrize(
    ("choice", "status"), [("pay", Status.SUCCESS), ("fail", Status.FAILED), ("abandon", Status.ABANDONED)]
)
def test_page__takes_a_choice_and_says_so_with_the_way_back(client, checkout, choice, status):
    answer = choose(client, checkout, choice)

    checkout.refresh_from_db()
    shown = client.get(answer["Location"]).content.decode()
    assert (answer.status_code, answer["Location"]) == (302, page_of(checkout))
    assert checkout.status == status
    assert f'data-state="{status}"' in shown
    assert 'href="https://www.example.org/done"' in shown
    assert "<form" not in shown


def test_page__chosen_twice_keeps_the_first_and_tells_once(client, checkout):
    choose(client, checkout, "pay")
    choose(client, checkout, "fail")
    choose(client, checkout, "pay")

    checkout.refresh_from_db()
    assert checkout.status == Status.SUCCESS
    assert OutboxMessage.objects.filter(channel=OutboxMessage.Channel.WEBHOOK).count() == 1


@pytest.mark.parametrize("choice", ["", "PAY", "refund"])
def test_page__knows_no_other_choice(client, checkout, choice):
    answer = choose(client, checkout, choice)

    checkout.refresh_from_db()
    assert (answer.status_code, checkout.status) == (400, Status.OPEN)


def test_page__after_its_time_takes_nothing(client, checkout):
    SandboxCheckout.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    choose(client, checkout, "pay")

    checkout.refresh_from_db()
    assert checkout.status == Status.OPEN
    assert 'data-state="EXPIRED"' in client.get(page_of(checkout)).content.decode()


def test_page__of_a_closed_attempt_takes_nothing(client, checkout):
    sandbox.settle_checkout(reference=checkout.reference, status=Status.CLOSED, now=clock.now())

    choose(client, checkout, "pay")

    assert 'data-state="CLOSED"' in client.get(page_of(checkout)).content.decode()


def test_page__wants_the_form_s_token(checkout):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(page_of(checkout), {"choice": "pay"}).status_code == 403
    browser.get(page_of(checkout))
    token = browser.cookies["csrftoken"].value
    assert browser.post(page_of(checkout), {"choice": "pay", "csrfmiddlewaretoken": token}).status_code == 302


def test_page__of_nothing_is_not_found(client, db):
    assert client.get("/payments/sandbox/checkout/SW-none").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_page__is_not_there_with_another_provider(client, checkout, settings, method):
    settings.PAYMENT_PROVIDER = "none"

    answer = getattr(client, method)(page_of(checkout), {"choice": "pay"})

    checkout.refresh_from_db()
    assert (answer.status_code, checkout.status) == (404, Status.OPEN)


# From the page to the booking


@pytest.mark.parametrize(
    ("choice", "payment_status", "booking_status"),
    [
        ("pay", Payment.Status.SUCCEEDED, BookingStatus.CONFIRMED),
        ("fail", Payment.Status.FAILED, BookingStatus.APPROVED),
        ("abandon", Payment.Status.FAILED, BookingStatus.APPROVED),
    ],
)
def test_choice__reaches_the_booking_by_the_signed_webhook(
    client, db, choice, payment_status, booking_status
):
    offered = factories.service()
    payment = factories.paying(factories.consultant(offered), offered)
    client.post(payment.checkout_url.removeprefix(django_settings.PUBLIC_URL), {"choice": choice})
    webhook = OutboxMessage.objects.get(channel=OutboxMessage.Channel.WEBHOOK)

    for _ in range(3):
        answer = client.post(
            webhook.recipient.removeprefix(django_settings.PUBLIC_URL),
            webhook.context["body"].encode(),
            content_type="application/json",
            headers=webhook.context["headers"],
        )
        assert answer.status_code == 200
        tasks.process_provider_event(ProviderEvent.objects.get().pk)

    payment.refresh_from_db()
    assert (payment.status, payment.booking.status) == (payment_status, booking_status)
    assert ProviderEvent.objects.get().outcome == ("confirmed" if choice == "pay" else "ended")
