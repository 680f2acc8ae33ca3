"""The calendar in a real browser, as staff use it: with the mouse, by keyboard, on a phone, in a week of DST."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import Business, OpeningHours
from bookings.common import clock
from tests import factories
from tests.admin.calendars import fill_a_year
from tests.admin.desk import host_of, platform_admin
from tests.booking import shapes
from tests.browser.desk import Desk
from tests.factories import NOW, TEN, staff_of

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

CALENDAR = "/admin/bookings/booking/calendar/"


def entry(desk: Desk, booking: Booking) -> Locator:
    """A session on the page, in whatever view."""
    return desk.page.locator(f'#calendar a[href$="/booking/{booking.pk}/change/"]').first


def opened(desk: Desk, query: str = "", user: Any = None) -> None:
    """Open the calendar, and wait until what it shows has come."""
    desk.open(f"{CALENDAR}?{query}", user=user)
    drawn(desk)


def drawn(desk: Desk) -> None:
    expect(desk.page.locator("#calendar[aria-busy=false]")).to_be_visible()


BETWEEN = """([one, other]) => {
  const scroller = other.closest(".fc-scroller");
  scroller.scrollIntoView({block: "center"});
  const [first, second, all] = [one, other, scroller].map((each) => each.getBoundingClientRect());
  scroller.scrollTop += (first.top + second.top) / 2 - (all.top + all.height / 2);
  const top = (each) => each.getBoundingClientRect().top;
  const rows = [...scroller.querySelectorAll(".fc-timegrid-slot-lane")];
  const off = (each) => Math.abs(top(each) - top(one));
  return top(other) - top(rows.reduce((best, each) => (off(each) < off(best) ? each : best)));
}"""
"""Has both ends of a way in sight, neither at an edge, where dragging scrolls; gives how far down it is in pixels."""


def press(desk: Desk, name: str) -> None:
    """Press a button above the calendar, by the very word on it."""
    desk.page.locator("#calendar .fc-toolbar button", has_text=re.compile(f"^{name}$")).click()


def box(what: Locator) -> Any:
    found = what.bounding_box()
    assert found is not None
    return found


def drag(desk: Desk, what: Locator, day: str, time: str) -> None:
    """Drag a session by its upper edge to a day's time, as a hand does: in steps."""
    page = desk.page
    drawn(desk)
    slot = page.locator(f'.fc-timegrid-slot-lane[data-time="{time}"]')
    down = page.evaluate(BETWEEN, [what.element_handle(), slot.element_handle()])
    begin, column = box(what), box(page.locator(f'.fc-timegrid-col[data-date="{day}"]'))
    page.mouse.move(begin["x"] + begin["width"] / 3, begin["y"] + 6)
    page.mouse.down()
    page.mouse.move(begin["x"] + begin["width"] / 3 + 8, begin["y"] + 14, steps=3)
    page.mouse.move(column["x"] + column["width"] / 2, begin["y"] + 6 + down, steps=8)
    page.mouse.up()


def start_of(booking: Booking) -> Any:
    return Booking.objects.get(pk=booking.pk).starts_at


def busy_practice() -> tuple[Business, list[Booking]]:
    """A practice with two consultants, a room, and sessions of a few kinds."""
    place = factories.business(name="Harbour Practice")
    for weekday in range(5):
        OpeningHours.objects.create(business=place, weekday=weekday, opens=8 * 60, closes=19 * 60)
    talk = factories.service(place, name="Talk")
    sauna = factories.service(place, name="Sauna", holds="RESOURCE", needs_approval=True)
    ana = factories.consultant(talk, full_name="Ana Novak")
    ben = factories.consultant(talk, full_name="Ben Okafor", hours=(12, 18))
    room = shapes.room(place, sauna, name="Sauna room")
    first = factories.pending(ana, talk, full_name="Carla Client")
    second = factories.approved(ana, talk, full_name="Dora Dent", starts_at=TEN + timedelta(hours=2))
    third = factories.approved(ben, talk, full_name="Emil Eze", starts_at=TEN + timedelta(days=1, hours=3))
    confirmed = services.confirm_unpaid(booking_id=third.pk, viewer=staff_of(place, "OWNER"), now=clock.now())
    fourth = factories.pending(room, sauna, full_name="Fay Ferrer", starts_at=TEN + timedelta(hours=5))
    return place, [first, second, confirmed, fourth]


