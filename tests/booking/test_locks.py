"""The one order of locks, shown on the one path where it could be lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from bookings.booking import services
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.slots.models import Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.races.steps import wait_until_waiting
from tests.witness import refusal


@pytest.mark.django_db
def test_lock_booking__that_is_not_there_is_not_found():
    with transaction.atomic():
        assert refusal(lock_booking, pk=1).code == ErrorCode.NOT_FOUND


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_lock_booking__of_one_that_takes_a_slot_meanwhile_begins_again_with_the_slot():
    offered = factories.service()
    host = factories.consultant(offered)
    slot = Slot.objects.create(
        schedule=host.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1), is_published=True
    )
    draft = factories.draft(host, offered)
    proof = factories.passed(draft)
    ends = {}

    def run(name, act):
        try:
            with transaction.atomic():
                ends[name] = act()
        except Exception as error:  # a deadlock is what this test is about
            ends[name] = error
        finally:
            connection.close()

    def slot_then_booking():
        """Somebody else, in the right order."""
        Slot.objects.select_for_update().get(pk=slot.pk)
        return Booking.objects.select_for_update(of=("self",)).get(pk=draft.pk).status

    others = [
        threading.Thread(target=run, args=("mover", lambda: lock_booking(draft.pk).status)),
        threading.Thread(target=run, args=("other", slot_then_booking)),
    ]
    with transaction.atomic():
        services.verify(passed=proof, now=NOW)
        for number, thread in enumerate(others, 1):
            thread.start()
            wait_until_waiting(number)
    for thread in others:
        thread.join(30)

    assert ends == {"mover": Status.PENDING, "other": Status.PENDING}
