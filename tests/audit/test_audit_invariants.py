"""The command: one line a check, the first 20 keys, and an exit code to go by."""

import re

import pytest
from django.core.management import call_command

from bookings.audit.invariants import CHECKS
from bookings.slots.models import Occupation, Slot
from tests.audit.faults import change

pytestmark = pytest.mark.django_db


def lines(capsys) -> list[str]:
    return capsys.readouterr().out.strip().split("\n")


def test_audit_invariants__prints_a_line_for_each_check_and_ends_well(capsys):
    call_command("audit_invariants")

    *checks, summary = lines(capsys)
    assert [re.match(r"✓ (\w+) \(invariant [\d, ]+\): 0 \w+$", line)[1] for line in checks] == [
        check.name for check in CHECKS
    ]
    assert summary == f"{len(CHECKS)} passed, 0 failed"


def test_audit_invariants__names_what_is_wrong_and_exits_with_1(world, capsys):
    change(world.pending.slot, seats_taken=0, holders=0)
    Occupation.objects.filter(slot=world.pending.slot).delete()

    with pytest.raises(SystemExit) as ended:
        call_command("audit_invariants")

    printed = lines(capsys)
    assert ended.value.code == 1
    assert f"✗ miscounted_slots (invariant 2): 1 slots: {world.pending.slot_id}" in printed
    assert printed[-1] == f"{len(CHECKS) - 1} passed, 1 failed"


def test_audit_invariants__shows_twenty_keys_and_counts_all(world, capsys):
    start = world.pending.starts_at
    for days in range(25):
        Slot.objects.create(
            schedule=world.host.schedule,
            starts_at=start.replace(year=2031, month=1, day=days + 1),
            ends_at=start.replace(year=2031, month=1, day=days + 2),
            seats_taken=1,
            holders=1,
        )
    planted = list(Slot.objects.filter(starts_at__year=2031).order_by("pk").values_list("pk", flat=True))

    with pytest.raises(SystemExit):
        call_command("audit_invariants")

    shown = ", ".join(map(str, planted[:20]))
    assert f"✗ miscounted_slots (invariant 2): 25 slots: {shown}, …" in lines(capsys)
