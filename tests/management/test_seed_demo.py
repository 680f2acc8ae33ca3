"""The demo: practices, people and a past, made once."""

import io
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from bookings import demo
from bookings.accounts.models import User
from bookings.audit.invariants import audit
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses.models import Business, CorporateClient
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.demo import past
from bookings.directory.models import Listing
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Refund
from bookings.reviews.models import Review
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEBUG = True
    with time_machine.travel(NOW, tick=False):
        yield


def run(**how: object) -> list[str]:
    out = io.StringIO()
    call_command("seed_demo", stdout=out, **how)
    return out.getvalue().splitlines()


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_seed__makes_practices_with_a_past_that_keeps_every_rule_and_makes_nothing_twice():
    said = run()

    assert said[0] == "Made 4 demo practices."
    assert audit(now=NOW) == []
    practices = list(Business.objects.all())
    assert len({place.city for place in practices}) == 4
    assert len({place.category_id for place in practices}) == 3
    assert all(place.latitude and place.longitude and place.rating_count for place in practices)
    assert all(person.languages.exists() for person in Consultant.objects.all())
    assert CorporateClient.objects.count() == 1
    assert Service.objects.exclude(colour="").exclude(reminders=None).exists()
    ended = Counter(Booking.objects.values_list("status", flat=True))
    assert set(ended) == {Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}
    assert not Booking.objects.filter(ends_at__gte=NOW).exists()
    assert Review.objects.count() == ended[Status.COMPLETED] >= 10
    assert Payment.objects.filter(status=Payment.Status.SUCCEEDED).count() >= 8
    assert set(Refund.objects.values_list("status", flat=True)) == {Refund.Status.SUCCEEDED}
    assert not OutboxMessage.objects.filter(status=OutboxMessage.Status.QUEUED).exists()
    assert Listing.objects.count() == 4

    before = rows()
    assert run()[0] == "The demo is there."
    assert rows() == before
    assert_first_talk_comes_early()


def sessions() -> dict[str, int]:
    return dict(Counter(Booking.objects.values_list("business__slug", flat=True)))


WHOLE = {"harbour-practice": 6, "birch-physiotherapy": 4, "linden-counselling": 4, "studio-north": 4}


class Killed(BaseException):
    """Ends a run where it stands."""


@pytest.mark.parametrize("step", ["happen", "_play"])
def test_seed__after_a_run_that_died_before_or_within_a_past_makes_all_of_it_once(monkeypatch, step):
    step_of, calls = getattr(past, step), []

    def dies_the_third_time(*args, **kwargs):
        calls.append(args)
        if len(calls) == 3:
            raise Killed
        return step_of(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(past, step, dies_the_third_time)
        with pytest.raises(Killed):
            run()
    assert sessions() != WHOLE

    assert run()[0] == f"Gave {2 if step == 'happen' else 4} practices their past."
    assert sessions() == WHOLE
    assert not OutboxMessage.objects.filter(status=OutboxMessage.Status.QUEUED).exists()
    assert audit(now=NOW) == []
    assert run()[0] == "The demo is there."


def test_seed__alone_and_later_whole_gives_the_first_practice_its_past_beside_what_was_booked():
    run(alone=True)
    first = Business.objects.get()
    talk = first.services.get(name="First talk")
    person, taken = talk.consultants.earliest("pk"), NOW - timedelta(days=3)
    factories.approved(person, talk, starts_at=taken.replace(hour=9), now=NOW - timedelta(days=10))

    assert run()[0] == "Made 3 demo practices. Gave a practice its past."
    assert sessions() == WHOLE | {demo.SLUG: 7}
    assert run()[0] == "The demo is there."


def test_seed__leaves_alone_a_practice_of_somebody_else_that_has_the_name_of_one():
    factories.business(slug="studio-north")

    run()

    assert "studio-north" not in sessions()


def assert_first_talk_comes_early() -> None:
    """The README looks for it among the first ten services."""
    query = "query { services(first: 10) { edges { node { name } } } }"
    answer = Client().post("/graphql/", {"query": query}, content_type="application/json").json()
    names = [edge["node"]["name"] for edge in answer["data"]["services"]["edges"]]
    assert {"First talk", "Coaching", "One minute (demo)"} <= set(names)
    assert len(set(names)) == len(names)


def test_seed__alone_makes_the_first_practice_and_no_past():
    said = run(alone=True)

    assert said == [
        "Made the demo practice.",
        "  staff  staff@demo.example  password slotwell-demo",
        "  admin  admin@demo.example  password slotwell-demo",
    ]
    assert [place.slug for place in Business.objects.all()] == [demo.SLUG]
    assert not Booking.objects.exists()
    assert User.objects.get(email=demo.STAFF_EMAIL).check_password(demo.PASSWORD)


def test_seed__without_a_sandbox_asks_nobody_to_pay(settings):
    settings.PAYMENT_PROVIDER = "none"

    run()

    assert audit(now=NOW) == []
    assert Booking.objects.exists()
    assert not Payment.objects.exists()


def test_seed__refuses_outside_development(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="known to everybody"):
        run()

    assert not Business.objects.exists()
