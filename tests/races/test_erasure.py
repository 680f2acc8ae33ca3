"""Somebody is forgotten while they still do something."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.notifications.models import OutboxMessage
from bookings.privacy.services import erase_person
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.threads import race

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

EMAIL = "ana@example.org"
ROUNDS = 12


def prover(draft):
    token = factories.secrets_of(draft)["link"].partition("#token=")[2]

    def prove():
        passed = verification.pass_by_token(purpose="VERIFY_BOOKING", token=token, now=NOW)
        return services.verify(passed=passed, now=NOW)

    return prove


def eraser():
    return erase_person(email=EMAIL, now=NOW)


def test_erase_and_verify__at_once_leave_a_request_or_nobody(host, offered):
    for place in range(ROUNDS):
        draft = factories.draft(host, offered, email=EMAIL, starts_at=TEN + timedelta(days=place))

        run = race([prover(draft), eraser])

        assert run.accidents == []
        draft.refresh_from_db()
        if draft.erased_at is None:
            assert (draft.status, draft.email) == (Status.PENDING, EMAIL)
            services.cancel_to_forget(booking_id=draft.pk, now=NOW)
        else:
            assert (draft.status, draft.email, draft.claim_id) == (Status.EXPIRED, "", None)
        eraser()
    assert not Booking.objects.exclude(email="").exists()
    check_invariants()


def test_erase_and_draft__at_once_leave_a_draft_with_its_mail_or_nobody(host, offered):
    for place in range(ROUNDS):
        starts_at = TEN + timedelta(days=place)
        run = race([lambda at=starts_at: factories.draft(host, offered, email=EMAIL, starts_at=at), eraser])

        assert run.accidents == []
        (draft,) = run.results[:1]
        draft.refresh_from_db()
        mail = OutboxMessage.objects.get(booking=draft, template="verify_booking")
        assert (mail.recipient == EMAIL) == (draft.email == EMAIL)
        if draft.erased_at is None:
            assert prover(draft)().booking.status == Status.PENDING
            services.cancel_to_forget(booking_id=draft.pk, now=NOW)
        eraser()
    check_invariants()


def test_erase__twice_at_once_closes_the_account_once(host, offered):
    for _ in range(ROUNDS):
        factories.user(EMAIL)
        factories.draft(host, offered, email=EMAIL)

        run = race([eraser, eraser])

        assert run.accidents == []
        assert sum(done.forgotten["accounts"] for done in run.results) == 1
    check_invariants()
