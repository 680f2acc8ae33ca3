"""What watches over the browser tests sees what it is there to see."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.common import clock
from tests.browser.desk import Desk
from tests.factories import NOW

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

BAD = """
<!doctype html><html lang="en"><title>Bad</title>
<style>p { width: 600px } small { color: #bbb; background: #fff }</style>
<p><small>Hardly to be read</small> <button></button></p>
<img src="https://elsewhere.example/picture.png" alt="From elsewhere">
<script>console.error("said so"); throw new Error("broken")</script>
"""


def test_watch__sees_other_hosts_errors_and_what_shuts_people_out(desk: Desk) -> None:
    with desk.page.expect_event("requestfailed"):
        desk.page.set_content(BAD)
    desk.narrow()
    wrong, shut_out, too_wide = "\n".join(desk.wrong), "\n".join(desk.shut_out()), desk.too_wide()

    assert "asked another host: https://elsewhere.example/picture.png" in wrong
    assert "said so" in wrong
    assert "broken" in wrong, wrong
    assert "color-contrast" in shut_out
    assert "button-name" in shut_out
    assert any(part.startswith("<p>") for part in too_wide)
    with pytest.raises(AssertionError, match="elsewhere"):
        desk.check()
    desk.wrong.clear()
    desk.page.goto("about:blank")


def test_clock__is_the_same_for_the_server_and_the_page(desk: Desk) -> None:
    desk.open("admin:login")
    begun, now = hour_of(desk)
    desk.later(hours=2)

    assert begun == now == NOW.replace(minute=0)
    assert hour_of(desk) == (NOW + timedelta(hours=2),) * 2


def hour_of(desk: Desk) -> tuple[datetime, datetime]:
    """The hour it is for the page, and for the server."""
    page = datetime.fromtimestamp(desk.page.evaluate("Date.now()") / 1000, tz=UTC)
    return tuple(each.replace(minute=0, second=0, microsecond=0) for each in (page, clock.now()))
