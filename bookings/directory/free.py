"""When a practice has its next open time: asked of the one engine, service by service, no further than need be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings.availability.engine import Terms
from bookings.availability.hosts import Hosts, hosts_of
from bookings.availability.selectors import moment, openings, terms_of
from bookings.businesses.models import Business

NEAR = timedelta(days=7)
"""How far is looked at first; most have a time within it."""
STEP = timedelta(days=28)
"""How far is looked at each time after that, up to the service's horizon."""
MOST_LOOKS = 200
"""Ranges that are looked at for one practice, once all its services were looked at nearby."""


@dataclass(frozen=True)
class Free:
    """A start that can be booked, and until when its service's notice leaves it open."""

    starts_at: datetime
    until: datetime


@dataclass(frozen=True)
class _Offer:
    """One service in use: whose time it takes, what it asks of time, and how much notice it wants."""

    hosts: Hosts
    terms: Terms
    notice: timedelta


def next_free(business: Business, now: datetime) -> Mapping[int, Free]:
    """Give the earliest open time of each schedule of a practice that has one, by schedule, of any service in use.

    All services are looked at nearby before any is looked at further ahead, and after `MOST_LOOKS` none is any more:
    where nothing is open for months, a practice with many services would keep the worker from the others.
    """
    found: dict[int, Free] = {}
    waiting = [(offer, _ranges(now, offer.terms.horizon or 0)) for offer in _offers(business)]
    looks = 0
    while waiting and looks < MOST_LOOKS:
        looks += len(waiting)
        waiting = [
            (offer, ranges)
            for offer, ranges in waiting
            if (span := next(ranges, None)) is not None and _look(offer, span, now, found)
        ]
    return found


def _offers(business: Business) -> Iterator[_Offer]:
    for service in business.services.filter(is_active=True).select_related("business").order_by("pk"):
        hosts = hosts_of(service)
        if hosts.schedules:
            yield _Offer(hosts, terms_of(service), timedelta(minutes=service.notice))


def _look(offer: _Offer, span: tuple[datetime, datetime], now: datetime, found: dict[int, Free]) -> bool:
    """Note what is earlier than what was found so far; False where everybody has an earlier time already."""
    since, until = span
    left = tuple(
        each for each in offer.hosts.schedules if each.pk not in found or found[each.pk].starts_at > since
    )
    if not left:
        return False
    latest = [found[each.pk].starts_at for each in left if each.pk in found]
    end = min(until, max(latest)) if len(latest) == len(left) else until
    for start, schedule, *_ in openings(
        terms=offer.terms, hosts=replace(offer.hosts, schedules=left), since=since, until=end, now=now
    ):
        at = moment(start)
        if schedule not in found or at < found[schedule].starts_at:
            found[schedule] = Free(at, at - offer.notice)
    return True


def _ranges(now: datetime, horizon: int) -> Iterator[tuple[datetime, datetime]]:
    """Give from and until when to look, range by range: one day more than the horizon, which the engine judges."""
    end = now + timedelta(days=horizon + 2)
    since, reach = now, NEAR
    while since < end:
        until = min(since + reach, end)
        yield since, until
        since, reach = until, STEP
