"""What counts where: days across DST, money on the day that it moved, people and services that are gone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.common.money import Money
from bookings.payments.models import Payment, Refund
from bookings.privacy.erasure import erase_person
from bookings.stats.figures import Figures, Use
from bookings.stats.selectors import statistics
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed
from tests.reviews.sessions import over, practice

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2030, 1, 7)


def on(host, first: date, last: date | None = None, *, now: datetime = NOW, **asked) -> Figures:
    owner = Viewer(user=host.business.owner)
    return statistics(
        viewer=owner, business_id=host.business_id, first=first, last=last or first, now=now, **asked
    )


def test_days__are_those_of_the_practice_s_wall_clock() -> None:
    host = practice(horizon=200)
    host.business.timezone = "Europe/Warsaw"
    host.business.save()
    host.schedule.weekly_hours.update(opens=0, closes=1440)
    for start in (
        datetime(2030, 3, 30, 22, 30, tzinfo=UTC),  # 23:30 on the 30th
        datetime(2030, 3, 30, 23, 30, tzinfo=UTC),  # 00:30 on the 31st, which has 23 hours
        datetime(2030, 3, 31, 21, 30, tzinfo=UTC),  # 23:30
        datetime(2030, 3, 31, 22, 30, tzinfo=UTC),  # 00:30 on the 1st
    ):
        host.services.update(step=30)
        factories.pending(host, host.services.get(), starts_at=start)

    found = on(host, date(2030, 3, 30), date(2030, 4, 1))
    spring = on(host, date(2030, 3, 31))

    assert [count.total for count in found.days.values()] == [1, 2, 1]
    assert spring.whole.total == 2
    assert spring.consultants_use == Use(open=23 * 60, booked=120)


def test_revenue__moves_on_the_day_on_which_it_moved() -> None:
    offered = factories.service(cancellation_notice=timedelta(0))
    host = factories.consultant(offered)
    booking = confirmed(host, offered)
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)
    Refund.objects.update(status="SUCCEEDED", done_at=NOW + timedelta(days=3))

    paid, between, back = (on(host, MONDAY + timedelta(days=days)).revenue for days in (0, 1, 3))

    def sums(rows) -> list[tuple[Money, Money, Money]]:
        return [(row.received, row.refunded, row.net) for row in rows]

    sixty, nothing = Money(Decimal(60), "EUR"), Money(Decimal(0), "EUR")
    assert sums(paid) == [(sixty, nothing, sixty)]
    assert between == []
    assert sums(back) == [(nothing, sixty, Money(Decimal(-60), "EUR"))]


def test_revenue__adds_neither_currencies_nor_a_test_mode_to_real_money() -> None:
    offered = factories.service()
    host = factories.consultant(offered)
    bookings = [confirmed(host, offered, starts_at=TEN + timedelta(hours=n)) for n in range(3)]
    Payment.objects.filter(booking=bookings[0]).update(live=True, fee_amount=Decimal("1.40"))
    Payment.objects.filter(booking=bookings[1]).update(live=True, paid_currency="PLN", currency="PLN")

    found = on(host, MONDAY).revenue

    assert [(row.live, row.received.currency, str(row.net.amount)) for row in found or []] == [
        (True, "EUR", "58.60"),
        (True, "PLN", "60.00"),
        (False, "EUR", "60.00"),
    ]


def test_parts__are_of_whoever_has_the_booking_now_and_of_services_that_are_gone() -> None:
    host = practice()
    offered = host.services.get()
    colleague = factories.consultant(offered)
    booking = factories.pending(host, offered)
    staff = factories.staff_of(host.business)
    services.reassign(booking_id=booking.pk, viewer=staff, consultant_id=colleague.pk, now=NOW)
    offered.is_active, offered.name = False, "Old"
    offered.save()

    found = on(host, MONDAY)

    assert [(part.pk, part.count.total) for part in found.consultants] == [(colleague.pk, 1)]
    assert [(part.name, part.count.total) for part in found.services] == [("Old", 1)]
    assert on(host, MONDAY, consultant_id=host.pk).whole.total == 0


def test_people_who_were_erased__still_count() -> None:
    host = practice()
    session = over(host, email="ana@example.org")
    before = on(host, MONDAY)

    erase_person(email=session.email, now=TEN)

    assert on(host, MONDAY) == before
    assert before.whole.by_status == {"COMPLETED": 1}


def test_use__counts_a_group_once_and_time_outside_hours_as_open() -> None:
    host = practice()
    offered = host.services.get()
    for _ in range(3):
        factories.pending(host, offered)
    host.schedule.weekly_hours.all().delete()

    assert on(host, MONDAY).consultants_use == Use(open=60, booked=60)
    assert on(host, MONDAY).whole.minutes == 180


def test_use__of_nobody_is_unknown() -> None:
    host = practice()
    host.is_active = False
    host.save()

    use = on(host, MONDAY).consultants_use

    assert use == Use(0, 0)
    assert use.share is None


def test_rates__are_of_what_is_known() -> None:
    host = practice()
    staff = factories.staff_of(host.business)
    over(host)
    for _ in range(2):
        missed = over(host)
        services.mark_no_show(booking_id=missed.pk, viewer=staff, now=TEN)
    factories.pending(host, host.services.get())

    whole = on(host, MONDAY).whole

    assert whole.no_show_rate == pytest.approx(2 / 3)
    assert whole.cancellation_rate == 0
    assert whole.average_lead == timedelta(hours=2)
