"""Going in and out of the admin in a real browser: log-in, an hour away, log-out; and what its pages may load."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.middleware import ADMIN_LOADS
from tests import factories
from tests.admin.desk import pending
from tests.browser.desk import Desk
from tests.factories import PASSWORD, staff_of

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

LIST = "admin:bookings_booking_changelist"
PLANTED = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.ran = "a script that stands in the page"';
  document.body.append(script);
  const picture = document.createElement('div');
  picture.innerHTML = '<img alt="" src="data:image/gif;base64,broken" onerror="window.ran = \\'a handler\\'">';
  document.body.append(picture);
  const foreign = document.createElement('script');
  foreign.src = 'https://elsewhere.example/x.js';
  document.body.append(foreign);
}"""

IN_THE_MENU = "document.querySelector('#logout-form').closest('nav').contains(document.activeElement)"
"""The menu of one's own takes the focus once it is open."""


def types_log_in(page: Page, email: str) -> None:
    """Log in on the form, by keyboard alone: its first field has the focus."""
    expect(page.locator("#id_username")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_log_in__an_hour_away_leads_to_the_form_and_back_and_log_out_leaves_nothing(desk: Desk) -> None:
    booking = pending()
    staff = staff_of(booking.business).user
    type(staff).objects.filter(pk=staff.pk).update(is_staff=True)
    own = reverse("admin:bookings_booking_change", args=[booking.pk])

    desk.open(LIST)
    desk.picture("log-in")
    desk.check()
    types_log_in(desk.page, staff.email)
    desk.page.wait_for_url(desk.url + reverse(LIST))

    # Away for longer than a log-in lasts: the next click asks for it again, and leads on to where it was to lead.
    desk.later(seconds=settings.SESSION_COOKIE_AGE + 1)
    desk.page.get_by_role("link", name=booking.acknowledgement_id).first.click()
    desk.page.wait_for_url("**/login/**")
    assert booking.full_name not in desk.page.content()
    types_log_in(desk.page, staff.email)
    desk.page.wait_for_url(f"**{own}*")
    expect(desk.page.get_by_text(booking.full_name).first).to_be_visible()

    # Out by the menu of one's own; what was on the screen does not come back with the back button.
    desk.page.get_by_role("button", name="Your account").press("Enter")
    desk.page.wait_for_function(IN_THE_MENU)
    desk.page.get_by_role("button", name="Log out").press("Enter")
    desk.page.wait_for_url("**/logout/**")
    desk.picture("logged-out")
    desk.check()
    desk.page.go_back()
    desk.page.wait_for_url("**/login/**")
    assert booking.full_name not in desk.page.content()


def test_log_in__on_a_phone_and_in_the_dark_says_what_was_wrong(desk: Desk) -> None:
    factories.user("ada@example.org", is_staff=True)
    desk.narrow()
    desk.dark()

    desk.open("admin:login")
    types_log_in(desk.page, "eve@example.org")

    expect(desk.page.get_by_text("Please enter the correct")).to_be_visible()
    assert desk.too_wide() == []
    desk.picture("refused")


def test_policy__of_every_answer_lets_no_script_run_that_stands_in_a_page(desk: Desk) -> None:
    booking = pending()
    answers = []
    desk.context.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - no methods of C

    desk.open(LIST, user=staff_of(booking.business))
    desk.open("admin:bookings_booking_change", booking.pk)
    desk.expect(404)
    desk.open("/admin/nowhere/")
    desk.check()
    desk.open("admin:index")
    pages = [answer.headers for answer in answers if urlsplit(answer.url).path.startswith("/admin/")]
    desk.page.evaluate(PLANTED)

    assert len(pages) >= 4
    assert {headers["content-security-policy"] for headers in pages} == {ADMIN_LOADS}
    assert {headers["cache-control"] for headers in pages} == {"no-store, private"}
    desk.page.wait_for_function("document.querySelector('img[onerror]').complete")
    assert desk.page.evaluate("window.ran") is None
    said = "\n".join(desk.wrong)
    desk.wrong.clear()
    assert said.count("Content Security Policy") >= 3
    assert "elsewhere.example" in said