def test_calendar__a_day_at_the_desk_with_the_mouse(desk: Desk) -> None:
    place, (first, second, confirmed, _) = busy_practice()
    opened(desk, user=staff_of(place))
    desk.picture("week")
    desk.check()

    # What is in a session, in words beside its colour; when it is open.
    expect(entry(desk, first)).to_contain_text("Carla Client")
    expect(entry(desk, first)).to_contain_text("Talk · Ana Novak")
    expect(entry(desk, first)).to_contain_text("Waiting for the practice")
    assert desk.page.locator(".fc-bg-event.open").count() == 5

    # Moved, said, undone.
    drag(desk, entry(desk, first), "2030-01-08", "14:00:00")
    said = desk.page.locator("#calendar-said")
    expect(said).to_contain_text(f"{first.acknowledgement_id} was moved to Tue 8 Jan 2030, 14:00.")
    assert start_of(first) == TEN + timedelta(days=1, hours=4)
    desk.picture("moved")
    said.get_by_role("button", name="Move it back").click()
    expect(said).to_contain_text("was moved to Mon 7 Jan 2030, 10:00.")
    assert start_of(first) == TEN

    # Refused: onto another session; the next open times are buttons.
    desk.expect(409)
    drag(desk, entry(desk, first), "2030-01-07", "12:00:00")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("was not moved to Mon 7 Jan 2030, 12:00")
    expect(entry(desk, first)).to_contain_text("10:00")
    desk.picture("refused")
    desk.check()
    assert start_of(first) == TEN
    dialog.get_by_role("button", name="Mon 7 Jan 2030, 13:00").click()
    expect(said).to_contain_text("was moved to Mon 7 Jan 2030, 13:00.")
    assert start_of(first) == TEN + timedelta(hours=3)

    # Stale: somebody else moved it meanwhile.
    services.reschedule(
        booking_id=second.pk, viewer=staff_of(place), starts_at=TEN + timedelta(hours=6), now=clock.now()
    )
    drag(desk, entry(desk, second), "2030-01-09", "10:00:00")
    expect(dialog).to_contain_text("Somebody changed this booking meanwhile")
    desk.picture("stale")
    dialog.get_by_role("button", name="Close").click()
    expect(entry(desk, second)).to_contain_text("16:00")
    assert start_of(second) == TEN + timedelta(hours=6)

    # Outside of hours whoever may puts it there all the same.
    drag(desk, entry(desk, second), "2030-01-07", "18:00:00")
    dialog.get_by_role("button", name="Put it there all the same").click()
    expect(said).to_contain_text("was moved to Mon 7 Jan 2030, 18:00.")

    # A click is the booking's page.
    entry(desk, confirmed).click()
    expect(desk.page).to_have_url(re.compile(rf"/booking/{confirmed.pk}/change/"))
    desk.page.go_back()
    drawn(desk)


def test_calendar__views_and_filters_stand_in_the_address(desk: Desk) -> None:
    place, (first, _, confirmed, sauna) = busy_practice()
    page = desk.page
    opened(desk, user=staff_of(place))

    page.locator("summary").filter(has_text="All consultants").click()
    desk.picture("consultants")
    desk.check()
    page.get_by_role("checkbox", name="Ana Novak").check()
    expect(entry(desk, confirmed)).to_have_count(0)
    expect(entry(desk, first)).to_be_visible()
    expect(page.locator("summary").first).to_contain_text("Ana Novak")
    page.keyboard.press("Escape")
    for name, view in (("Month", "month"), ("List", "list"), ("Who", "people"), ("Day", "day")):
        press(desk, name)
        expect(page).to_have_url(re.compile(f"view={view}"))
        drawn(desk)
        desk.picture(view)
        desk.check()
        assert desk.too_wide() == []

    page.reload()
    drawn(desk)
    expect(page.locator("#calendar .fc-toolbar button", has_text=re.compile("^Day$"))).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(entry(desk, first)).to_be_visible()
    page.go_back()
    expect(page.locator(".fc-people-view")).to_be_visible()
    page.go_back()
    expect(page.locator(".fc-list")).to_be_visible()
    for _ in range(3):
        page.go_back()
    expect(page.locator(".fc-timeGridWeek-view")).to_be_visible()
    expect(entry(desk, confirmed)).to_be_visible()

    page.locator("summary").filter(has_text="All rooms").click()
    page.get_by_role("checkbox", name="Sauna room").check()
    expect(entry(desk, sauna)).to_be_visible()
    expect(entry(desk, first)).to_have_count(0)
    opened(desk, "view=people&date=2030-01-07")
    expect(page.get_by_role("heading", name="Ana Novak")).to_be_visible()
    expect(page.get_by_role("heading", name="Sauna room")).to_be_visible()
    desk.dark()
    drawn(desk)
    desk.picture("people-dark")
    desk.check()
    opened(desk, "view=week&date=2030-01-07")
    desk.picture("week-dark")
    desk.check()
    opened(desk, "view=month&date=2030-01-07")
    desk.picture("month-dark")
    desk.check()


