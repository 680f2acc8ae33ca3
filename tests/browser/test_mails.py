"""Every mail as its reader has it before them, and where staff read what became of it."""

from datetime import timedelta

import pytest

from bookings.management.mails.samples import samples
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.factories import NOW

pytestmark = [
    pytest.mark.prove,
    pytest.mark.only_on("postgresql"),
    pytest.mark.busy,
    pytest.mark.django_db(transaction=True),
]
LOOKS = {
    "600-light": (600, "light"),
    "600-dark": (600, "dark"),
    "360-light": (360, "light"),
    "360-dark": (360, "dark"),
}
ASKED = {"en": {"600-light", "360-dark"}, "pl": {"360-light"}}
"""Which looks axe sees: both widths, both colours."""
KEPT = {
    "confirmed",
    "confirmed-long",
    "verify_booking",
    "rejected",
    "reminder",
    "receipt",
    "staff_request_waits",
}
"""Whose pictures this test keeps; `make mails` draws all."""
CUT_OFF = """() => [...document.querySelectorAll('td, th, p, h1, a')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => e.outerHTML.slice(0, 160))"""
COLUMN = "document.querySelector('.column').getBoundingClientRect().width"
PREHEADER = "document.querySelector('.preheader').getBoundingClientRect().height"


@pytest.mark.parametrize("language", ["en", "pl"])
def test_mails__fit_a_desk_and_a_phone_and_shut_nobody_out(desk, language):
    faults = []
    for sample in samples([language]):
        html = render(sample.message()).html
        for look, (width, scheme) in LOOKS.items():
            desk.page.set_viewport_size({"width": width, "height": 700})
            desk.page.emulate_media(color_scheme=scheme)
            desk.page.set_content(html)
            found = [*desk.too_wide(), *desk.page.evaluate(CUT_OFF)]
            if look in ASKED[language]:
                found += desk.shut_out()
            found += [] if desk.page.evaluate(COLUMN) == width else ["the column has not the mail's width"]
            found += ["the hidden line shows"] if desk.page.evaluate(PREHEADER) else []
            faults += [f"{sample.name}, {look}: {each}" for each in found]
            if sample.name.removesuffix(f"-{language}") in KEPT:
                desk.picture(f"{sample.name}-{look}")

    assert faults == []


def test_mails__are_600_pixels_in_the_middle_of_a_wide_window(desk):
    desk.page.set_content(render(next(samples(["en"], "confirmed")).message()).html)

    box = desk.page.locator(".column").bounding_box()

    assert (box["width"], box["x"]) == (600, (1280 - 600) / 2)
    desk.picture("wide")


def test_mails__are_whole_without_the_sheet_for_phones_and_dark_mode(desk):
    """As in programs that read style attributes alone."""
    desk.page.set_viewport_size({"width": 360, "height": 700})
    desk.page.set_content(render(next(samples(["en"], "confirmed")).message()).html)
    desk.page.evaluate("document.querySelectorAll('style').forEach(sheet => sheet.remove())")

    assert desk.too_wide() == []
    assert desk.shut_out() == []
    desk.picture("bare")


def test_booking_and_outbox__show_staff_what_became_of_mails(desk):
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    mails = OutboxMessage.objects.filter(booking=booking)
    mails.update(status="SENT", attempts=1, sent_at=NOW, delivered_at=NOW + timedelta(minutes=1))
    mails.filter(template="approved_pay_by").update(
        delivered_at=None, bounced_at=NOW + timedelta(minutes=2), bounce_reason="NO_MAILBOX"
    )
    mails.filter(template="request_received").update(complained_at=NOW + timedelta(hours=2))

    desk.open("admin:bookings_booking_change", booking.pk, user=factories.staff_of(booking.business))
    table = desk.page.get_by_role("region", name="Messages")
    for words in (
        "Delivered",
        "Bounced: the mailbox takes no mail",
        "Complained: its recipient called it unwanted",
    ):
        assert table.get_by_text(words).first.is_visible()
    assert desk.page.get_by_text("1 message about this booking could not be delivered").is_visible()
    desk.picture("booking")
    desk.check()
    desk.narrow()
    assert desk.too_wide() == []
    desk.picture("booking-narrow")

    desk.wide()
    desk.open("admin:bookings_outboxmessage_changelist")
    assert desk.page.get_by_text("Bounced: the mailbox takes no mail").is_visible()
    desk.picture("outbox")
    desk.dark()
    desk.picture("outbox-dark")
    desk.open("/admin/bookings/outboxmessage/?became=COMPLAINED")
    assert desk.page.get_by_text("1 outbox message").first.is_visible()
