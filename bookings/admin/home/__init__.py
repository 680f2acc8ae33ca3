"""The admin's first page: what needs a person now, and how the practice does."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from bookings.admin import charts
from bookings.admin.desk import viewer_of
from bookings.admin.home import office, sessions
from bookings.admin.home.rows import Desk, Section
from bookings.booking.rights import Operation
from bookings.businesses.policies import Duty, may_as
from bookings.common import clock
from bookings.stats.courses import course
from bookings.stats.scope import Days, Told, scope_for, told_to

AHEAD = 14
"""Days after today of which bookings are drawn; before them, as many as figures are told of, today among them."""

admin.site.index_template = (
    "admin/bookings/home.html"  # the theme's apps come first, and so would its index.html
)


def page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the page shows to what every page of the admin has."""
    found = sections(Desk(request, clock.now()))
    cards = found[:2] + [section for section in found[2:] if section.count]
    return {
        **context,
        "title": "Home",
        "waiting": [section for section in found if section.count],
        "cards": cards,
        "quiet": [section for section in found if section not in cards],
        **_figures(request),
    }


def sections(desk: Desk) -> list[Section]:
    """Give the sections that this person has, in a number of statements that does not grow with what they hold."""
    made = [sessions.today(desk), sessions.requests(desk), sessions.to_mark(desk)]
    if desk.may_somewhere(Operation.RECONCILE):
        made.append(office.differences(desk))
    if desk.may_somewhere(Operation.REFUND):
        made += [office.refunds(desk), office.events(desk)]
    made.append(office.mails(desk))
    if desk.viewer.is_admin:
        made.append(office.role_requests(desk))
    if desk.viewer.is_admin or any(may_as(role, Duty.REVIEWS) for role in desk.viewer.roles.values()):
        made.append(office.unanswered(desk))
    return made


def _figures(request: HttpRequest) -> dict[str, Any]:
    """Give the charts of whom the address names, or of the first of whom this person may ask; none for who may not."""
    viewer, now = viewer_of(request), clock.now()
    choices = told_to(viewer)
    chosen = next((each for each in choices if each.key == request.GET.get("of")), None)
    chosen = chosen or next(iter(choices), None)
    if chosen is None:
        return {"charts": [], "choices": [], "chosen": None}
    scope = scope_for(viewer, business_id=chosen.business_id, consultant_id=chosen.consultant_id)
    today = scope.today(now)
    past = Days.until(today)
    days = Days(past.first, today + timedelta(days=AHEAD))
    return {
        "charts": charts.charts(
            course(scope, days, money_until=past), days=days, money_days=past, today=today
        ),
        "choices": choices,
        "chosen": chosen,
        "figures": _page_of(chosen),
        "first": days.first,
        "last": days.last,
        "zone": scope.zone.key,
    }


def _page_of(chosen: Told) -> str:
    """Give the address of the page with all figures, of other days too."""
    if chosen.business_id is None:
        return reverse("admin:bookings_business_all_figures")
    place = reverse("admin:bookings_business_figures", args=[chosen.business_id])
    return place if chosen.consultant_id is None else f"{place}?consultant={chosen.consultant_id}"
