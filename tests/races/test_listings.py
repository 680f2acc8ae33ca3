"""Several workers look for what is due in the directory at the same time; a practice is deleted meanwhile."""

from collections import Counter
from datetime import timedelta

import pytest

from bookings.booking.services import delete_business
from bookings.businesses.changes import note_change
from bookings.businesses.models import Business
from bookings.directory import services
from bookings.directory.models import Listing
from bookings.directory.selectors import LEASE
from bookings.directory.services import refresh_changed, refresh_due, refresh_listing
from tests import factories
from tests.factories import NOW, later
from tests.races.steps import overtake, queue_up
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

HOW_MANY = 3


def list_all():
    for pk in Business.objects.values_list("pk", flat=True):
        refresh_listing(business_id=pk, now=NOW - timedelta(minutes=1))


def timed():
    """Practices whose time has come."""
    for _ in range(HOW_MANY):
        factories.business()
    list_all()
    return lambda: refresh_due(now=later(minutes=15))


def booked():
    """Practices of which bookings moved."""
    talks = [factories.service() for _ in range(HOW_MANY)]
    hosts = [factories.consultant(talk) for talk in talks]
    list_all()
    for host, talk in zip(hosts, talks, strict=True):
        factories.pending(host, talk)
    return lambda: refresh_due(now=later(seconds=1))


def changed():
    """Practices whose change nobody was told of."""
    places = [factories.business() for _ in range(HOW_MANY)]
    list_all()
    for place in places:
        note_change(place.pk)
    return lambda: refresh_changed(now=later(seconds=1))


def new():
    """Practices that were never listed."""
    for _ in range(HOW_MANY):
        factories.business()
    return lambda: refresh_changed(now=NOW)


@pytest.fixture(params=[timed, booked, changed, new])
def sweep(request, transactional_db):
    return request.param()


@pytest.fixture
def looks(monkeypatch):
    """How often each practice was looked at, counted as it is done."""
    counted = Counter()
    look = services.refresh_listing

    def counting(*, business_id, now):
        counted[business_id] += 1
        return look(business_id=business_id, now=now)

    monkeypatch.setattr(services, "refresh_listing", counting)
    return counted


def assert_each_was_looked_at_once(looks):
    assert sorted(looks.values()) == [1] * HOW_MANY
    assert set(looks) == set(Listing.objects.filter(looked_at__gte=NOW).values_list("pk", flat=True))


def test_sweep__that_read_what_another_then_looked_at_looks_at_none_of_it(sweep, looks, monkeypatch):
    run = overtake(monkeypatch, slow=sweep, at="bookings.directory.services._claim", quick=sweep)

    assert run.ends == [0, HOW_MANY]
    assert_each_was_looked_at_once(looks)


def test_sweep__beside_one_that_is_at_work_does_the_rest(sweep, looks, monkeypatch):
    run = overtake(monkeypatch, slow=sweep, at="bookings.directory.services._look_at", quick=sweep)

    assert run.ends == [1, HOW_MANY - 1]
    assert_each_was_looked_at_once(looks)


def test_sweep__of_three_workers_at_once_looks_at_each_practice_once(sweep, looks):
    run = race([sweep, sweep, sweep])

    assert (run.accidents, sum(run.ends)) == ([], HOW_MANY)
    assert_each_was_looked_at_once(looks)


def test_sweep__takes_one_batch_after_the_other_while_they_come_full(sweep, looks, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 1)

    assert sweep() == HOW_MANY
    assert_each_was_looked_at_once(looks)


def test_sweep__takes_nothing_up_once_its_turn_is_over(sweep, looks, monkeypatch):
    monkeypatch.setattr(services, "TURN_LASTS", timedelta(0))

    assert sweep() == 0
    assert not looks


class Killed(BaseException):
    """Ends a worker where it stands."""


def killed(*_args):
    raise Killed


def test_claim__of_a_worker_that_died_is_over_after_the_lease(sweep, looks, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(services, "_look_at", killed)
        with pytest.raises(Killed):
            sweep()
    (begun,) = looks
    assert sweep() == HOW_MANY - 1

    refresh_due(now=Listing.objects.get(pk=begun).due_at)

    assert looks[begun] == 2
    assert Listing.objects.get(pk=begun).due_at > later(seconds=2) + LEASE
    assert Listing.objects.get(pk=begun).seen_version == Business.objects.get(pk=begun).version


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("at", ["_claim", "_look_at"])
def test_delete__while_the_worker_looks_is_no_error(transactional_db, caplog, monkeypatch, listed, at):
    talk = factories.service()
    factories.consultant(talk)
    owner = factories.staff_of(talk.business, role="OWNER")
    if listed:
        list_all()
        note_change(talk.business_id)

    run = overtake(
        monkeypatch,
        slow=lambda: refresh_changed(now=later(seconds=1)),
        at=f"bookings.directory.services.{at}",
        quick=lambda: delete_business(viewer=owner, business_id=talk.business_id),
    )

    assert run.accidents == []
    assert not Business.objects.exists()
    assert not Listing.objects.exists()
    assert "could not be listed" not in caplog.text


@pytest.mark.only_on("postgresql")
def test_delete__that_waits_for_the_worker_to_write_takes_the_listing_along(transactional_db, monkeypatch):
    talk = factories.service()
    factories.consultant(talk)
    owner = factories.staff_of(talk.business, role="OWNER")
    list_all()

    run = queue_up(
        monkeypatch,
        slow=lambda: refresh_listing(business_id=talk.business_id, now=NOW),
        at="bookings.directory.services._write",
        behind=[lambda: delete_business(viewer=owner, business_id=talk.business_id)],
    )

    assert run.accidents == []
    assert not Business.objects.exists()
    assert not Listing.objects.exists()
