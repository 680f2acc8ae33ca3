"""People at the admin's desk, and what they do with bookings there."""

from typing import Any

from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.common import clock
from tests import factories

LIST = "admin:bookings_booking_changelist"


def logged_in(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    return client


def platform_admin() -> Client:
    known = User.objects.filter(email="admin@example.org").first()
    return logged_in(known or User.objects.create_superuser("admin@example.org", factories.PASSWORD))


def member_of(booking: Booking, role: StaffMember.Role = StaffMember.Role.MANAGER) -> Client:
    user = factories.staff_of(booking.business, role).user
    assert user is not None
    return logged_in(user)


def host_of(booking: Booking) -> Client:
    """The booking's consultant, who works for the practice in no other way."""
    assert booking.consultant is not None
    booking.consultant.user = factories.user()
    booking.consultant.save(update_fields=["user"])
    return logged_in(booking.consultant.user)


def draft(**fields: Any) -> Booking:
    service = factories.service()
    return factories.draft(factories.consultant(service), service, **fields)


def pending(**fields: Any) -> Booking:
    service = factories.service()
    return factories.pending(factories.consultant(service), service, **fields)


def confirmed(**fields: Any) -> Booking:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service, **fields)
    staff = factories.staff_of(booking.business)
    return services.confirm_unpaid(booking_id=booking.pk, viewer=staff, now=clock.now())


def page_of(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def move_of(booking: Booking, move: str) -> str:
    return reverse("admin:bookings_booking_move", args=[booking.pk, move])


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, booking: Booking, move: str, **fields: str) -> str:
    """Post as the page's button does, or with answers as the move's own page does; give what comes up."""
    given = {"seen": str(booking.events.count()), **({"answered": "yes"} if fields else {}), **fields}
    answer = client.post(move_of(booking, move), given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, action: str, *bookings: Booking, **fields: str) -> str:
    """Choose bookings in the whole list and move them all."""
    chosen = {"action": action, "_selected_action": [str(booking.pk) for booking in bookings], **fields}
    answer = client.post(f"{reverse(LIST)}?status=all", chosen, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status
