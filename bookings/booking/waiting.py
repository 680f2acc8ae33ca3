"""What waits for a person, and what is today: the rows of the staff's first page, and of the lists that it leads to.

Each takes the viewer and gives what is theirs to see, or to do; the page and the list's filter ask the same function.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import SEATED, Status
from bookings.businesses.models import Business
from bookings.common.zones import zone
from bookings.notifications.models import OutboxMessage
from bookings.notifications.outcomes import NOT_REACHED
from bookings.payments.models import Difference, ProviderEvent, Refund
from bookings.schedules.walltime import local_date, whole_days

LATELY = timedelta(days=14)
"""For how long a mail that did not arrive is worth a look."""
REFUSED_LATELY = timedelta(days=30)
"""The same of a refund that its provider refused, and of which nothing else came."""
HOLDING = Q(status__in=sorted(SEATED))
"""What takes time, or took it: neither drafts nor what was declined, cancelled or lapsed."""


def requests(viewer: Viewer) -> QuerySet[Booking]:
    """Give the requests that wait for an answer."""
    return selectors.visible_to(viewer).filter(status=Status.PENDING)


def is_over(now: datetime) -> Q:
    """Give what makes a booking one of which somebody should say whether the client came."""
    return Q(status=Status.CONFIRMED, ends_at__lte=now)


def to_mark(viewer: Viewer, *, now: datetime) -> QuerySet[Booking]:
    """Give the sessions that are over and not marked; after a while they count as completed by themselves."""
    return selectors.visible_to(viewer).filter(is_over(now))


def today(viewer: Viewer, *, now: datetime) -> QuerySet[Booking]:
    """Give the sessions that begin today, each by the clock of its own practice. One statement before, for zones."""
    return selectors.visible_to(viewer).filter(HOLDING, on_own_days(viewer, first=0, until=1, now=now))


def on_own_days(viewer: Viewer, *, first: int | None, until: int, now: datetime) -> Q:
    """Give what makes bookings begin on some days, each of its own practice's wall calendar; one statement.

    first, until: days after today there, `until` not among them; a `first` of None is since ever.
    """
    places = Business.objects.all()
    if not viewer.is_admin:
        own = Q(pk__in=viewer.business_ids) | Q(consultants__in=viewer.consultant_ids)
        places = places.filter(own)
    spans: defaultdict[tuple[datetime | None, datetime], list[str]] = defaultdict(list)
    for name in places.order_by().values_list("timezone", flat=True).distinct():
        spans[_span(name, first, until, now)].append(name)
    found = Q(pk__in=[])
    for (since, end), names in spans.items():
        begins = Q(starts_at__lt=end) if since is None else Q(starts_at__gte=since, starts_at__lt=end)
        found |= begins & Q(business__timezone__in=names)
    return found


def _span(name: str, first: int | None, until: int, now: datetime) -> tuple[datetime | None, datetime]:
    """Give the midnights of a zone around some days."""
    here = zone(name)
    day = local_date(here, int(now.timestamp()))
    low, _ = whole_days(here, *[day + timedelta(days=first or 0)] * 2)
    end, _ = whole_days(here, *[day + timedelta(days=until)] * 2)
    since = None if first is None else datetime.fromtimestamp(low, UTC)
    return since, datetime.fromtimestamp(end, UTC)


def differences(viewer: Viewer) -> QuerySet[Difference]:
    """Give where a provider says otherwise than our books, chargebacks too, and nobody dealt with it yet."""
    return selectors.differences_visible_to(viewer).filter(status=Difference.Status.OPEN)


def refunds(viewer: Viewer, *, now: datetime) -> QuerySet[Refund]:
    """Give the refunds that do not go on without a person, of those that are the viewer's to take up.

    A refused one is over by itself: it is among them for REFUSED_LATELY, and while nothing else of its payment went
    back after it.
    """
    allowed = selectors.visible_to(viewer, what=Operation.REFUND)
    after = Refund.objects.filter(payment=OuterRef("payment"), created_at__gt=OuterRef("created_at"))
    instead = Exists(after.exclude(status=Refund.Status.FAILED))
    lately = ~Q(status=Refund.Status.FAILED) | Q(done_at__gte=now - REFUSED_LATELY) & ~Q(instead)
    return Refund.objects.filter(Refund.NEEDS_PERSON, lately, payment__booking__in=allowed)


def events(viewer: Viewer) -> QuerySet[ProviderEvent]:
    """Give the providers' events that were given up, of those that the viewer may have processed again."""
    shown = selectors.events_visible_to(viewer, what=Operation.REFUND)
    return shown.filter(processed_at__isnull=True, next_attempt_at__isnull=True)


def undelivered(viewer: Viewer, *, now: datetime) -> QuerySet[OutboxMessage]:
    """Give the mails of LATELY that were given up, or came back, about bookings that the viewer may see."""
    shown = selectors.messages_visible_to(viewer).filter(NOT_REACHED, channel=OutboxMessage.Channel.EMAIL)
    return shown.filter(booking__isnull=False, created_at__gte=now - LATELY)
