"""Reading bookings. `visible_to` is the one place that decides who sees which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from bookings.accounts.viewer import Viewer
from bookings.booking import rights
from bookings.booking.models import Booking, BookingEvent, BookingNote
from bookings.booking.policies import Actor, actors_of, may_in_any
from bookings.booking.rights import Operation
from bookings.booking.states import ACTIVE, ActorKind, Status
from bookings.common.compiled import Argument, Compiled
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.ids import read_acknowledgement_id
from bookings.common.text import can_be_kept
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment, ProviderEvent


def visible_to(viewer: Viewer, *, what: Operation | None = None) -> QuerySet[Booking]:
    """Give the bookings that the viewer may see; with `what`, those of which the table lets them do, or see, that."""

    def allowed(actor: Actor) -> bool:
        return what is None or actor.may(what)

    if viewer.is_admin and allowed(Actor(ActorKind.ADMIN)):
        return Booking.objects.all()
    condition = Q(pk__in=[])
    businesses = [pk for pk, role in viewer.roles.items() if allowed(Actor(ActorKind.STAFF, role=role))]
    if businesses:
        condition |= Q(business__in=businesses)
    if viewer.consultant_ids and allowed(Actor(ActorKind.CONSULTANT)):
        condition |= Q(consultant__in=viewer.consultant_ids)
    if allowed(Actor(ActorKind.CLIENT)):
        condition |= _own(viewer)
    return Booking.objects.filter(condition)


def _own(viewer: Viewer) -> Q:
    """Give what makes a booking the viewer's own as its client: an access token, or the proven address."""
    own = Q(
        pk__in=[int(name.removeprefix("booking:")) for name in viewer.subjects if name.startswith("booking:")]
    )
    return own | Q(email=viewer.proven_email) if viewer.proven_email is not None else own


def payments_visible_to(viewer: Viewer, *, what: Operation = Operation.SEE_MONEY) -> QuerySet[Payment]:
    """Give the payments of the bookings whose money the viewer may see, or of which they may do, or see, this."""
    return Payment.objects.filter(booking__in=visible_to(viewer, what=what))


def differences_visible_to(viewer: Viewer) -> QuerySet[Difference]:
    """Give where our books and a provider's differ, of the bookings that are the viewer's to reconcile."""
    return Difference.objects.filter(
        payment__booking__in=visible_to(viewer, what=Operation.RECONCILE)
    ).select_related("payment")


def events_visible_to(viewer: Viewer, *, what: Operation = Operation.SEE_MONEY) -> QuerySet[ProviderEvent]:
    """Give the providers' events by which the viewer may do something: at first, see them.

    Those that the keys of a practice's own accounts signed are that practice's; of those that came by the platform's
    keys a practice has what is about its own payments. What anybody else's keys signed shows here to nobody.
    """
    if viewer.is_admin:
        return ProviderEvent.objects.all()
    places = [pk for pk, role in viewer.roles.items() if rights.may(role, what)]
    through_platform = Payment.objects.filter(account__isnull=True, booking__business__in=places)
    return ProviderEvent.objects.filter(
        Q(account__business__in=places)
        | Q(account__isnull=True, reference__in=through_platform.values("reference"))
    )


def messages_visible_to(viewer: Viewer, *, what: Operation | None = None) -> QuerySet[OutboxMessage]:
    """Give the messages about bookings of the viewer's businesses, or about their own as a consultant.

    With `what`, those by which the table lets them do that. Clients see none: what was written to them is in their
    mailbox, what was written to others is not theirs.
    """
    if viewer.is_admin:
        return OutboxMessage.objects.all()
    places = [pk for pk, role in viewer.roles.items() if what is None or rights.may(role, what)]
    own = viewer.consultant_ids if what is None or rights.kind_may(ActorKind.CONSULTANT, what) else []
    return OutboxMessage.objects.filter(Q(booking__business__in=places) | Q(booking__consultant__in=own))


