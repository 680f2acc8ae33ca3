"""Hours, time off and slots as staff change them: seen before they are saved, at a desk and on a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff, WeeklyHours
from bookings.slots.models import Slot
from tests import factories
from tests.browser.desk import Desk
from tests.factories import TEN

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

PAGE = "admin:bookings_schedule_change"


def practice() -> tuple[Consultant, Booking]:
    """Mira of Warsaw, who is open from nine to five every day, and what is booked with her at eleven today."""
    host = factories.consultant(
        factories.service(name="Talk", buffer_after=15), zone="Europe/Warsaw", full_name="Mira Novak"
    )
    return host, factories.pending(host, host.services.get(), starts_at=TEN)


def staff_of(host: Consultant) -> object:
    return factories.staff_of(host.business, StaffMember.Role.MANAGER)


def tab(desk: Desk, name: str) -> None:
    desk.page.locator("#tabs-items").get_by_role("link", name=name, exact=True).click()


def press(desk: Desk, name: str) -> None:
    desk.page.get_by_role("button", name=name, exact=True).click()


def looked_at(desk: Desk, name: str) -> None:
    """Keep pictures of the page at a desk and on a phone, light and dark, and find nobody shut out."""
    desk.picture(name)
    assert desk.shut_out() == []
    desk.narrow()
    desk.picture(f"{name}-390")
    assert desk.too_wide() == []
    assert desk.shut_out() == []
    desk.page.evaluate("document.documentElement.classList.add('dark')")
    desk.picture(f"{name}-390-dark")
    assert desk.shut_out() == []
    desk.page.evaluate("document.documentElement.classList.remove('dark')")
    desk.wide()


def test_week__is_changed_seen_and_saved_and_a_stale_preview_is_shown_anew(desk: Desk) -> None:
    host, booking = practice()
    desk.open("admin:bookings_schedule_changelist", user=staff_of(host))  # type: ignore[arg-type]
    desk.page.get_by_role("link", name="Mira Novak").click()
    expect(desk.page.get_by_role("heading", name="Availability of Mira Novak")).to_be_visible()
    looked_at(desk, "overview")

    tab(desk, "Week")
    desk.page.locator("#id_weekly_hours-0-closes").fill("10:30")
    looked_at(desk, "week")
    press(desk, "Save")

    expect(desk.page.get_by_text("1 booking would lie where it is closed.")).to_be_visible()
    expect(desk.page.get_by_text("Mondays from 7 Jan 2030 on")).to_be_visible()
    expect(desk.page.get_by_text("on Sun 31 Mar 2030 the clock goes forward")).to_be_visible()
    expect(desk.page.get_by_text("on Sun 27 Oct 2030 the clock goes back")).to_be_visible()
    link = desk.page.get_by_role("link", name=f"Move {booking.acknowledgement_id}")
    assert f"/booking/{booking.pk}/move/reschedule/" in (link.get_attribute("href") or "")
    looked_at(desk, "preview")

    press(desk, "Back to the form")
    assert desk.page.locator("#id_weekly_hours-0-closes").input_value() == "10:30"
    press(desk, "Save")
    second = factories.pending(host, host.services.get(), starts_at=TEN + timedelta(hours=2))
    press(desk, "Save")
    expect(desk.page.get_by_role("alert")).to_contain_text("changed since you looked")
    expect(desk.page.get_by_text(second.acknowledgement_id, exact=False).first).to_be_visible()
    assert WeeklyHours.objects.get(schedule=host.schedule, weekday=0).closes == 1020

    press(desk, "Save")
    expect(desk.page.get_by_text("was changed successfully")).to_be_visible()
    assert WeeklyHours.objects.get(schedule=host.schedule, weekday=0).closes == 630
    assert Booking.objects.filter(starts_at__isnull=False, status="PENDING").count() == 2


def test_time_off__over_a_booking_is_entered_on_a_phone_by_keyboard(desk: Desk) -> None:
    host, booking = practice()
    desk.narrow()
    desk.open(PAGE, host.schedule_id, user=staff_of(host))  # type: ignore[arg-type]
    page = desk.page
    page.locator("#tabs-items").get_by_role("link", name="Time off", exact=True).focus()
    page.keyboard.press("Enter")
    add = page.locator("#time_off-group .add-row")
    for _ in range(2):
        add.focus()
        page.keyboard.press("Enter")
    remove = page.locator("#time_off-group").get_by_role("button", name="Remove this row")
    expect(remove).to_have_count(2)
    remove.nth(1).focus()
    page.keyboard.press("Enter")
    expect(remove).to_have_count(1)
    page.get_by_role("textbox", name="From, date", exact=True).fill("2030-01-07")
    page.get_by_role("textbox", name="Until, date", exact=True).fill("2030-01-08")
    page.get_by_role("textbox", name="Note", exact=True).fill("Dentist")
    desk.picture("typed")
    assert desk.too_wide() == []
    page.get_by_role("textbox", name="Note", exact=True).press("Enter")

    expect(page.get_by_text("1 booking would lie where it is closed.")).to_be_visible()
    expect(page.get_by_role("link", name=booking.acknowledgement_id).first).to_be_visible()
    expect(page.get_by_text("Mon 7 Jan 2030", exact=True)).to_be_visible()
    desk.picture("preview")
    assert desk.too_wide() == []
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("They stand as they are")).to_be_visible()
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at, row.note) == (
        datetime(2030, 1, 6, 23, tzinfo=UTC),
        datetime(2030, 1, 8, 23, tzinfo=UTC),
        "Dentist",
    )
    assert Booking.objects.get(pk=booking.pk).status == "PENDING"

    desk.open(PAGE, host.schedule_id)
    tab(desk, "Time off")
    box = page.get_by_role("checkbox", name="Remove this row")
    box.focus()
    page.keyboard.press("Space")
    desk.picture("removed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("would lie in open time again")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert not TimeOff.objects.exists()


def test_slots__are_published_for_three_weeks_with_a_clash_named_and_withdrawn(desk: Desk) -> None:
    host, booking = practice()
    desk.open(PAGE, host.schedule_id, user=staff_of(host))  # type: ignore[arg-type]
    page = desk.page
    page.get_by_role("link", name="Publish slots").click()
    page.locator("#id_first").fill("2030-01-07")
    page.locator("#id_last").fill("2030-01-27")
    for name in ("Tuesday", "Thursday", "Friday"):
        page.get_by_role("checkbox", name=name).uncheck()
    press(desk, "Add a time")
    for number, time in enumerate(("11:00", "18:00", "20:00", "21:30"), 1):
        page.get_by_label(f"Start {number}", exact=True).fill(time)
    press(desk, "Remove start 4")
    page.locator("#id_minutes").fill("60")
    page.locator("#id_seats").fill("8")
    looked_at(desk, "publish")
    press(desk, "See what would open")

    expect(page.get_by_text("17 slots, 136 seats")).to_be_visible()
    expect(page.get_by_text("Mon 7 Jan 2030, 11:00", exact=True)).to_be_visible()
    expect(page.get_by_text("Booked time overlaps it, buffers included.")).to_be_visible()
    expect(page.get_by_role("link", name=booking.acknowledgement_id).first).to_be_visible()
    looked_at(desk, "publish-preview")
    assert not Slot.objects.filter(is_published=True).exists()
    press(desk, "Publish the other 17")
    expect(page.get_by_text("Mira Novak: 17 slots published.")).to_be_visible()
    assert Slot.objects.filter(is_published=True, capacity=8).count() == 17
    looked_at(desk, "published")

    held = factories.pending(host, host.services.get(), starts_at=datetime(2030, 1, 14, 10, tzinfo=UTC))
    page.get_by_role("link", name="Withdraw slots").click()
    page.locator("#id_first").fill("2030-01-14")
    page.locator("#id_last").fill("2030-01-20")
    looked_at(desk, "withdraw")
    press(desk, "See what would close")
    expect(page.get_by_text("6 slots", exact=True)).to_be_visible()
    expect(page.get_by_text("They keep their time on 1 of these slots.")).to_be_visible()
    expect(page.get_by_role("link", name=held.acknowledgement_id)).to_be_visible()
    looked_at(desk, "withdraw-preview")
    press(desk, "Withdraw 6 slots")
    expect(page.get_by_text("Mira Novak: 6 slots withdrawn.")).to_be_visible()
    assert Slot.objects.filter(is_published=True).count() == 11
    assert Booking.objects.get(pk=held.pk).status == "PENDING"


def test_practice__closes_for_a_day_and_is_seen_at_a_desk_and_on_a_phone(desk: Desk) -> None:
    host, booking = practice()
    factories.consultant(host.services.get(), zone="Europe/Warsaw", full_name="Ben Okri")
    admin = factories.user(is_superuser=True)
    for name, row in (("business", host.business), ("consultant", host)):
        desk.open(f"admin:bookings_{name}_change", row.pk, user=admin)
        looked_at(desk, name)
    desk.page.get_by_role("link", name="Availability").last.click()
    expect(desk.page.get_by_role("heading", name="Availability of Mira Novak")).to_be_visible()

    desk.open("admin:bookings_business_change", host.business_id)
    tab(desk, "Closed days")
    desk.page.locator("#closed_days-group .add-row").click()
    desk.page.locator("#id_closed_days-0-date").fill("2030-01-07")
    desk.page.locator("#id_closed_days-0-name").fill("Strike")
    looked_at(desk, "closed-day")
    press(desk, "Save")
    expect(desk.page.get_by_role("heading", name="Mira Novak, Ben Okri")).to_be_visible()
    expect(desk.page.get_by_role("link", name=booking.acknowledgement_id).first).to_be_visible()
    looked_at(desk, "closed-day-preview")
    press(desk, "Save")
    expect(desk.page.get_by_text("was changed successfully")).to_be_visible()
    assert host.business.closed_days.get().name == "Strike"
