"""What the tests of payments share."""

import pytest

from bookings.common.money import Money
from bookings.payments import services
from bookings.payments.models import SandboxCheckout
from bookings.payments.providers import provider
from tests import factories
from tests.payments import faulty_provider
from tests.payments.at_stripe import stripe_double  # noqa: F401 - a fixture for several

pytest.register_assert_rewrite("tests.payments.contract", "tests.payments.world")


@pytest.fixture
def bank(db, monkeypatch, settings):
    """A bank of the test's own, which takes the payments and fails as it is told to."""
    return faulty_provider.installed(monkeypatch, settings)


@pytest.fixture
def offered(db):
    """An hour for 60.00 EUR, to be approved and paid online."""
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def booking(db):
    """An approved booking of 60 EUR that waits for its payment."""
    offered = factories.service()
    return factories.approved(factories.consultant(offered), offered)


@pytest.fixture
def attempt(booking):
    """A fresh attempt to pay for it with the sandbox, not yet known to the sandbox."""
    return services.open_attempt(
        booking_id=booking.pk,
        amount=Money(booking.price, booking.currency),
        provider_name="sandbox",
        expires_at=factories.later(minutes=30),
        now=factories.NOW,
    )


@pytest.fixture
def checkout(attempt):
    """The sandbox's own row for it, open."""
    made = provider("sandbox").create_checkout(
        reference=attempt.reference,
        amount=attempt.asked,
        email="carla@example.org",
        description="Talk · MS-7K2Q9D",
        return_url="https://www.example.org/done",
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
    )
    services.checkout_created(payment_id=attempt.pk, checkout=made)
    return SandboxCheckout.objects.get(reference=attempt.reference)
