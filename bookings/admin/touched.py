"""Naming the bookings that a change leaves where they are, with links to them."""

from collections.abc import Collection, Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from bookings.booking.models import Booking
from bookings.booking.occupancy import still_to_come
from bookings.booking.touched import touched
from bookings.businesses.models import Business
from bookings.common import clock
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource

MOST_NAMED = 20
"""Bookings named in one message."""


def name_bookings(request: HttpRequest, words: str, bookings: Sequence[Booking], count: int) -> None:
    """Warn in words, then name the first bookings with links, and how many more there are; say nothing of none."""
    if not count:
        return
    first = bookings[:MOST_NAMED]
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse("admin:bookings_booking_change", args=[booking.pk]), booking.acknowledgement_id)
            for booking in first
        ),
    )
    more = f" and {count - len(first)} more" if count > len(first) else ""
    messages.warning(request, format_html("{}: {}{}.", words, links, more))


def name_touched(request: HttpRequest, schedule_ids: Collection[int]) -> None:
    """Say which bookings now lie where their calendars are closed."""
    found = touched(schedule_ids=schedule_ids, now=clock.now())
    words = "These bookings lie where it is closed now. They stand as they are"
    name_bookings(request, words, found.bookings, found.count)


def name_still_to_come(request: HttpRequest, host: Business | Consultant | Resource) -> None:
    """Say which bookings count on somebody or something that is out of use."""
    found = still_to_come(host, clock.now())
    words = f"These bookings are still to come with {host}. They stand as they are, to be moved or cancelled"
    name_bookings(request, words, found.bookings, found.count)