def may_somewhere(viewer: Viewer, what: Operation) -> bool:
    """Tell whether there is any business where somebody may do something as its staff; of which bookings, rows say."""
    return viewer.is_admin or any(rights.may(role, what) for role in viewer.roles.values())


def with_version(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Add to each booking its `version`: how many events it has, which grows with every move."""
    newest = BookingEvent.objects.filter(booking=OuterRef("pk")).order_by("-sequence").values("sequence")
    return rows.annotate(version=Coalesce(Subquery(newest[:1]), 0))


def may_see(viewer: Viewer, booking: Booking, what: Operation | None = None) -> bool:
    """Tell of one booking whether the viewer sees it, or this of it; without a statement."""
    actors = actors_of(viewer, booking)
    return bool(actors) if what is None else may_in_any(actors, what)


def upcoming(now: datetime) -> Q:
    """Give what makes a booking one that is still to take place: it stands or is asked for, and has not ended."""
    return Q(status__in=ACTIVE | {Status.DRAFT}) & (Q(ends_at__gt=now) | Q(ends_at__isnull=True))


@dataclass(frozen=True)
class Counts:
    """How many bookings there are, in each status, and still to take place."""

    by_status: Mapping[Status, int]
    upcoming: int

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.by_status.values())


def counted(rows: QuerySet[Booking], now: datetime) -> Counts:
    """Count bookings by status in one statement."""
    found = rows.order_by().values("status").annotate(n=Count("pk"), ahead=Count("pk", filter=upcoming(now)))
    groups = list(found)
    return Counts(
        by_status={Status(group["status"]): group["n"] for group in groups},
        upcoming=sum(group["ahead"] for group in groups),
    )


def notes_shown(viewer: Viewer, booking: Booking, notes: Iterable[BookingNote]) -> list[BookingNote]:
    """Give the notes of a booking that the viewer may read, oldest first: a client reads what the client was told."""
    internal = may_see(viewer, booking, Operation.SEE_NOTES)
    shown = [note for note in notes if internal or note.kind == BookingNote.Kind.REASON]
    return sorted(shown, key=lambda note: (note.created_at, note.pk))


def visible(viewer: Viewer, pk: int) -> Booking:
    """Give one booking. Raises NOT_FOUND, the same for one that is not there and one that is not shown."""
    booking = (
        visible_to(viewer)
        .select_related("business", "service", "consultant", "resource")
        .filter(pk=pk)
        .first()
    )
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return booking


def by_acknowledgement(text: str) -> Booking | None:
    """Give the booking of an acknowledgement id as a person may type it. Public facts only may be shown of it."""
    return Booking.objects.filter(acknowledgement_id=_known(text)).first()


def _known(text: str) -> str:
    return read_acknowledgement_id(text) if can_be_kept(text) else ""


class PublicStatus(NamedTuple):
    """What an acknowledgement id alone tells of a booking."""

    acknowledgement_id: str
    status: str
    deadline_at: datetime | None
    updated_at: datetime


_PUBLIC: Compiled[tuple[Any, ...]] = Compiled(
    lambda: Booking.objects.filter(acknowledgement_id=Argument("known", CharField())).values_list(
        *PublicStatus._fields
    )
)


def public_status(text: str) -> PublicStatus | None:
    """Give what may be shown to whoever has an acknowledgement id, as a person may type it."""
    found = _PUBLIC.first(known=_known(text))
    return PublicStatus(*found) if found is not None else None


def newest_of(address: str, *, number: int) -> list[Booking]:
    """Give the newest bookings of a normalised address, active ones first. Drafts are left out: anybody may draft."""
    rows = Booking.objects.filter(email=address).exclude(status=Status.DRAFT)
    return list(rows.order_by(Case(When(status__in=ACTIVE, then=0), default=1), "-pk")[:number])


def timeline(booking: Booking) -> QuerySet[BookingEvent]:
    """Give what happened, oldest first."""
    return booking.events.order_by("sequence")