def test_calendar__by_keyboard_and_by_selecting(desk: Desk) -> None:
    place, (first, *_) = busy_practice()
    page = desk.page
    ana = first.consultant
    opened(desk, f"consultant={ana.pk}&date=2030-01-07", user=staff_of(place))

    entry(desk, first).focus()
    expect(entry(desk, first)).to_have_attribute("aria-describedby", "calendar-hint")
    expect(page.locator("#calendar-hint")).to_contain_text("Move to another time")
    expect(entry(desk, first)).to_have_attribute(
        "aria-label", re.compile("10:00 – 11:00, Carla Client, Talk, Ana Novak")
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/booking/{first.pk}/change/"))
    expect(page.get_by_role("button", name="Move to another time")).to_be_visible()
    page.go_back()
    drawn(desk)

    expect(page.get_by_role("link", name="Add booking")).to_have_attribute(
        "href", f"/admin/bookings/booking/add/?business={place.pk}&consultant={ana.pk}"
    )
    slot = page.locator('.fc-timegrid-slot-lane[data-time="15:00:00"]')
    slot.evaluate("each => each.scrollIntoView({block: 'center'})")  # at an edge selecting would scroll
    row, column = box(slot), box(page.locator('.fc-timegrid-col[data-date="2030-01-09"]'))
    x = column["x"] + column["width"] / 2
    page.mouse.move(x, row["y"] + 4)
    page.mouse.down()
    page.mouse.move(x, row["y"] + 50, steps=6)
    page.mouse.up()
    expect(page).to_have_url(
        re.compile(rf"/add/\?business={place.pk}&consultant={ana.pk}&starts_at=2030-01-09T15%3A00$")
    )


def test_calendar__who_may_not_move_cannot_drag(desk: Desk) -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    services.cancel_as(booking_id=booking.pk, viewer=staff_of(service.business), reason="No", now=clock.now())
    opened(desk, "over=on&date=2030-01-07", user=staff_of(service.business))

    expect(entry(desk, booking)).to_have_class(re.compile("standing"))
    drag(desk, entry(desk, booking), "2030-01-08", "14:00:00")

    expect(desk.page.locator("#calendar-said")).to_be_empty()
    assert start_of(booking) == TEN


def test_calendar__the_weeks_in_which_the_clock_changes(desk: Desk) -> None:
    place = factories.business(timezone="Europe/London", name="Thames Practice")
    service = factories.service(place, horizon=400, step=30)
    host = factories.consultant(service, zone="Europe/London", hours=(0, 24))
    before = factories.pending(host, service, starts_at=NOW.replace(month=3, day=30, hour=9))
    after = factories.pending(host, service, starts_at=NOW.replace(month=4, day=1, hour=8))
    page = desk.page
    opened(desk, "date=2030-03-31&view=week", user=staff_of(place))
    assert before.starts_at is not None

    # Nine o'clock before and after it is put forward: the wall's.
    expect(entry(desk, before)).to_contain_text("09:00 – 10:00")
    expect(page.get_by_text("The clock skips this time")).to_be_visible()
    desk.expect(409)
    drag(desk, entry(desk, before), "2030-03-31", "01:30:00")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("01:30 does not exist on Sun 31 Mar 2030 in Europe/London")
    desk.picture("gap")
    dialog.get_by_role("button", name="Sun 31 Mar 2030, 02:00").click()
    expect(page.locator("#calendar-said")).to_contain_text("was moved to Sun 31 Mar 2030, 02:00.")
    assert start_of(before).isoformat() == "2030-03-31T01:00:00+00:00"
    opened(desk, "date=2030-04-01&view=week")
    expect(entry(desk, after)).to_contain_text("09:00 – 10:00")

    # The hour that comes twice: which is asked, and both are told apart.
    services.reschedule(
        booking_id=after.pk,
        viewer=staff_of(place),
        starts_at=NOW.replace(month=10, day=27, hour=0, minute=30),
        now=clock.now(),
    )
    services.reschedule(
        booking_id=before.pk,
        viewer=staff_of(place),
        starts_at=NOW.replace(month=10, day=26, hour=9),
        now=clock.now(),
    )
    opened(desk, "date=2030-10-27&view=week")
    expect(entry(desk, after)).to_contain_text("01:30 (UTC+1) – 01:30 (UTC)")
    drag(desk, entry(desk, before), "2030-10-27", "01:30:00")
    expect(dialog).to_contain_text("01:30 comes twice")
    desk.picture("twice")
    dialog.get_by_role("button", name="The second: 01:30 (UTC)").click()
    expect(page.locator("#calendar-said")).to_contain_text("was moved to Sun 27 Oct 2030, 01:30 (UTC).")
    expect(entry(desk, before)).to_contain_text("01:30 (UTC)")
    desk.picture("both")


def test_calendar__on_a_phone(desk: Desk) -> None:
    place, (first, *_) = busy_practice()
    desk.narrow()
    page = desk.page
    opened(desk, user=staff_of(place))

    expect(page.locator(".fc-list")).to_be_visible()
    expect(entry(desk, first)).to_be_visible()
    for view in ("list", "day", "week", "month", "people"):
        opened(desk, f"view={view}&date=2030-01-07")
        desk.picture(f"phone-{view}")
        assert desk.too_wide() == []
        desk.check()
    desk.dark()
    opened(desk, "view=list&date=2030-01-07")
    desk.picture("phone-dark")


def test_calendar__an_admin_finds_the_practice_by_its_name(desk: Desk) -> None:
    _, (first, *_) = busy_practice()
    factories.business(name="Elsewhere")
    platform_admin()
    page = desk.page
    desk.open(CALENDAR, user=factories.User.objects.get(email="admin@example.org"))

    page.get_by_label("Practice, by its name or city").fill("harb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Elsewhere")).to_have_count(0)
    desk.picture("search")
    desk.check()
    page.get_by_role("link", name="Harbour Practice").click()
    drawn(desk)
    expect(entry(desk, first)).to_be_visible()
    page.get_by_role("link", name="Another practice").click()
    expect(page.get_by_label("Practice, by its name or city")).to_be_visible()


def test_calendar__consultant_has_their_own(desk: Desk) -> None:
    _, (first, _, confirmed, _) = busy_practice()
    host_of(first)
    opened(desk, user=first.consultant.user)

    expect(entry(desk, first)).to_be_visible()
    expect(entry(desk, confirmed)).to_have_count(0)
    expect(desk.page.get_by_role("link", name="Add booking")).to_have_count(0)
    desk.picture("own")


def test_calendar__of_a_year_with_20000_sessions_opens(desk: Desk) -> None:
    service = factories.service()
    hosts = [factories.consultant(service) for _ in range(5)]
    fill_a_year(service, hosts, 20_000)
    opened(desk, "view=month&date=2029-06-15", user=staff_of(service.business))

    more = desk.page.get_by_role("link", name="more").first
    expect(more).to_have_text("52 more")
    desk.picture("month")
    more.click()
    expect(desk.page).to_have_url(re.compile("view=day&date=2029-05-28"))
    drawn(desk)
    desk.picture("day")
    opened(desk, "view=week&date=2029-06-15")
    desk.picture("week")
    press(desk, "After")
    expect(desk.page.locator(".fc-toolbar-title")).to_contain_text("18")
    drawn(desk)
