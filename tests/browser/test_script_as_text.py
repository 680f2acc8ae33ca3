"""Script in every field for text does nothing in a real browser, on any page of the admin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Dialog

from bookings.accounts.models import User
from tests import factories
from tests.admin.addresses import addresses
from tests.admin.planting import plant
from tests.admin.side import Side, build
from tests.browser.desk import Desk
from tests.hostile import EVERYTHING, hostile

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

ADDRESSES = addresses()
PAGES = ("changelist", "change", "delete", "history", "add")
RAN = "window.__ran"
STRANGE = """document.querySelectorAll(
  "[onload*=__ran],[onerror*=__ran],[onfocus*=__ran],[x-init*=__ran],[x-data*=__ran],[href^='javascript:'],iframe[srcdoc]"
).length"""


class Watch:
    """Whether anything ran: a mark that the words set, a dialog, a page that opened by itself."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.wrong: list[str] = []
        desk.page.on("dialog", self._dialog)
        desk.page.on("popup", lambda page: self.wrong.append(f"{self.desk.page.url} opened {page.url}"))

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"{self.desk.page.url} asked: {dialog.message}")
        dialog.dismiss()

    def look(self, path: str) -> None:
        """Open a page, let its scripts do what they do, and see that nothing of ours ran."""
        self.desk.open(path)
        self.see(path)

    def see(self, path: str) -> None:
        self.desk.page.wait_for_load_state("networkidle")
        if self.desk.page.evaluate(RAN) is not None:
            self.wrong.append(f"something ran at {path}")
        strange = self.desk.page.evaluate(STRANGE)
        if strange:
            self.wrong.append(f"an element of the words stands at {path}")


@pytest.fixture
def side(desk: Desk) -> Iterator[Side]:
    desk.later(hours=3)
    side = build(hostile())
    assert plant(side, hostile) > 300
    return side


def the_admin() -> User:
    return factories.user(is_superuser=True, full_name=EVERYTHING[:200])


def the_manager(side: Side) -> User:
    person = factories.staff_of(side.place).user
    assert person is not None
    person.full_name = EVERYTHING[:200]
    person.save(update_fields=["full_name"])
    person.user_permissions.set(Permission.objects.all())
    return person


def test_pages__run_nothing_of_what_rows_say(desk: Desk, side: Side) -> None:
    watch = Watch(desk)
    desk.expect(403, 404, 405, 400)

    desk.log_in(the_admin())
    for address in ADDRESSES.values():
        if address.page in PAGES and address.name != address.route:
            for path in address.paths(side, 1):
                watch.look(path)

    assert watch.wrong == []


def test_desk__runs_nothing_of_what_is_said_at_work(desk: Desk, side: Side) -> None:
    watch, page = Watch(desk), desk.page
    desk.expect(403, 404, 405, 400)
    desk.log_in(the_manager(side))

    watch.look("/admin/")
    desk.picture("home")
    for view in ("day", "week", "month", "list"):
        watch.look(f"/admin/bookings/booking/calendar/?business={side.place.pk}&view={view}&date=2030-01-08")
    desk.picture("calendar")
    watch.look("/admin/bookings/booking/?status=all")
    desk.picture("list")
    for booking in side.bookings.values():
        watch.look(f"/admin/bookings/booking/{booking.pk}/change/")
        desk.picture(f"booking-{booking.status}")
        for button in page.locator("form[action*='/move/'] button").all()[:1]:
            button.click()
            watch.see(page.url)
    for path in ("/admin/bookings/booking/add/", f"/admin/bookings/business/{side.place.pk}/figures/"):
        watch.look(path)

    assert watch.wrong == []


def test_words__that_are_typed_come_back_as_text(desk: Desk, side: Side) -> None:
    watch, page = Watch(desk), desk.page
    desk.expect(403, 404, 405, 400)
    desk.log_in(the_admin())

    for where in (
        "bookings/booking",
        "bookings/review",
        "bookings/consultant",
        "bookings/business",
        "bookings/service",
    ):
        watch.look(f"/admin/{where}/")
        search = page.locator("input[name=q]").first
        search.fill(EVERYTHING[:150])
        search.press("Enter")
        watch.see(page.url)
    watch.look(f"/admin/bookings/consultant/{side.host.pk}/change/")
    boxes = [box for box in page.locator(".select2-selection").all() if box.is_visible()]
    assert boxes
    for box in boxes:
        box.click()
        page.wait_for_load_state("networkidle")
        watch.see(page.url)
        page.keyboard.press("Escape")

    assert watch.wrong == []
