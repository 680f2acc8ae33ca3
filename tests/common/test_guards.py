"""The guards are there after any migration, and their absence is told."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from bookings.booking.models import BookingEvent, Discount
from bookings.businesses.models import ConsentText
from bookings.guards import GUARDS, check_installed
from bookings.payments.models import Receipt
from bookings.slots.models import Occupation
from tests import factories

DROP = {
    "postgresql": {
        "occupation_never_overlaps": "ALTER TABLE bookings_occupation DROP CONSTRAINT occupation_never_overlaps",
        "booking_event_is_append_only": "DROP TRIGGER booking_event_is_append_only ON bookings_bookingevent",
        "booking_event_is_not_truncated": "DROP TRIGGER booking_event_is_not_truncated ON bookings_bookingevent",
        "consent_text_is_published": "DROP TRIGGER consent_text_is_published ON bookings_consenttext",
        "discount_is_append_only": "DROP TRIGGER discount_is_append_only ON bookings_discount",
        "receipt_is_append_only": "DROP TRIGGER receipt_is_append_only ON bookings_receipt",
    },
    "sqlite": {name: f"DROP TRIGGER {name}" for guard in GUARDS for name in guard.names.get("sqlite", ())},
}


def findings():
    return sorted(finding.msg for finding in check_installed(None, ["default"]))


def names():
    return sorted(f"The database lacks the guard {name!r}." for name in DROP[connection.vendor])


def run(sql, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def remake(model, name):
    """Alter a column and back, as two migrations would. On SQLite Django makes the table anew each time."""
    old = model._meta.get_field(name)
    new = old.clone()
    new.null = not old.null
    new.set_attributes_from_name(name)
    new.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new, strict=True)
    with connection.schema_editor() as editor:
        editor.alter_field(model, new, old, strict=True)


def overlap():
    """Let the last occupation begin with the first."""
    run(
        "UPDATE bookings_occupation SET busy_from = (SELECT MIN(busy_from) FROM bookings_occupation),"
        " schedule_id = (SELECT MIN(schedule_id) FROM bookings_occupation)"
    )


def edit_event():
    run("UPDATE bookings_bookingevent SET to_status = 'CONFIRMED'")


@pytest.fixture
def two_held(transactional_db):
    offered = factories.service()
    host = factories.consultant(offered)
    factories.pending(host, offered)
    return factories.pending(host, offered, starts_at=factories.TEN.replace(hour=12))


@pytest.fixture
def guards_again(transactional_db):
    yield
    for guard in GUARDS:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in guard.statements[connection.vendor]:
                cursor.execute(statement)


@pytest.mark.django_db
def test_check__finds_nothing_after_migrate():
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_check__names_each_guard_that_is_missing(guards_again):
    for sql in DROP[connection.vendor].values():
        run(sql)

    assert findings() == names()
    assert {finding.id for finding in check_installed(None, ["default"])} == {"slotwell.C001"}


@pytest.mark.django_db(transaction=True)
def test_migrate__installs_again_what_was_lost(two_held, guards_again):
    for sql in DROP[connection.vendor].values():
        run(sql)

    call_command("migrate", verbosity=0)

    assert findings() == []
    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        overlap()
    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        edit_event()


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_migrate__installs_again_what_a_remade_table_lost_on_sqlite(two_held, guards_again):
    remake(Occupation, "busy_until")
    remake(BookingEvent, "actor_id")
    remake(ConsentText, "text")
    remake(Discount, "amount")
    remake(Receipt, "currency")

    assert findings() == names()

    call_command("migrate", verbosity=0)

    assert findings() == []
    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        overlap()
    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        edit_event()


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_remade_column__keeps_the_guards_on_postgresql(two_held, guards_again):
    remake(Occupation, "busy_until")
    remake(BookingEvent, "actor_id")
    remake(ConsentText, "text")
    remake(Discount, "amount")
    remake(Receipt, "currency")

    assert findings() == []
    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        overlap()
    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        edit_event()


@pytest.mark.django_db
def test_check__does_not_ask_for_guards_of_tables_that_are_not_there(monkeypatch):
    absent = type(GUARDS[0])("bookings_absent", {connection.vendor: ()}, {connection.vendor: ("nowhere",)})
    monkeypatch.setattr("bookings.guards.GUARDS", [absent])

    assert findings() == []
    assert apps.is_installed("bookings")
