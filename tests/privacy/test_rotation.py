"""Encrypting everything anew, so that an older key can be thrown away."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from bookings.booking.models import Booking, BookingNote, Discount
from bookings.businesses.models import CorporateClient
from bookings.common.secrecy import is_newest
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, PaymentAccount, ProviderEvent, Refund
from bookings.privacy.rotation import encrypted_columns, rotate
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def written(settings: Any) -> Booking:
    """Something in every encrypted column, under the old key; then a new key is put before it."""
    settings.ENCRYPTION_KEYS = [OLD]
    offered = factories.service()
    host = factories.consultant(offered)
    booking = factories.draft(host, offered, message="hello", intake={"age": 30})
    for number in range(5):
        BookingNote.objects.create(booking=booking, text=f"note {number}", created_at=NOW)
    ProviderEvent.objects.create(provider="sandbox", event_id="1", kind="paid", body="{}")
    _money(booking)
    CorporateClient.objects.create(business=booking.business, company="Acme", note="fifth")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return booking


def _money(booking: Booking) -> None:
    """An account with its keys, and the words beside a refund and a discount."""
    account = PaymentAccount.objects.create(
        business=booking.business,
        public_id="a1",
        provider="stripe",
        currency="EUR",
        secret_key="first",
        webhook_secret="second",
        live=False,
    )
    payment = Payment.objects.create(
        booking=booking, provider="stripe", account=account, reference="SW-1", amount=60, currency="EUR",
        status="SUCCEEDED", paid_amount=60, live=False, expires_at=NOW,
    )  # fmt: skip
    Refund.objects.create(payment=payment, amount=1, reason="STAFF", key="k", note="third")
    Discount.objects.create(booking=booking, amount=1, reason="fourth")


def run(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def sealed() -> list[str]:
    """Every encrypted text as the database holds it."""
    found = []
    for column in encrypted_columns():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column.name} FROM {column.table} WHERE {column.name} <> ''")
            found += [row[0] for row in cursor.fetchall()]
    return found


def test_encrypted_columns__are_found_by_their_class() -> None:
    assert sorted(map(str, encrypted_columns())) == [
        "bookings_booking.intake",
        "bookings_booking.message",
        "bookings_bookingnote.text",
        "bookings_corporateclient.note",
        "bookings_discount.reason",
        "bookings_outboxmessage.secrets",
        "bookings_paymentaccount.secret_key",
        "bookings_paymentaccount.webhook_secret",
        "bookings_providerevent.body",
        "bookings_refund.note",
    ]


def test_rotate_keys__lets_the_old_key_be_dropped(written: Booking, settings: Any) -> None:
    assert not any(map(is_newest, sealed()))

    told = run(batch=2)

    assert "bookings_bookingnote.text: 5 texts, 5 encrypted anew" in told
    assert len(sealed()) == 14
    assert CorporateClient.objects.get().note == "fifth"
    settings.ENCRYPTION_KEYS = [NEW]
    written.refresh_from_db()
    assert (written.message, written.intake) == ("hello", {"age": 30})
    assert [note.text for note in written.notes.order_by("pk")] == [f"note {number}" for number in range(5)]
    assert "code" in OutboxMessage.objects.get().secrets
    assert ProviderEvent.objects.get().body == "{}"
    account = PaymentAccount.objects.get()
    assert (account.secret_key, account.webhook_secret) == ("first", "second")
    assert (Refund.objects.get().note, Discount.objects.get().reason) == ("third", "fourth")


def test_rotate_keys__before_it_ran_the_old_key_is_still_needed(written: Booking, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(ValueError, match="no key"):
        written.refresh_from_db()


def test_rotate_keys__again_changes_nothing(written: Booking) -> None:
    run()
    before = sealed()

    told = run()

    assert "0 encrypted anew" in told
    assert sealed() == before


def test_rotate_keys__after_a_crash_goes_on_where_it_was(written: Booking) -> None:
    begun = rotate(batch=2)
    next(begun)
    begun.close()
    done = [text for text in sealed() if is_newest(text)]
    assert 0 < len(done) < len(sealed())

    run(batch=2)

    assert all(map(is_newest, sealed()))
    assert set(done) <= set(sealed())


def test_rotate_keys__leaves_what_no_key_opens_and_exits_with_1(written: Booking, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OTHER]
    stranger = BookingNote.objects.create(booking=written, text="lost", created_at=NOW)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    out = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("rotate_keys", stdout=out, stderr=out)

    assert stopped.value.code == 1
    assert "bookings_bookingnote.text: 1 texts are opened by no key" in out.getvalue()
    assert Booking.objects.get().message == "hello"
    settings.ENCRYPTION_KEYS = [OTHER]
    assert BookingNote.objects.get(pk=stranger.pk).text == "lost"
