"""The admin without a pointer: past the menu, to a booking, and its approval, with the focus always to be seen."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from bookings.accounts.models import User
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from tests import factories
from tests.admin.desk import pending
from tests.browser.desk import Desk
from tests.browser.test_going_in import types_log_in

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

LIST = "admin:bookings_booking_changelist"
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return e === document.body ? null : {
    name: (e.getAttribute('aria-label') || e.innerText || e.value || e.id || e.tagName).trim(),
    html: e.outerHTML.slice(0, 200),
    seen: (ring || style.boxShadow !== 'none') && box.width > 0 && box.height > 0
      && box.bottom > 0 && box.right > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}"""


def tab(page: Page, *, most: int = 60) -> Iterator[dict[str, object]]:
    """Press Tab, and give what has the focus then; it has to be seen. Fails after so many."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:  # after the last one, the browser's own buttons have their turn
            continue
        assert focused["seen"], f"nobody sees where the focus is: {focused['html']}"
        yield focused
    pytest.fail(f"not reached with {most} presses of Tab")


def tab_to(page: Page, name: str) -> int:
    """Press Tab until what has this in its name has the focus; give how often."""
    return next(count for count, focused in enumerate(tab(page), 1) if name in str(focused["name"]))


def people(desk: Desk) -> Iterator[tuple[User, int]]:
    """Somebody of each kind who works for a practice, each with a request to answer."""
    for role in (StaffMember.Role.MANAGER, StaffMember.Role.STAFF, None):
        booking = pending()
        if role is not None:
            person = factories.staff_of(booking.business, role).user
        else:
            person = booking.consultant.user = factories.user()
            booking.consultant.save(update_fields=["user"])
        User.objects.filter(pk=person.pk).update(is_staff=True)
        yield person, booking


def test_approve__by_keyboard_alone_as_each_who_works_for_a_practice(desk: Desk) -> None:
    page = desk.page
    for person, booking in people(desk):
        desk.context.clear_cookies()
        desk.open(LIST)
        types_log_in(page, person.email)
        page.wait_for_url(desk.url + reverse(LIST))

        assert tab_to(page, "Skip to content") == 1
        page.keyboard.press("Enter")
        assert tab_to(page, booking.acknowledgement_id) <= 20
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{reverse('admin:bookings_booking_change', args=[booking.pk])}*")
        assert tab_to(page, "Skip to content") == 1
        page.keyboard.press("Enter")
        tab_to(page, "Approve")
        page.keyboard.press("Enter")
        page.wait_for_url("**/move/approve/")
        page.get_by_role("link", name="Skip to content").press("Enter")
        tab_to(page, "Approve")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{reverse('admin:bookings_booking_change', args=[booking.pk])}*")

        desk.check()
        booking.refresh_from_db()
        assert booking.status == Status.APPROVED


def test_tab__reaches_the_filters_the_account_and_the_looks(desk: Desk) -> None:
    booking = pending()
    page = desk.page
    desk.open(LIST, user=factories.staff_of(booking.business))

    tab_to(page, "Filters")
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter")).to_be_visible()
    page.wait_for_function("document.querySelector('#changelist-filter').contains(document.activeElement)")
    desk.picture("filters")
    desk.check()

    desk.open(LIST)
    tab_to(page, "Your account")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    desk.picture("account")
    desk.check()
