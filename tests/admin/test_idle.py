"""Who is logged in by a cookie and does nothing is logged out; and no page of the admin is kept anywhere."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.admin.desk import confirmed, page_of, platform_admin
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

IDLE = timedelta(minutes=60)


def is_logged_in(client: Client, address: str) -> bool:
    return client.get(address).status_code == 200


def test_idle__an_hour_without_a_request_logs_out_and_each_request_begins_it_anew() -> None:
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) == IDLE
    index = reverse("admin:index")
    with time_machine.travel(NOW, tick=False) as clock:
        client = platform_admin()
        for _ in range(3):
            clock.shift(IDLE - timedelta(seconds=1))
            assert is_logged_in(client, index)
        clock.shift(IDLE + timedelta(seconds=1))

        assert not is_logged_in(client, index)


def test_idle__counts_for_graphiql_as_well() -> None:
    asked = {"query": "{ me { email } }"}
    with time_machine.travel(NOW, tick=False) as clock:
        client = platform_admin()

        def me() -> object:
            answer = client.get("/graphql/", asked, headers={"apollo-require-preflight": "1"})
            return answer.json()["data"]["me"]

        clock.shift(IDLE - timedelta(seconds=1))
        assert me() is not None
        clock.shift(IDLE - timedelta(seconds=1))
        assert me() is not None
        clock.shift(IDLE + timedelta(seconds=1))
        assert me() is None


def test_idle__is_noted_once_a_minute_and_not_for_whoever_asks_nothing(
    django_assert_num_queries: Any,
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = platform_admin()
        client.get(reverse("admin:index"))
        noted = [Session.objects.get().expire_date]
        for seconds in (59, 1):
            clock.shift(timedelta(seconds=seconds))
            client.get(reverse("admin:index"))
            noted.append(Session.objects.get().expire_date)
        assert noted == [NOW + IDLE, NOW + IDLE, NOW + IDLE + timedelta(seconds=60)]
        clock.shift(timedelta(minutes=5))
        with django_assert_num_queries(0):
            client.get(reverse("health-live"))


def test_pages__of_the_admin_are_kept_nowhere() -> None:
    with time_machine.travel(NOW, tick=False):
        booking = confirmed()
        client = platform_admin()
        pages = [
            reverse("admin:index"),
            reverse("admin:login"),
            reverse("admin:bookings_booking_changelist"),
            reverse("admin:bookings_booking_calendar"),
            page_of(booking),
            reverse("admin:password_change"),
            reverse("admin:jsi18n"),
            "/admin/nothing/here/",
            reverse("admin:bookings_booking_change", args=[0]),
        ]
        for address in pages:
            for who in (client, Client()):
                assert "no-store" in who.get(address)["Cache-Control"], address
