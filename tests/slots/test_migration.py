"""What stood before slots counted their holders is counted by the migration."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookings.audit.invariants import audit
from bookings.booking.models import Booking
from bookings.slots.models import Slot
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.busy]


def test_time__counts_the_holders_and_copies_the_steps_of_what_is_there():
    offered = factories.service(seats=4, step=20)
    host = factories.consultant(offered)
    in_group = [factories.pending(host, offered, seats=seats) for seats in (1, 2)]
    alone = factories.pending(factories.consultant(offered), offered)
    before = dict(Slot.objects.values_list("pk", "holders"))

    try:
        call_command("migrate", "bookings", "0004", verbosity=0)
        old = MigrationExecutor(connection).loader.project_state([("bookings", "0004_bounces")]).apps
        assert old.get_model("bookings", "Slot").objects.count() == 2
    finally:
        call_command("migrate", "bookings", verbosity=0)

    assert (
        dict(Slot.objects.values_list("pk", "holders"))
        == before
        == {in_group[0].slot_id: 2, alone.slot_id: 1}
    )
    assert set(Booking.objects.values_list("step", flat=True)) == {20}
    assert not list(audit())
    assert apps.get_model("bookings", "Slot") is Slot
