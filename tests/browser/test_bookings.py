"""Bookings at the desk, as staff go about them in a browser: found, answered one by one and many at once, created."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, expect

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from tests import factories
from tests.admin.desk import LIST, move_of, page_of
from tests.browser.desk import Desk
from tests.factories import NOW, TEN

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

ADD = "admin:bookings_booking_add"


class Practice:
    """A practice in Warsaw with two consultants who talk for an hour, and its manager."""

    def __init__(self) -> None:
        self.place = factories.business(name="Harbour Practice", timezone="Europe/Warsaw")
        self.talk = factories.service(
            self.place, name="First talk", payment_policy=Service.PaymentPolicy.ON_SITE
        )
        self.anna = factories.consultant(self.talk, zone="Europe/Warsaw", full_name="Anna Lis")
        self.jon = factories.consultant(self.talk, zone="Europe/Warsaw", full_name="Jon Park")
        self.staff = factories.staff_of(self.place)

    def pending(self, name: str, hours: int, host: Consultant | None = None, **fields: Any) -> Booking:
        start = TEN + timedelta(hours=hours)
        given = {"full_name": name, "starts_at": start, **fields}
        return factories.pending(host or self.anna, self.talk, **given)


@pytest.fixture
def practice(transactional_db: None) -> Practice:
    return Practice()


def row(desk: Desk, booking: Booking) -> Locator:
    return desk.page.locator("#result_list .data-row", has_text=booking.acknowledgement_id)


def status_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def both_widths(desk: Desk, name: str) -> None:
    """Look at the page at a desk and on a phone, where nothing may stand out sideways; in the dark too."""
    desk.picture(name)
    desk.check()
    desk.narrow()
    assert desk.too_wide() == []
    desk.picture(f"{name} narrow")
    desk.check()
    desk.wide()


def test_list__is_searched_filtered_and_moved_from(desk: Desk, practice: Practice) -> None:
    ola = practice.pending("Ola Nowak", 0, intake={"city": "Gdańsk"})
    tom = practice.pending("Tom Tall", 1, intake={"city": "Sopot"})
    ewa, jan = practice.pending("Ewa Mała", 2), practice.pending("Jan Kos", 3)
    elsewhere = practice.pending("Li Wei", 0, practice.jon)
    factories.draft(practice.jon, practice.talk, starts_at=TEN + timedelta(hours=5), full_name="Una Draft")
    page = desk.page

    desk.open(LIST, user=practice.staff)
    expect(page.get_by_text("5 bookings. 1 draft is hidden")).to_be_visible()
    both_widths(desk, "list")

    page.get_by_placeholder("Id, name, e-mail, phone or city").fill("gdansk")
    page.keyboard.press("Enter")
    expect(row(desk, ola)).to_be_visible()
    expect(row(desk, tom)).to_have_count(0)
    expect(page.get_by_text("1 of 6 bookings fits.")).to_be_visible()

    page.get_by_role("link", name="Show all").click()
    opener = page.get_by_role("button", name="Filters")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Consultant").select_option("Jon Park")
    page.get_by_label("From the day").fill("2030-01-07")
    desk.picture("filters")
    page.get_by_role("button", name="Apply Filters").click()
    expect(row(desk, elsewhere)).to_be_visible()
    expect(row(desk, ola)).to_have_count(0)
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_text("Una Draft")).to_be_visible()

    page.get_by_role("navigation", name="Often asked for").get_by_role("link", name="To answer").click()
    for booking in (tom, ewa, jan):
        row(desk, booking).get_by_role("checkbox").check()
    page.locator("#changelist-actions select").select_option(label="Decline")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Chosen")).to_be_visible()
    expect(page.get_by_text("Ewa Mała")).to_be_visible()
    both_widths(desk, "reason")
    page.get_by_label("Reason").fill("The practice is closed that day.")
    page.get_by_role("button", name="Decline 3 bookings").click()
    expect(page.get_by_text("Decline: 3 of 3 done.")).to_be_visible()
    expect(page.get_by_text("Ewa Mała: Decline. Now: Declined by the practice.")).to_be_visible()
    desk.picture("results")
    assert {status_of(booking) for booking in (tom, ewa, jan)} == {"REJECTED"}
    assert status_of(ola) == "PENDING"

    page.get_by_placeholder("Id, name, e-mail, phone or city").fill("Nobody <b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    both_widths(desk, "nothing")


def test_booking__is_approved_and_locked_when_it_is_over(desk: Desk, practice: Practice) -> None:
    booking = practice.pending("Carla Client", 0, message="I have not slept well since spring.")
    page = desk.page
    desk.open(page_of(booking), user=practice.staff)
    assert "Carla Client, Mon 7 Jan 2030, 11:00 CET" in page.title()
    both_widths(desk, "waiting")

    page.get_by_role("button", name="Approve").click()
    desk.picture("approving")
    desk.check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approve. Now: Confirmed.")).to_be_visible()
    page.get_by_label("Add an internal note").fill("Called: comes by train.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("Called: comes by train.")).to_be_visible()

    desk.later(hours=4)
    desk.open(page_of(booking), user=practice.staff)
    page.get_by_role("button", name="Complete").click()
    expect(page.locator(".headline").get_by_text("Completed")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_role("button", name="Move to another time")).to_have_count(0)
    expect(page.get_by_label("Add an internal note")).to_be_visible()
    desk.dark()
    both_widths(desk, "over")
    desk.open(move_of(booking, "cancel"))
    expect(page.get_by_text("“Cancel” is not possible for you now.")).to_be_visible()


def test_booking__whose_page_is_out_of_date_is_not_moved(desk: Desk, practice: Practice) -> None:
    booking = practice.pending("Carla Client", 0)
    page = desk.page
    desk.open(page_of(booking), user=practice.staff)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_label("Reason").fill("Double")
    colleague = factories.staff_of(practice.place)
    services.approve(booking_id=booking.pk, viewer=colleague, now=NOW)

    page.get_by_role("button", name="Cancel").click()

    told = "This page was out of date: nothing was done. The booking is now: Confirmed (CONFIRMED)."
    expect(page.get_by_text(told)).to_be_visible()
    desk.picture("told")
    assert status_of(booking) == "CONFIRMED"


def test_booking__is_moved_to_one_of_the_next_times_where_the_time_is_lost(
    desk: Desk, practice: Practice
) -> None:
    booking = practice.pending("Carla Client", 0)
    page = desk.page
    desk.open(move_of(booking, "reschedule"), user=practice.staff)
    page.get_by_label("Mon 7 Jan 2030, 12:00 CET").check()
    practice.pending("Somebody Else", 1)

    page.get_by_role("button", name="Move to another time").click()

    expect(page.get_by_text("This time is not open. The next open times are below.")).to_be_visible()
    expect(page.get_by_label("Mon 7 Jan 2030, 12:00 CET")).to_have_count(0)
    both_widths(desk, "next times")
    page.get_by_label("Mon 7 Jan 2030, 13:00 CET").check()
    page.get_by_role("button", name="Move to another time").click()
    expect(page.locator(".headline").get_by_text("13:00 – 14:00 CET")).to_be_visible()


def test_create__at_an_open_time_by_keyboard_and_again_where_it_is_lost(
    desk: Desk, practice: Practice
) -> None:
    page = desk.page
    desk.open(ADD, user=practice.staff)
    expect(page.get_by_text("Choose a service: its open times show here.")).to_be_visible()

    page.get_by_label("Service:").focus()
    page.keyboard.type("First")
    expect(page.get_by_text("Open on Monday 7 January 2030 (Europe/Warsaw)")).to_be_visible()
    expect(page.get_by_label("Service:")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Consultant:").select_option("Anna Lis")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.get_by_label("Day:").fill("2030-01-08")
    expect(page.get_by_text("Open on Tuesday 8 January 2030")).to_be_visible()
    page.get_by_label("09:00").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("10:00")).to_be_checked()
    page.get_by_label("Name:").fill("Walk In")
    page.get_by_label("The person agreed").check()
    both_widths(desk, "filled in")
    practice.pending("Somebody Else", 23)  # ten o'clock in Warsaw, the day after

    page.get_by_label("Name:").press("Tab")
    page.get_by_role("button", name="Add the booking").press("Enter")

    expect(page.get_by_text("This time is not open. Choose one of these, or another day.")).to_be_visible()
    expect(page.get_by_label("10:00")).to_have_count(0)
    expect(page.get_by_label("Name:")).to_have_value("Walk In")
    both_widths(desk, "lost")
    page.get_by_label("11:00").check()
    page.get_by_role("button", name="Add the booking").dblclick()
    expect(page.get_by_role("heading", name="Walk In")).to_be_visible()
    made = Booking.objects.get(full_name="Walk In")
    assert (made.status, made.consultant) == ("CONFIRMED", practice.anna)
    assert made.starts_at == TEN + timedelta(days=1)


def test_create__works_without_scripts(desk: Desk, practice: Practice) -> None:
    context = desk.page.context.browser.new_context(java_script_enabled=False, base_url=desk.url)  # type: ignore[union-attr]
    desk.log_in(practice.staff)
    context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]  # what one gives, the other takes
    page = context.new_page()
    page.goto(reverse(ADD))
    page.get_by_label("Service:").select_option("First talk")
    page.get_by_label("Day:").fill("2030-01-08")
    page.get_by_label("Name:").fill("Walk In")

    page.get_by_role("button", name="Show times").click()
    page.get_by_label("14:00").check()
    page.get_by_label("The person agreed").check()
    page.get_by_role("button", name="Add the booking").click()

    expect(page.get_by_text(re.compile("was created"))).to_be_visible()
    context.close()
    assert Booking.objects.get().starts_at == TEN + timedelta(days=1, hours=3)


def test_create__admin_finds_the_practice_as_its_name_is_typed(desk: Desk, practice: Practice) -> None:
    factories.business(name="Studio North")
    admin = factories.user("admin@example.org", is_superuser=True)
    page = desk.page
    desk.open(ADD, user=Viewer(user=admin))

    page.get_by_label("Practice:").press_sequentially("harb")
    expect(page.get_by_role("link", name="Studio North")).to_have_count(0)
    desk.picture("practices")
    page.get_by_role("link", name="Harbour Practice").click()

    expect(page.get_by_label("Service:")).to_be_visible()
    desk.check()


def test_create__tells_the_two_hours_of_a_night_apart(desk: Desk, practice: Practice) -> None:
    practice.talk.step = 30
    practice.talk.save()
    night = factories.consultant(practice.talk, zone="Europe/Warsaw", hours=(1, 4), full_name="Nina Night")
    desk.later(days=292)  # the day before the clock is put back
    desk.open(f"/admin/bookings/booking/add/?consultant={night.pk}&date=2030-10-27", user=practice.staff)
    page = desk.page

    expect(page.get_by_label("02:30 (UTC+2)")).to_be_visible()
    both_widths(desk, "night")
    page.get_by_label("02:30 (UTC+1)").check()
    page.get_by_label("Name:").fill("Walk In")
    page.get_by_label("The person agreed").check()
    page.get_by_role("button", name="Add the booking").click()

    expect(page.locator(".headline").get_by_text("02:30 – 03:30 CET")).to_be_visible()
