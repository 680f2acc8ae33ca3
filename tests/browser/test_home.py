"""The first page in a real browser: what waits, where it leads, and the charts; for each kind of staff."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from bookings.accounts.models import RoleRequest
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment, ProviderEvent, Refund
from bookings.reviews.models import Review
from tests import factories
from tests.browser.desk import Desk
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

BARS = """id => {
  const canvas = document.querySelector(`#chart-${id} canvas`);
  const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) {
    seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  }
  return [...seen];
}"""
"""The colours that stand on a canvas, as red, green and blue."""


def past(host: Consultant, start: datetime, *, came: bool) -> Booking:
    """A session that took place, or was to."""
    before = start - timedelta(days=2)
    booking = factories.approved(host, host.services.get(), starts_at=start, now=before)
    booking = services.confirm_unpaid(booking_id=booking.pk, viewer=lead(host), now=before)
    mark = services.complete if came else services.mark_no_show
    return mark(booking_id=booking.pk, viewer=lead(host), now=start + timedelta(hours=2))


def lead(host: Consultant) -> Viewer:
    return Viewer(user=host.business.owner)


def busy(name: str, zone: str) -> Consultant:
    """A practice with a past, money, and something to do of every kind."""
    place = factories.business(name=name, timezone=zone, owner=factories.user(full_name=f"Owner of {name}"))
    offered = factories.service(
        place, name="Counselling", seats=1, cancellation_notice=timedelta(0), horizon=90
    )
    host = factories.consultant(offered, hours=(6, 20), full_name="Hanna Holm", user=factories.user())
    for day in range(1, 29, 2):
        past(host, TEN - timedelta(days=day), came=day % 5 != 0)
    for ahead in (1, 2, 6, 9):
        factories.approved(host, offered, starts_at=TEN + timedelta(days=ahead))
    confirmed(host, offered, full_name="Karl Klein")
    factories.pending(host, offered, starts_at=TEN + timedelta(hours=4), full_name="Petra Paul")
    factories.pending(host, offered, starts_at=TEN + timedelta(days=3), full_name="Ola Nordmann")
    factories.approved(host, offered, starts_at=TEN + timedelta(hours=6), full_name="Li Lang")
    for number in range(3):
        booking = confirmed(host, offered, starts_at=TEN + timedelta(days=4, hours=number))
        Payment.objects.filter(booking=booking).update(
            paid_at=NOW - timedelta(days=number * 3), live=number < 2
        )
    looked_at(Payment.objects.filter(booking__business=place).order_by("pk"), host)
    return host


def looked_at(payments, host: Consultant) -> None:
    """Payments, mails and a review that a person has to look at."""
    first, second, *_ = payments
    Difference.objects.create(payment=first, kind="DISPUTE", data={"theirs": "59.00 EUR"})
    Refund.objects.create(payment=second, amount=5, reason="STAFF", needs_person=True, key=second.reference)
    reference = second.reference
    ProviderEvent.objects.create(
        provider="sandbox", event_id=reference, kind="charge.success", reference=reference
    )
    message = OutboxMessage.objects.filter(booking__business=host.business).latest("pk")
    OutboxMessage.objects.filter(pk=message.pk).update(
        status=OutboxMessage.Status.FAILED, last_error="timeout"
    )
    done = Booking.objects.filter(business=host.business, status="COMPLETED").latest("pk")
    Review.objects.create(
        booking=done,
        business=host.business,
        consultant=host,
        rating=2,
        comment="A cold room.",
        author_name="Ana B.",
    )


def colours(desk: Desk, chart: str) -> list[str]:
    return desk.page.evaluate(BARS, chart)


def looks(desk: Desk, name: str) -> None:
    """Pictures of a page, wide and narrow, light and dark; it fits, and nothing is wrong with it."""
    for dark in (False, True):
        (desk.dark if dark else desk.light)()
        for narrow in (False, True):
            (desk.narrow if narrow else desk.wide)()
            desk.picture(f"{name}-{'390' if narrow else '1280'}{'-dark' if dark else ''}")
            assert desk.too_wide() == []
        assert desk.shut_out() == []
    desk.light()
    desk.wide()


def test_home__of_a_manager_leads_where_it_says(desk: Desk) -> None:
    host = busy("Harbour Practice", "Europe/Warsaw")
    busy("Hill Practice", "America/New_York")
    desk.later(hours=4)
    page = desk.page

    desk.open("admin:index", user=factories.staff_of(host.business))
    looks(desk, "manager")

    expect(page.get_by_role("region", name="Today’s sessions")).to_contain_text("meeting link missing")
    expect(page.locator("body")).not_to_contain_text("Hill Practice")
    for key in ("today", "requests", "over", "payments", "refunds", "mails", "reviews"):
        shown = page.locator(f"#now-{key}")
        number = int(shown.locator(".number").inner_text())
        link = shown.locator(".all a")
        if not link.count():
            continue
        link.click()
        expect(page.locator("#result_list tbody tr"), key).to_have_count(number)
        page.go_back()
        expect(shown).to_be_visible()

    assert "21,128,61" in colours(desk, "bookings")
    desk.dark()
    assert "74,222,128" in colours(desk, "bookings")
    summary = page.locator("#chart-bookings summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-bookings table")).to_be_visible()
    desk.picture("manager-table")
    page.get_by_role("link", name="All figures, and other days").click()
    looks(desk, "figures")


def test_home__of_the_platform_names_practices_and_shows_one_s_figures(desk: Desk) -> None:
    host = busy("Harbour Practice", "Europe/Warsaw")
    busy("Hill Practice", "America/New_York")
    RoleRequest.objects.create(
        user=factories.user("ines@example.org", full_name="Ines Ito"), role="CONSULTANT"
    )
    desk.later(hours=4)

    desk.open("admin:index", user=factories.user("boss@example.org", is_superuser=True))
    looks(desk, "platform")
    expect(desk.page.locator("#now-requests")).to_contain_text("Hill Practice")
    desk.page.get_by_label("Figures of").select_option(label="Harbour Practice")
    desk.page.get_by_role("button", name="Show").click()

    expect(desk.page.get_by_role("heading", name="How it goes: Harbour Practice")).to_be_visible()
    assert f"of=b{host.business_id}" in desk.page.url
    assert colours(desk, "utilisation")


def test_home__of_a_consultant_is_their_own(desk: Desk) -> None:
    host = busy("Harbour Practice", "Europe/Warsaw")
    assert host.user is not None
    desk.later(hours=4)

    desk.open("admin:index", user=host.user)
    looks(desk, "consultant")
    expect(desk.page.locator("#now-requests")).to_contain_text("Petra Paul")
    expect(desk.page.locator("body")).not_to_contain_text("Money in")


def test_home__of_a_new_practice_is_honest_and_empty(desk: Desk) -> None:
    desk.open("admin:index", user=factories.business().owner)
    looks(desk, "empty")
    expect(desk.page.get_by_text("No session begins today.")).to_be_visible()
