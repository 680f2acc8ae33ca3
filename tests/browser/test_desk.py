"""The admin as a whole in a real browser: every page, at a desk's width, at a phone's, and in the dark."""

import pytest

from tests.browser.desk import Desk
from tests.browser.pages import every_page
from tests.browser.world import rich

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

IN_THE_DARK = (
    "index",
    "password",
    "auth_group add",
    "bookings_booking list",
    "bookings_booking page CONFIRMED",
    "bookings_booking_calendar calendar",
    "bookings_booking_move approve",
    "bookings_business page",
    "bookings_business_figures figures",
    "bookings_category delete",
    "bookings_consultant page",
    "bookings_payment page",
    "bookings_schedule page",
)
"""One page of each kind."""
MOVING = """() => [...document.querySelectorAll('*')]
  .filter(each => getComputedStyle(each).transitionDuration.split(',').some(time => parseFloat(time) > 0)).length"""


def test_every_page__opens_without_a_fault(desk: Desk) -> None:
    admin = rich()
    pages = every_page(admin)
    assert set(IN_THE_DARK) <= {name for name, _ in pages}
    desk.log_in(admin)

    faults = [fault for name, path in pages for fault in looked_at(desk, name, path)]
    desk.dark()
    for name, path in pages:
        if name in IN_THE_DARK:
            faults += looked_at(desk, f"{name} dark", path)

    assert faults == [], "\n".join(faults)


def looked_at(desk: Desk, name: str, path: str) -> list[str]:
    """Open a page, take its pictures, and give what is wrong with it."""
    answer = desk.open(path)
    assert answer is not None
    faults = [] if answer.status == 200 else [f"answers with {answer.status}"]
    desk.picture(f"{name}-1280")
    faults += [*desk.too_wide(), *desk.shut_out()]
    desk.narrow()
    faults += [f"at 390 px: {fault}" for fault in [*desk.too_wide(), *desk.shut_out()]]
    desk.picture(f"{name}-390")
    desk.wide()
    faults += desk.wrong
    desk.wrong.clear()
    return [f"{name}: {fault}" for fault in faults]


def test_motion__is_none_on_a_device_that_asks_for_little(desk: Desk) -> None:
    desk.open("admin:index", user=rich())

    for wanted, moving in (("reduce", 0), ("no-preference", 1)):
        desk.page.emulate_media(reduced_motion=wanted)
        assert min(desk.page.evaluate(MOVING), 1) == moving, wanted
